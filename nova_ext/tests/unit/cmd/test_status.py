# SPDX-License-Identifier: Apache-2.0
"""nova-ext-status tells whether the database is ready."""

import json

import fixtures
from oslo_config import cfg
from oslo_upgradecheck import upgradecheck
import sqlalchemy as sa
import testtools

from nova_ext.cmd import status
from nova_ext.db.facade import facade
from nova_ext.db.migration import schema

SUCCESS, WARNING, FAILURE = (0, None), 1, 2


class TestStatus(testtools.TestCase):
    def setUp(self):
        super().setUp()
        self.useFixture(fixtures.FakeLogger(nuke_handlers=True))
        self.addCleanup(facade.reset)
        directory = self.useFixture(fixtures.TempDir())
        url = f'sqlite:///{directory.join("test.db")}'
        self.useFixture(
            fixtures.EnvironmentVariable('OS_DATABASE__CONNECTION', url)
        )
        self.engine = sa.create_engine(url)
        self.addCleanup(self.engine.dispose)

    def check(self):
        """Return the exit status, and code and details of each check."""
        out = self.useFixture(fixtures.StringStream('out')).stream
        with fixtures.MonkeyPatch('sys.stdout', out):
            code = status.main(
                ['upgrade', 'check', '--json'], cfg.ConfigOpts()
            )
        out.seek(0)
        checks = json.loads(out.read())['checks']
        return code, {
            check['check']: (check['result'], check['details'])
            for check in checks
        }

    def test_ready(self):
        schema.sync(self.engine)
        code, checks = self.check()
        self.assertEqual(upgradecheck.Code.SUCCESS, code)
        self.assertEqual({'Schema': SUCCESS, 'Indexes': SUCCESS}, checks)

    def test_an_empty_database(self):
        code, checks = self.check()
        self.assertEqual(upgradecheck.Code.FAILURE, code)
        result, details = checks['Schema']
        self.assertEqual(FAILURE, result)
        self.assertIn('nova-ext-manage db sync', details)

    def test_an_index_was_dropped(self):
        schema.sync(self.engine)
        name = 'migrations_deleted_user_id_created_at_id_idx'
        with self.engine.begin() as connection:
            connection.execute(sa.text(f'DROP INDEX {name}'))
        code, checks = self.check()
        self.assertEqual(upgradecheck.Code.WARNING, code)
        result, details = checks['Indexes']
        self.assertEqual(WARNING, result)
        self.assertIn(name, details)
