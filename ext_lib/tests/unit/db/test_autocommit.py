# SPDX-License-Identifier: Apache-2.0
"""A single statement is a transaction, or part of one."""

from oslo_db import exception as db_exception
import sqlalchemy as sa

from ext_lib.tests.unit.db import base

ALL = sa.select(base.Thing)
THINGS = base.Thing.__table__


class TestExecute(base.TestCase):
    def insert(self, name, context=None):
        statement = sa.insert(THINGS).values(name=name)
        return self.facade.execute(context or self.context, statement)

    def test_what_it_stores_stays(self):
        for name in ('a', 'b'):
            [number] = self.insert(name).inserted_primary_key
            [row] = self.ask(ALL.where(base.Thing.id == number))
            self.assertEqual(name, row.name)

    def test_number_of_changed_rows(self):
        self.insert('a')
        for name, number in (('a', 1), ('b', 0)):
            statement = sa.update(THINGS).where(THINGS.c.name == name)
            changed = self.facade.execute(
                self.context, statement.values(name='a')
            )
            self.assertEqual(number, changed.rowcount)

    def test_it_shares_a_transaction(self):
        @self.facade.writer
        def outer(context):
            self.insert('a', context)
            raise ValueError

        self.assertRaises(ValueError, outer, self.context)
        self.assertEqual([], self.ask(ALL))

    def test_what_fails_leaves_nothing_behind(self):
        self.insert('a')
        for _ in range(2):
            self.assertRaises(db_exception.DBDuplicateEntry, self.insert, 'a')
        self.insert('b')
        self.assertEqual({'a', 'b'}, set(self.names(ALL)))
