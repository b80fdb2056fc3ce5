# SPDX-License-Identifier: Apache-2.0
"""Tasks on database servers: races, and tags that differ by case."""

import datetime
import itertools

from oslo_utils import timeutils
import sqlalchemy as sa

from ext_lib import context
from nova_ext import exception
from nova_ext.db import models
from nova_ext.db.api import task as task_db
from nova_ext.db.api import task_list as task_list_db
from nova_ext.db.api import task_purge as task_purge_db
from nova_ext.db.facade import facade
from nova_ext.db.migration import schema
from nova_ext.objects.task_purge import OldTasks
from nova_ext.tests.functional.backends import database
from nova_ext.tests.functional.tasks import race

load_tests = database.load_tests


class TasksTestCase(database.ServerTestCase):
    """A test with a table of tasks."""

    def setUp(self):
        super().setUp()
        self.conf.set_override('connection', self.url, 'database')
        facade.configure(self.conf)
        self.addCleanup(facade.reset)
        schema.sync(facade.get_engine())
        self.admin = context.get_admin_context()

    def create(self, **values):
        values = {'uuid': values['tag'], 'state': 'pending', **values}
        return task_db.task_create(self.admin, values)


class TestTasks(TasksTestCase):
    """Cases in which a server may differ from SQLite."""

    def test_one_of_many_wins(self):
        all_others = race.PROCESSES * race.THREADS - 1
        self.assertEqual(
            [(1, 1, all_others)] * race.ROUNDS, race.run(self.url)
        )

    def test_one_of_many_is_carried_out_and_replayed(self):
        everyone = race.PROCESSES * race.THREADS
        results = race.run(self.url, protection='key')
        self.assertEqual(race.ROUNDS, len(results))
        for carried_out, accepted, refused in results:
            self.assertEqual(1, carried_out)
            self.assertGreaterEqual(accepted, 1)
            self.assertEqual(everyone, accepted + refused)

    def test_tags_differ_by_case(self):
        self.create(tag='a', uuid='1', project_id='p')
        self.create(tag='A', uuid='2', project_id='p')
        self.create(tag='a', uuid='3', project_id='P')
        for tag, project, uuid in (('a', 'p', '1'), ('A', 'p', '2')):
            wanted = {'key': tag, 'project_id': project}
            [row] = task_list_db.task_get_all_by_filters(self.admin, wanted)
            self.assertEqual(uuid, row.uuid)
        self.assertFalse(task_db.task_tag_exists(self.admin, 'A', 'P'))

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
        row = task_db.task_get_by_uuid(self.admin, 'a', None)
        age = task_db.task_clock(self.admin) - row.created_at
        self.assertLess(abs(age.total_seconds()), 60)
        self.assertEqual(task, row.id)


class TestPurge(TasksTestCase):
    """Old tasks go, and new ones need not wait for that."""

    def setUp(self):
        super().setUp()
        self.now = timeutils.utcnow()
        self.ids = [self.old(number) for number in range(4)]
        for id in self.ids[::2]:
            task_db.task_instances_set(self.admin, id, [f'a{id}', f'b{id}'])

    def old(self, number):
        ended = self.now - datetime.timedelta(days=9 - number)
        return self.create(
            tag=f'old-{number}', reservation=f'r{number}', ended_at=ended
        )

    def fill(self, number):
        """Insert so many that a server looks few of them up one by one."""
        engine = facade.get_engine()
        tasks, made = [], []
        for n in range(1000, 1000 + number):
            tasks.append({'id': n, 'uuid': f'{n}', 'state': 'success'})
            made.append({'task_id': n, 'position': 0, 'instance_uuid': f'{n}'})
        table = 'TABLE ' if engine.dialect.name == 'mysql' else ''
        with engine.begin() as connection:
            connection.execute(sa.insert(models.Task.__table__), tasks)
            connection.execute(sa.insert(models.TaskInstance.__table__), made)
        with engine.begin() as connection:
            for name in ('tasks', 'task_instances'):
                connection.exec_driver_sql(f'ANALYZE {table}{name}')

    def test_while_it_goes_on(self):
        """Its locks do not delay new tasks."""
        self.fill(2000)

        @facade.writer
        def purge(admin):
            number = task_purge_db.tasks_destroy_old(
                admin, self.ids, 'ended_at', self.now
            )
            new = self.create(id=9999, tag='new', reservation='r')
            task_db.task_instances_set(self.admin, new, ['c', 'd'])
            task_db.task_answer(self.admin, new, {'code': 202}, ends=True)
            return number

        self.assertEqual(4, purge(context.get_admin_context()))
        [row] = task_list_db.task_get_all_by_filters(self.admin, {'key': 'd'})
        self.assertEqual('new', row.tag)

    def test_twice_at_once(self):
        tasks = OldTasks(self.now, self.now - datetime.timedelta(days=99))
        both = [tasks.purge(self.admin, batch=1) for _ in range(2)]
        found = list(itertools.chain(*zip(*both, strict=False)))
        self.assertEqual(4, sum(found))
        self.assertEqual(0, tasks.count(self.admin))
