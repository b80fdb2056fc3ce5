# SPDX-License-Identifier: Apache-2.0
"""sahara-ext-manage brings a database up to date and says where it stands."""

import pathlib

import fixtures
from oslo_config import cfg
import sqlalchemy as sa
import testtools

from sahara_ext.cmd import manage
from sahara_ext.db.facade import facade
from sahara_ext.db.migrations import schema


class ManageTestCase(testtools.TestCase):
    def setUp(self):
        super().setUp()
        self.useFixture(fixtures.FakeLogger(nuke_handlers=True))
        self.useFixture(
            fixtures.MonkeyPatch('oslo_log.log.setup', lambda *args: None)
        )
        self.addCleanup(facade.reset)
        directory = self.useFixture(fixtures.TempDir())
        self.file = directory.join('sahara-ext.conf')
        self.url = f'sqlite:///{directory.join("test.db")}'
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
        self.assertEqual((0, '0\n', ''), self.run_program('db', 'version'))
        self.assertEqual((0, '', ''), self.run_program('db', 'sync'))
        self.assertEqual(
            (0, f'{schema.head}\n', ''), self.run_program('db', 'version')
        )

    def test_a_given_version(self):
        status, _, _ = self.run_program(
            'db', 'sync', '--version', '3f6a1c9e4b27'
        )
        self.assertEqual(0, status)
        self.assertEqual(
            (0, '3f6a1c9e4b27\n', ''), self.run_program('db', 'version')
        )

    def test_what_goes_wrong_is_said_in_one_line(self):
        for version in ('feedfacecafe', '3'):
            status, out, err = self.run_program(
                'db', 'sync', '--version', version
            )
            self.assertEqual((1, ''), (status, out))
            self.assertTrue(err.startswith('sahara-ext-manage: '))
            self.assertIn(version, err)
            self.assertEqual(1, err.count('\n'))

    def test_an_index_that_is_missing_is_created(self):
        self.run_program('db', 'sync')
        index = 'clusters_cluster_template_id_idx'
        self.run_sql(f'DROP INDEX {index}')
        status, out, _ = self.run_program('db', 'create_indexes')
        self.assertEqual(0, status)
        self.assertIn(f'CREATE INDEX {index} ON clusters ', out)
        self.assertEqual((0, '', ''), self.run_program('db', 'create_indexes'))

    def run_sql(self, text):
        engine = sa.create_engine(self.url)
        self.addCleanup(engine.dispose)
        with engine.begin() as connection:
            connection.execute(sa.text(text))

    def test_without_a_connection(self):
        self.configure('')
        status, _, err = self.run_program('db', 'sync')
        self.assertEqual(1, status)
        self.assertIn('connection', err)
