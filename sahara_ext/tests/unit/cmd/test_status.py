# SPDX-License-Identifier: Apache-2.0
"""sahara-ext-status returns whether the database is ready."""

import fixtures
from oslo_upgradecheck import upgradecheck
import sqlalchemy as sa

from ext_lib.testing import upgrade_checks
from sahara_ext.cmd import status
from sahara_ext.db import models
from sahara_ext.db.facade import facade
from sahara_ext.db.migrations import schema
from sahara_ext.tests.unit.db import base

SUCCESS, WARNING, FAILURE = (0, None), 1, 2
LAST_SEEN = 'engines_last_seen_at_idx'


class TestStatus(upgrade_checks.ChecksTestCase):
    program = status
    facade = facade

    def test_ready(self):
        schema.sync(self.engine)
        code, checks = self.check()
        self.assertEqual(upgradecheck.Code.SUCCESS, code)
        self.assertEqual(dict.fromkeys(('Schema', 'Indexes'), SUCCESS), checks)

    def test_an_empty_database(self):
        code, checks = self.check()
        self.assertEqual(upgradecheck.Code.FAILURE, code)
        result, details = checks['Schema']
        self.assertEqual(FAILURE, result)
        self.assertIn('sahara-ext-manage db sync', details)

    def test_an_older_schema(self):
        schema.sync(self.engine, '3f6a1c9e4b27')
        code, checks = self.check()
        self.assertEqual(upgradecheck.Code.FAILURE, code)
        self.assertIn('is at 3f6a1c9e4b27, not at', checks['Schema'][1])

    def check_without(self, index, big, engines=0):
        """Return code and details when an index was dropped.

        :param big: how many rows a table may have
        """
        schema.sync(self.engine)
        self.useFixture(
            fixtures.EnvironmentVariable('OS_STATUS__BIG_TABLE', str(big))
        )
        moment = {
            'started_at': base.minutes(0),
            'last_seen_at': base.minutes(1),
        }
        with self.engine.begin() as connection:
            connection.execute(sa.text(f'DROP INDEX {index}'))
            for number in range(engines):
                row = {'id': f'engine-{number}', **moment}
                connection.execute(sa.insert(models.Engine).values(row))
        return self.check()[1]['Indexes']

    def test_big_tables_without_indexes_are_named(self):
        code, details = self.check_without(LAST_SEEN, big=2, engines=3)
        self.assertEqual(WARNING, code)
        self.assertIn(f'engines ({LAST_SEEN}).', details)
        self.assertIn('sahara-ext-manage db create_indexes', details)

    def test_others_do_without(self):
        found = self.check_without(LAST_SEEN, big=3, engines=3)
        self.assertEqual(SUCCESS, found)
