# SPDX-License-Identifier: Apache-2.0
"""nova-ext-manage brings a database up to date and says where it stands."""

import pathlib

import fixtures
from oslo_config import cfg
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


class TestArguments(ManageTestCase):
    def test_a_command_is_required(self):
        for arguments in ((), ('db',), ('db', 'drop')):
            self.assertRaises(SystemExit, self.run_program, *arguments)
