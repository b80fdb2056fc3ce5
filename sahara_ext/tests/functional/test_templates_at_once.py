# SPDX-License-Identifier: Apache-2.0
"""Many requests change templates and images at once, on SQLite."""

import fixtures

from sahara_ext.tests.functional import templates_at_once


class TestSQLite(templates_at_once.TemplateTests):
    def setUp(self):
        directory = self.useFixture(fixtures.TempDir())
        self.url = f'sqlite:///{directory.join("test.db")}'
        super().setUp()
