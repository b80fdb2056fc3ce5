# SPDX-License-Identifier: Apache-2.0
"""Tests get a database of their own, and know what it was asked."""

import sqlalchemy as sa

from ext_lib.db import facade
from ext_lib.db import fixture
from ext_lib.tests.unit.db import base

ALL = sa.select(base.Thing)


class TestDatabase(base.TestCase):
    def test_it_is_empty(self):
        self.assertEqual([], self.ask(ALL))
        self.add(base.Thing(name='a'))

    def test_it_is_still_empty(self):
        self.test_it_is_empty()

    def test_it_can_write_to_a_given_configuration(self):
        other = fixture.Database(
            facade.Facade(), base.Base.metadata, self.database.conf
        )
        with other:
            self.assertEqual(other.url, self.database.conf.database.connection)
        self.assertIsNone(self.database.conf.database.connection)


class TestStatements(base.TestCase):
    def setUp(self):
        super().setUp()
        self.statements = self.useFixture(fixture.Statements(self.facade))

    def test_questions_are_counted(self):
        self.add(base.Thing(name='a'))
        self.ask(ALL)
        self.assertEqual(2, len(self.statements))
        self.assertIn('INSERT INTO things', self.statements.statements[0])
        self.assertEqual(1, len(self.statements.selects))

    def test_clear(self):
        self.ask(ALL)
        self.statements.clear()
        self.assertEqual(0, len(self.statements))
