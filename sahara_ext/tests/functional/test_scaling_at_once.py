# SPDX-License-Identifier: Apache-2.0
"""Many requests scale one cluster at once, on SQLite."""

import fixtures

from sahara_ext.tests.functional import scaling_at_once


class TestSQLite(scaling_at_once.ScalingTests):
    def setUp(self):
        directory = self.useFixture(fixtures.TempDir())
        self.url = f'sqlite:///{directory.join("test.db")}'
        super().setUp()
