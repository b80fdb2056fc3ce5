# SPDX-License-Identifier: Apache-2.0
"""A database made on one dependency line is the one the other makes."""

import sqlalchemy as sa
import testtools

from ext_lib.db import fixture
from ext_lib.testing import dependency_lines
from ext_lib.testing import schemas
from ext_lib.testing import servers
from sahara_ext.db.migrations import schema

load_tests = servers.load_tests

_PROGRAM = 'sahara_ext.cmd.manage'


class TestLines(servers.OnServers, testtools.TestCase):
    def setUp(self):
        super().setUp()
        self.default_line, self.current_line = dependency_lines.both_lines(
            self, _PROGRAM
        )

    def made_by(self, first, second):
        """Return a schema that a line makes and another finds complete."""
        url = fixture.create_database(self.url)
        self.addCleanup(fixture.drop_database, url)
        self.sync(first, url)
        made = snapshot(url)
        self.sync(second, url)
        self.assertEqual(made, snapshot(url))
        version = second.manage(url, 'db', 'version')
        self.assertEqual(f'{schema.head}\n', version.said)
        return made

    def sync(self, line, url):
        ended = line.manage(url, 'db', 'sync')
        self.assertEqual(0, ended.status, ended.said)

    def test_both_make_the_same(self):
        made = self.made_by(self.default_line, self.current_line)
        self.assertIn('clusters', made)
        self.assertEqual(
            made, self.made_by(self.current_line, self.default_line)
        )


def snapshot(url):
    return schemas.snapshot(sa.create_engine(url, poolclass=sa.pool.NullPool))
