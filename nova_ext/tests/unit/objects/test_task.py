# SPDX-License-Identifier: Apache-2.0
"""Tasks hold reservations, end once, and go when their time has come."""

import datetime

from oslo_utils import timeutils

from ext_lib import exception as ext_exception
from nova_ext import exception
from nova_ext.objects.task import RequestState
from nova_ext.objects.task import Task
from nova_ext.objects.task import TaskList
from nova_ext.tests import base


class TestTask(base.DatabaseTestCase):
    def create(self, **values):
        task = Task(self.context, **{'task': 'stop', **values})
        task.create()
        return task

    def found(self, task):
        return Task.get_by_uuid(self.context, task.uuid, base.PROJECT)

    def listed(self, key, **filters):
        found = TaskList.get_by_key(
            self.context, key, {'project_id': base.PROJECT, **filters}
        )
        return [task.uuid for task in found]

    def test_create(self):
        self.statements.clear()
        task = self.create(tag='t', instance_uuid='u')
        self.assertEqual(1, len(self.statements))
        found = self.found(task)
        self.assertEqual(
            (
                RequestState.PENDING,
                base.USER,
                self.context.request_id,
                't',
                'u',
            ),
            (
                found.state,
                found.user_id,
                found.request_id,
                found.tag,
                found.instance_uuid,
            ),
        )
        age = TaskList.get_clock(self.context) - found.created_at
        self.assertLess(abs(age), datetime.timedelta(seconds=5))

    def test_a_reservation_is_held_until_it_is_released(self):
        first = self.create(reservation='r')
        self.assertRaises(
            exception.TaskReservationExists, self.create, reservation='r'
        )
        held = Task.get_by_reservation(self.context, 'r')
        assert held is not None
        self.assertEqual(first.uuid, held.uuid)
        held.release()
        self.assertIsNone(Task.get_by_reservation(self.context, 'r'))
        self.create(reservation='r')

    def test_an_end_is_written_once(self):
        task = self.create()
        self.assertTrue(task.change(state=RequestState.SUCCESS))
        self.assertFalse(task.change(state=RequestState.ERROR))
        self.assertEqual(RequestState.SUCCESS, self.found(task).state)

    def test_an_answer_counts_though_it_is_late(self):
        task = self.create()
        task.change(state=RequestState.ERROR, message='given up')
        self.assertTrue(task.answer(state=RequestState.RUNNING, code=202))
        self.assertFalse(task.answer(state=RequestState.ERROR, code=500))
        found = self.found(task)
        self.assertEqual((202, None), (found.code, found.message))
        self.assertIsNone(found.ended_at)

    def test_late_inconclusive_answer_changes_nothing(self):
        task = self.create()
        ended_at = TaskList.get_clock(self.context).replace(microsecond=0)
        task.change(state=RequestState.ERROR, ended_at=ended_at)
        self.assertTrue(task.answer(code=503, message='unreachable'))
        found = self.found(task)
        self.assertEqual((503, RequestState.ERROR), (found.code, found.state))
        self.assertEqual(
            timeutils.normalize_time(ended_at),
            timeutils.normalize_time(found.ended_at),
        )

    def test_an_answer_may_be_the_end(self):
        for values in ({'state': RequestState.ERROR}, {}):
            task = self.create()
            self.assertTrue(task.answer(ends=True, code=409, **values))
            self.assertIsNotNone(self.found(task).ended_at)

    def test_lists(self):
        by_tag = self.create(tag='key')
        by_server = self.create(instance_uuid='key', tag='other')
        both = self.create(instance_uuid='key', tag='key')
        among_others = self.create(instance_uuid='first')
        among_others.set_instances(['first', 'key'])
        among_others.set_instances(['not', 'again'])
        newest_first = [among_others, both, by_server, by_tag]
        self.statements.clear()
        self.assertEqual([t.uuid for t in newest_first], self.listed('key'))
        self.assertEqual(1, len(self.statements))
        self.assertEqual(
            ['first', 'key'], self.found(among_others).instance_uuids
        )
        self.assertEqual([among_others.uuid], self.listed('first'))
        self.assertEqual([], self.listed('key', project_id='another'))
        self.assertEqual([], self.listed('key', state='success'))
        self.assertEqual(4, len(self.listed('key', state=['pending', 'x'])))

    def test_pages(self):
        tasks = [self.create(tag='t') for _ in range(5)]
        wanted = [task.uuid for task in reversed(tasks)]
        seen, marker = [], None
        while page := TaskList.get_by_key(
            self.context, 't', {'project_id': base.PROJECT}, 2, marker
        ).objects:
            seen += [task.uuid for task in page]
            marker = seen[-1]
        self.assertEqual(wanted, seen)
        self.assertRaises(
            ext_exception.MarkerNotFound,
            TaskList.get_by_key,
            self.context,
            't',
            {'project_id': 'another'},
            2,
            marker,
        )

    def test_what_there_is_not(self):
        task = self.create()
        self.assertRaises(
            exception.TaskNotFound,
            Task.get_by_uuid,
            self.context,
            task.uuid,
            'another',
        )
        task.destroy()
        self.assertRaises(exception.TaskNotFound, self.found, task)
