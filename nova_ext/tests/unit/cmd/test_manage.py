# SPDX-License-Identifier: Apache-2.0
"""nova-ext-manage brings a database up to date and says where it stands."""

import contextlib
import pathlib
import sqlite3

import fixtures
from oslo_config import cfg
import sqlalchemy as sa
import testtools

from nova_ext.cmd import manage
from nova_ext.db.facade import facade
from nova_ext.db.migration import schema


class ManageTestCase(testtools.TestCase):
    def setUp(self):
        super().setUp()
        self.useFixture(fixtures.FakeLogger(nuke_handlers=True))
        self.useFixture(
            fixtures.MonkeyPatch('oslo_log.log.setup', lambda *args: None)
        )
        self.addCleanup(facade.reset)
        directory = self.useFixture(fixtures.TempDir())
        self.url = f'sqlite:///{directory.join("test.db")}'
        self.file = directory.join('nova-ext.conf')
        self.configure(f'[database]\nconnection = {self.url}\n')

    def configure(self, text):
        pathlib.Path(self.file).write_text(text)

    def run_program(self, *arguments):
        """Return exit status, output and errors."""
        out = self.useFixture(fixtures.StringStream('out')).stream
        err = self.useFixture(fixtures.StringStream('err')).stream
        with (
            fixtures.MonkeyPatch('sys.stdout', out),
            fixtures.MonkeyPatch('sys.stderr', err),
        ):
            status = manage.main(
                ['--config-file', self.file, *arguments], cfg.ConfigOpts()
            )
        for stream in (out, err):
            stream.seek(0)
        return status, out.read(), err.read()


class TestSync(ManageTestCase):
    def test_a_new_database(self):
        self.assertEqual((0, '', ''), self.run_program('db', 'sync'))
        self.assertEqual(
            (0, f'{schema.head}\n', ''), self.run_program('db', 'version')
        )

    def test_a_given_version(self):
        version = schema.head
        status, _, _ = self.run_program('db', 'sync', '--version', version)
        self.assertEqual(0, status)

    def test_what_goes_wrong_is_said_in_one_line(self):
        status, out, err = self.run_program(
            'db', 'sync', '--version', 'feedfacecafe'
        )
        self.assertEqual((1, ''), (status, out))
        self.assertTrue(err.startswith('nova-ext-manage: '))
        self.assertIn('feedfacecafe', err)
        self.assertEqual(1, err.count('\n'))

    def test_without_a_connection(self):
        self.configure('')
        status, _, err = self.run_program('db', 'sync')
        self.assertEqual(1, status)
        self.assertIn('connection', err)


class TestVersion(ManageTestCase):
    def test_an_empty_database(self):
        self.assertEqual((0, '0\n', ''), self.run_program('db', 'version'))


class TestCreateIndexes(ManageTestCase):
    INDEX = 'tasks_ended_at_idx'

    def setUp(self):
        super().setUp()
        self.run_program('db', 'sync')
        self.engine = sa.create_engine(self.url)
        self.addCleanup(self.engine.dispose)
        self.run_sql(f'DROP INDEX {self.INDEX}')

    def run_sql(self, text):
        with self.engine.begin() as connection:
            connection.execute(sa.text(text))

    def indexes(self):
        found = sa.inspect(self.engine).get_indexes('tasks')
        return [index['name'] for index in found]

    def test_what_is_missing_is_created_and_printed(self):
        status, out, err = self.run_program('db', 'create_indexes')
        self.assertEqual((0, '', 1), (status, err, out.count('\n')))
        self.assertTrue(out.startswith(f'CREATE INDEX {self.INDEX} ON '))
        self.assertIn(self.INDEX, self.indexes())
        self.assertEqual((0, '', ''), self.run_program('db', 'create_indexes'))

    def test_statements_can_be_carried_out_by_others(self):
        dry = ('db', 'create_indexes', '--dry-run')
        status, out, _ = self.run_program(*dry)
        self.assertEqual(0, status)
        self.assertNotIn(self.INDEX, self.indexes())
        database = sqlite3.connect(self.engine.url.database)
        with contextlib.closing(database):
            database.executescript(out)
        self.assertEqual((0, '', ''), self.run_program(*dry))

    def test_what_was_interrupted_goes_on(self):
        another = 'tasks_reservation_idx'
        self.run_sql(f'DROP INDEX {another}')
        for uuid in ('t1', 't2'):
            self.run_sql(
                'INSERT INTO tasks (uuid, state, reservation) '
                f"VALUES ('{uuid}', 'running', 'r')"
            )
        status, out, err = self.run_program('db', 'create_indexes')
        self.assertEqual((1, 2), (status, out.count('\n')))
        self.assertIn('tasks.reservation', err)
        self.assertIn(self.INDEX, self.indexes())
        self.run_sql("UPDATE tasks SET reservation = NULL WHERE uuid = 't2'")
        status, out, _ = self.run_program('db', 'create_indexes')
        self.assertEqual((0, 1), (status, out.count('\n')))
        self.assertIn(another, self.indexes())


class TestArguments(ManageTestCase):
    def test_a_command_is_required(self):
        for arguments in ((), ('db',), ('db', 'drop')):
            self.assertRaises(SystemExit, self.run_program, *arguments)
