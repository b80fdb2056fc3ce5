# SPDX-License-Identifier: Apache-2.0
"""nova-ext-trail, its command line and its exit statuses."""

import contextlib
import io
import pathlib

import fixtures
from oslo_config import cfg

from nova_ext.cmd import trail
from nova_ext.db.migration import trail as schema
from nova_ext.tests import base


class TestProgram(base.TestCase):
    """The program, with a database of its own."""

    def setUp(self):
        super().setUp()
        directory = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.file = directory / 'nova-ext.conf'
        self.write(f'[trail]\nconnection = sqlite:///{directory}/trail.db\n')

    def write(self, text):
        self.file.write_text(text)

    def run_program(self, *arguments):
        """Return status, standard output and standard error."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = trail.main(
                ['--config-file', str(self.file), *arguments], cfg.ConfigOpts()
            )
        return status, out.getvalue(), err.getvalue()

    def test_the_schema(self):
        self.assertEqual((0, '0\n'), self.run_program('db', 'version')[:2])
        self.assertEqual(0, self.run_program('db', 'sync')[0])
        self.assertEqual(
            (0, f'{schema.head}\n'), self.run_program('db', 'version')[:2]
        )

    def test_without_a_schema_nothing_is_collected(self):
        status, _, said = self.run_program('collect', '--once')
        self.assertEqual(1, status)
        self.assertIn('Run "nova-ext-trail db sync"', said)

    def test_without_a_database(self):
        self.write('')
        status, _, said = self.run_program('db', 'sync')
        self.assertEqual(1, status)
        self.assertIn('no connection in the section [trail]', said)

    def test_without_a_cell(self):
        self.run_program('db', 'sync')
        status, _, said = self.run_program('collect', '--once')
        self.assertEqual(1, status)
        self.assertIn('no connection in the section [database]', said)
