# SPDX-License-Identifier: Apache-2.0
"""A database for nothing but tasks, from its creation to the purge."""

import pathlib

import fixtures
from oslo_config import cfg
import sqlalchemy as sa

from ext_lib.testing import unusable
from nova_ext import objects
from nova_ext.cmd import manage
from nova_ext.cmd import status
from nova_ext.db.facade import facade
from nova_ext.db.migration import schema
from nova_ext.db.migration import tasks
from nova_ext.tests import base
from nova_ext.tests.functional.tasks import standalone

load_tests = unusable.load_tests

_TABLES = [
    'nova_ext_tasks_alembic_version',
    'task_instances',
    'task_keys',
    'tasks',
]


class TasksAloneTest(unusable.Unusable, base.TestCase):
    """The programs of operators, and the filter before another API."""

    def setUp(self) -> None:
        super().setUp()
        self.useFixture(
            fixtures.MonkeyPatch('oslo_log.log.setup', lambda *args: None)
        )
        self.url = self.make_url(sa.MetaData())
        directory = self.useFixture(fixtures.TempDir())
        self.file = directory.join('tasks.conf')
        pathlib.Path(self.file).write_text(
            f'[database]\nconnection = {self.url}\n'
        )
        self.addCleanup(facade.reset)

    def run_program(self, program, *arguments):
        """Return the exit status, and all that is said."""
        said = self.useFixture(fixtures.StringStream('said')).stream
        with (
            fixtures.MonkeyPatch('sys.stdout', said),
            fixtures.MonkeyPatch('sys.stderr', said),
        ):
            ended = program.main(
                ['--config-file', self.file, *arguments], cfg.ConfigOpts()
            )
        said.seek(0)
        return ended, said.read()

    def manage(self, *arguments):
        return self.run_program(manage, 'db', *arguments)

    def assertChecked(self):
        ended, said = self.run_program(status, 'upgrade', 'check')
        self.assertEqual(0, ended, said)

    def tables(self):
        return sorted(sa.inspect(self.engine).get_table_names())

    def test_it_has_their_tables_and_serves_the_filter(self) -> None:
        for _ in range(2):
            self.assertEqual((0, ''), self.manage('sync', '--tasks'))
            self.assertEqual(_TABLES, self.tables())
        self.assertEqual((0, f'{tasks.head}\n'), self.manage('version'))
        self.assertEqual((0, ''), self.manage('create_indexes'))
        self.assertChecked()
        self.assertFilter()
        ended, said = self.manage('purge_tasks')
        self.assertEqual((0, '0 tasks removed, 0 left\n'), (ended, said))
        self.execute(
            "UPDATE tasks SET ended_at = '2020-01-01 00:00:00.000000'"
        )
        ended, said = self.manage('purge_tasks')
        self.assertEqual((0, '4 tasks removed, 0 left\n'), (ended, said))

    def assertFilter(self):
        """Check that requests are protected and tasks are read."""
        objects.register_all()
        filter = self.useFixture(standalone.Filter(self.url, 2))
        self.assertEqual(202, filter.act('tag').status_int)
        self.assertEqual(409, filter.act('tag').status_int)
        other = {'pause': None}
        self.assertEqual(202, filter.act('tag', other).status_int)
        self.assertEqual(202, filter.act().status_int)
        for _ in range(2):
            answer = filter.act(key='"key"')
            self.assertEqual(202, answer.status_int)
        self.assertEqual('true', answer.headers['Idempotency-Replayed'])
        answer = filter.get('/servers/tag/tasks')
        self.assertEqual(200, answer.status_int, answer.text)
        self.assertEqual(2, len(answer.json['tasks']))
        for text in ('is lost', 'is refused', 'Traceback'):
            self.assertNotIn(text, self.log.output)

    def test_it_becomes_a_whole_one(self) -> None:
        self.assertEqual((0, ''), self.manage('sync', '--tasks'))
        self.execute("INSERT INTO tasks (uuid, state) VALUES ('t', 'error')")
        for _ in range(2):
            self.assertEqual((0, ''), self.manage('sync'))
        self.assertEqual((0, f'{schema.head}\n'), self.manage('version'))
        self.assertIn('instances', self.tables())
        self.assertNotIn('nova_ext_tasks_alembic_version', self.tables())
        self.assertChecked()
        with self.engine.connect() as connection:
            uuids = connection.exec_driver_sql('SELECT uuid FROM tasks')
            self.assertEqual([('t',)], [tuple(row) for row in uuids])

    def test_a_whole_one_stays_whole(self) -> None:
        self.assertEqual((0, ''), self.manage('sync'))
        before = self.tables()
        ended, said = self.manage('sync', '--tasks')
        self.assertEqual(1, ended)
        self.assertIn('nova-ext-manage: This database has other', said)
        self.assertIn('Run "nova-ext-manage db sync"', said)
        self.assertEqual(before, self.tables())
        self.assertEqual((0, f'{schema.head}\n'), self.manage('version'))
        self.assertChecked()
