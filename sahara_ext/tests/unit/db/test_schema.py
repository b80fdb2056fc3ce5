# SPDX-License-Identifier: Apache-2.0
"""Every way to the present schema leads there, on SQLite."""

import fixtures

from sahara_ext.tests.unit.db import schema_paths


class TestSQLite(schema_paths.SchemaPaths):
    def setUp(self):
        directory = self.useFixture(fixtures.TempDir())
        self.url = f'sqlite:///{directory.join("test.db")}'
        super().setUp()
