# SPDX-License-Identifier: Apache-2.0
"""A single statement is a transaction, or part of one."""

from unittest import mock

from oslo_db import exception as db_exception
import sqlalchemy as sa

from ext_lib.db import autocommit
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


class TestFetch(base.TestCase):
    def setUp(self):
        super().setUp()
        self.add(base.Thing(name='a', size=1), base.Thing(name='b', size=2))
        self.statement = sa.select(THINGS.c.name).where(
            THINGS.c.size == sa.bindparam('size')
        )

    def fetch(self, context, size):
        rows = self.facade.fetch(context, self.statement, {'size': size})
        return [tuple(row) for row in rows]

    def test_rows_are_plain(self):
        self.assertEqual([('b',)], self.fetch(self.context, 2))
        self.assertEqual([], self.fetch(self.context, 3))

    def test_it_shares_a_transaction(self):
        @self.facade.writer
        def outer(context):
            context.session.add(base.Thing(name='c', size=3))
            context.session.flush()
            return self.fetch(context, 3)

        self.assertEqual([('c',)], outer(self.context))

    def test_nothing_is_said_beside_the_statement(self):
        said = []

        def listen(_connection, _cursor, statement, *_):
            said.append(statement)

        @self.facade.reader
        def read(context):
            return context.session.scalars(sa.select(THINGS.c.size)).all()

        for engine in self.facade.get_engines():
            sa.event.listen(engine, 'before_cursor_execute', listen)
        self.fetch(self.context, 1)
        read(self.context)
        self.assertEqual(2, len(said), str(said))

    def test_indexes(self):
        index = sa.schema.CreateIndex(sa.Index('by_size', THINGS.c.size))
        self.addCleanup(THINGS.indexes.clear)
        with self.facade.get_engine().begin() as connection:
            connection.execute(index)
        drop = sa.schema.DropIndex(index.element)
        self.addCleanup(self.facade.execute, self.context, drop)
        found = self.facade.indexes(self.context, 'things')
        self.assertEqual({('size',)}, found - {('name',)})

    def test_a_database_in_memory_is_the_same(self):
        self.database.conf.set_override('connection', 'sqlite://', 'database')
        self.facade.configure(self.database.conf)
        base.Base.metadata.create_all(self.facade.get_engine())
        self.add(base.Thing(name='z', size=9))
        self.assertEqual([('z',)], self.fetch(self.context, 9))
        self.assertEqual(['z'], self.names(ALL))


class TestRetrying(base.TestCase):
    """A connection may have been lost since it was used last."""

    def setUp(self):
        super().setUp()
        self.calls = 0

    def lose(self, times):
        def function():
            self.calls += 1
            if self.calls <= times:
                raise db_exception.DBConnectionError()
            return 'done'

        return autocommit.retrying(function)

    def test_once_is_found_out(self):
        self.assertEqual('done', self.lose(1))
        self.assertEqual(2, self.calls)

    def test_twice_is_an_outage(self):
        self.assertRaises(db_exception.DBConnectionError, self.lose, 2)
        self.assertEqual(2, self.calls)

    def test_what_has_timed_out_is_not_repeated(self):
        clock = mock.Mock(side_effect=[0.0, 1.0])
        with mock.patch('time.monotonic', clock):
            self.assertRaises(db_exception.DBConnectionError, self.lose, 1)
        self.assertEqual(1, self.calls)

    def test_a_reader_is_called_again(self):
        @self.facade.reader
        def read(context):
            self.calls += 1
            if self.calls == 1:
                raise db_exception.DBConnectionError()
            return self.calls

        @self.facade.reader
        def outer(context):
            return read(context)

        self.assertEqual(2, outer(self.context))
