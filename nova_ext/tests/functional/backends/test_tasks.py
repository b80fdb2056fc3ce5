# SPDX-License-Identifier: Apache-2.0
"""Tasks on database servers: races, and tags that differ by case."""

from ext_lib import context
from nova_ext import exception
from nova_ext.db import api as db
from nova_ext.db.facade import facade
from nova_ext.db.migration import schema
from nova_ext.tests.functional.backends import database
from nova_ext.tests.functional.tasks import race

load_tests = database.load_tests


class TestTasks(database.ServerTestCase):
    """What a server might see differently from SQLite."""

    def setUp(self):
        super().setUp()
        self.conf.set_override('connection', self.url, 'database')
        facade.configure(self.conf)
        self.addCleanup(facade.reset)
        schema.sync(facade.get_engine())
        self.admin = context.get_admin_context()

    def create(self, **values):
        values = {'uuid': values['tag'], 'state': 'pending', **values}
        return db.task_create(self.admin, values)

    def test_one_of_many_wins(self):
        running = race.Race(self.url)
        self.addCleanup(running.end)
        all_others = race.PROCESSES * race.THREADS - 1
        for number in range(race.ROUNDS):
            self.assertEqual(
                (1, 1, all_others), running.run(f'round-{number}')
            )

    def test_tags_differ_by_case(self):
        self.create(tag='a', uuid='1', project_id='p')
        self.create(tag='A', uuid='2', project_id='p')
        self.create(tag='a', uuid='3', project_id='P')
        for tag, project, uuid in (('a', 'p', '1'), ('A', 'p', '2')):
            wanted = {'key': tag, 'project_id': project}
            [row] = db.task_get_all_by_filters(self.admin, wanted)
            self.assertEqual(uuid, row.uuid)
        self.assertFalse(db.task_tag_exists(self.admin, 'A', 'P'))

    def test_a_reservation_is_held_once(self):
        self.create(tag='a', reservation='r')
        self.assertRaises(
            exception.TaskReservationExists,
            self.create,
            tag='b',
            reservation='r',
        )
        self.create(tag='c')
        self.create(tag='d')

    def test_the_clock(self):
        task = self.create(tag='a')
        row = db.task_get_by_uuid(self.admin, 'a', None)
        age = db.task_clock(self.admin) - row.created_at
        self.assertLess(abs(age.total_seconds()), 60)
        self.assertEqual(task, row.id)
