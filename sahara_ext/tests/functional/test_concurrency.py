# SPDX-License-Identifier: Apache-2.0
"""Each operation has one engine, on SQLite."""

import fixtures

from sahara_ext.tests.functional import concurrency


class TestSQLite(concurrency.ConcurrencyTests):
    def setUp(self):
        directory = self.useFixture(fixtures.TempDir())
        self.url = f'sqlite:///{directory.join("test.db")}'
        super().setUp()
