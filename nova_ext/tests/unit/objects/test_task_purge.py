# SPDX-License-Identifier: Apache-2.0
"""Unit tests of the removal of old tasks."""

import datetime

from nova_ext.db.api import task as task_db
from nova_ext.db.api import task_list as task_list_db
from nova_ext.db.api import task_purge as task_purge_db
from nova_ext.objects.task_purge import OldTasks
from nova_ext.tests.unit.db import base

_NEVER = datetime.datetime(1000, 1, 1)  # noqa: DTZ001 - as databases keep it


class TestOldTasks(base.TestCase):
    """Of tasks that end one minute after the other, and some that do not."""

    def setUp(self):
        super().setUp()
        for number in range(6):
            self.task(number, ended_at=base.minutes(number))
        for number in range(2):
            self.task(10 + number, state='running')

    def task(self, number, **values):
        moment = base.minutes(number % 10)
        times = {'created_at': moment, 'updated_at': moment}
        return task_db.task_create(
            self.admin,
            {'uuid': f'{number}', 'tag': 't', 'state': 'success'}
            | times
            | values,
        )

    def left(self, key='t'):
        rows = task_list_db.task_get_all_by_filters(self.admin, {'key': key})
        return sorted(int(row.uuid) for row in rows)

    def assertPurges(self, numbers, old, batch=100, most=None):
        """Check how many go each time."""
        found = list(old.purge(self.admin, batch, most))
        self.assertEqual(numbers, found)

    def test_what_ended(self):
        old = OldTasks(base.minutes(3), _NEVER)
        self.assertEqual(3, old.count(self.admin))
        self.assertPurges([3], old)
        self.assertEqual([3, 4, 5, 10, 11], self.left())
        self.assertEqual(0, old.count(self.admin))
        self.assertPurges([], old)

    def test_unasked_tasks(self):
        old = OldTasks(base.minutes(1), base.minutes(1))
        self.assertEqual(2, old.count(self.admin))
        self.assertPurges([1, 1], old)
        self.assertEqual([1, 2, 3, 4, 5, 11], self.left())

    def test_batches(self):
        old = OldTasks(base.minutes(5), base.minutes(5))
        self.assertPurges([2, 2, 1, 2], old, batch=2)
        self.assertEqual([5], self.left())

    def test_the_oldest_go_first(self):
        old = OldTasks(base.minutes(5), base.minutes(5))
        self.assertPurges([2, 1], old, batch=2, most=3)
        self.assertEqual([3, 4, 5, 10, 11], self.left())
        self.assertEqual(4, old.count(self.admin))

    def test_of_one_moment(self):
        for number in range(20, 26):
            self.task(number, ended_at=base.minutes(0))
        old = OldTasks(base.minutes(1), _NEVER)
        self.assertPurges([2, 2, 2, 1], old, batch=2)

    def test_their_servers_go_too(self):
        for uuid, servers in (('0', 'ab'), ('5', 'cd')):
            row = task_db.task_get_by_uuid(self.admin, uuid, None)
            task_db.task_instances_set(self.admin, row.id, servers)
        self.assertPurges([1], OldTasks(base.minutes(1), _NEVER))
        self.assertEqual([], self.left('a'))
        self.assertEqual([5], self.left('d'))

    def test_what_changes_meanwhile_stays(self):
        before = base.minutes(2)
        found = task_purge_db.tasks_get_old(
            self.admin, 'updated_at', before, None, 9
        )
        self.assertEqual(4, len(found))
        for row in task_list_db.task_get_all_by_filters(
            self.admin, {'key': 't'}
        ):
            if row.state == 'running':
                task_db.task_update(
                    self.admin, row.id, {'message': 'seen'}, {}
                )
        ids = [id for id, _ in found]
        removed = task_purge_db.tasks_destroy_old(
            self.admin, ids, 'updated_at', before
        )
        self.assertEqual(2, removed)
        self.assertEqual([2, 3, 4, 5, 10, 11], self.left())

    def test_what_another_removes_counts_once(self):
        before = base.minutes(2)
        found = task_purge_db.tasks_get_old(
            self.admin, 'ended_at', before, None, 9
        )
        ids = [id for id, _ in found]
        for removed in (2, 0):
            self.assertEqual(
                removed,
                task_purge_db.tasks_destroy_old(
                    self.admin, ids, 'ended_at', before
                ),
            )
