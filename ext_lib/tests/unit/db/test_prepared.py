# SPDX-License-Identifier: Apache-2.0
"""A prepared statement reads what SQLAlchemy reads by it."""

import datetime
from unittest import mock

import sqlalchemy as sa
from sqlalchemy.dialects import mysql
from sqlalchemy.dialects import postgresql

from ext_lib.db import prepared
from ext_lib.tests.unit.db import base

THINGS = base.Thing.__table__.c
_NOON = datetime.datetime(2026, 6, 1, 12)  # noqa: DTZ001 (as kept)


class TestFetch(base.TestCase):
    def setUp(self):
        super().setUp()
        self.add(
            base.Thing(name='a', size=1, created_at=_NOON),
            base.Thing(name='b', size=2, created_at=None),
        )
        self.statement = prepared.Prepared(
            sa.select(THINGS.name, THINGS.created_at, THINGS.size.label('n'))
            .where(THINGS.size >= sa.bindparam('size'), THINGS.name != 'z')
            .order_by(THINGS.id)
            .limit(sa.bindparam('limit', type_=sa.Integer()))
        )

    def fetch(self, statement=None, context=None, **values):
        values = {'limit': 9, **values}
        if statement is None:
            statement = self.statement
        return self.facade.fetch(context or self.context, statement, values)

    def test_rows(self):
        a, b = ('a', _NOON, 1), ('b', None, 2)
        self.assertEqual([a, b], self.fetch(size=1))
        self.assertEqual([b], self.fetch(size=2))
        self.assertEqual([a], self.fetch(size=0, limit=1))
        [row] = self.fetch(size=2, unknown='left out')
        self.assertEqual(('b', None, 2), (row.name, row.created_at, row.n))

    def test_rows_are_those_of_sqlalchemy(self):
        expected = self.fetch(self.statement.statement, size=0)
        self.assertEqual(list(map(tuple, expected)), self.fetch(size=0))

    def test_times_are_parameters(self):
        statement = prepared.Prepared(
            sa.select(THINGS.name).where(
                THINGS.created_at == sa.bindparam('time', type_=sa.DateTime())
            )
        )
        self.assertEqual([('a',)], self.fetch(statement, time=_NOON))

    def test_columns_of_one_name(self):
        statement = prepared.Prepared(
            sa.select(THINGS.name, THINGS.name.label('name'))
        )
        self.assertEqual(('a', 'a'), self.fetch(statement)[0])

    def test_list_of_any_length(self):
        names = sa.bindparam('names', expanding=True, type_=sa.String())
        statement = prepared.Prepared(
            sa.select(THINGS.name).where(THINGS.name.in_(names))
        )
        found = self.fetch(statement, names=['a', 'b', 'c'])
        self.assertEqual([('a',), ('b',)], [tuple(row) for row in found])

    def test_a_value_is_missing(self):
        self.assertRaises(KeyError, self.fetch)

    def test_it_is_part_of_a_transaction(self):
        @self.facade.writer
        def outer(context):
            context.session.add(base.Thing(name='c', size=3))
            context.session.flush()
            return self.fetch(context=context, size=3)

        found = [tuple(row) for row in outer(self.context)]
        self.assertEqual([('c', None, 3)], found)

    def failure(self, statement):
        """Return the class of the error that a statement raises."""
        try:
            self.fetch(statement)
        except Exception as error:
            return type(error)
        raise AssertionError('there is no error')

    def test_errors_are_those_of_sqlalchemy_and_oslo_db(self):
        statement = prepared.Prepared(
            sa.select(sa.column('a')).select_from(sa.table('nowhere'))
        )
        expected = self.failure(statement.statement)
        self.assertIs(expected, self.failure(statement))
        self.assertEqual(1, len(self.fetch(size=2)))

    def test_it_is_executed_again_by_sqlalchemy(self):
        error = self.facade.get_engine().dialect.dbapi.OperationalError('lost')
        path = 'ext_lib.db.driver_statement.DriverStatement.fetch'
        with mock.patch(path, autospec=True, side_effect=error) as fetch:
            self.assertEqual(('b', None, 2), tuple(self.fetch(size=2)[0]))
        fetch.assert_called_once()

    def test_what_is_interrupted_closes_the_connection(self):
        path = 'ext_lib.db.driver_statement.DriverStatement.fetch'
        fetch = mock.patch(path, autospec=True, side_effect=SystemExit)
        invalidate = mock.patch.object(
            sa.engine.Connection, 'invalidate', autospec=True
        )
        with fetch, invalidate as closed:
            self.assertRaises(SystemExit, self.fetch, size=2)
        closed.assert_called_once()

    def test_who_listens_hears_it(self):
        said = []

        def listen(_connection, _cursor, statement, *_):
            said.append(statement)

        self.fetch(size=1)
        for engine in self.facade.get_engines():
            sa.event.listen(engine, 'before_cursor_execute', listen)
        self.assertEqual(2, len(self.fetch(size=1)))
        self.assertEqual(1, len(said))

    def test_it_has_found_something_once(self):
        one = prepared.Prepared(sa.select(THINGS.id).where(THINGS.name == 'c'))
        self.assertIs(False, self.facade.has_found(self.context, one))
        self.add(base.Thing(name='c', size=3))
        with mock.patch.object(
            self.facade, 'fetch', autospec=True, side_effect=self.facade.fetch
        ) as fetch:
            for _ in range(2):
                self.assertIs(True, self.facade.has_found(self.context, one))
        fetch.assert_called_once()


class TestForDriver(base.TestCase):
    def setUp(self):
        super().setUp()
        self.statement = prepared.Prepared(
            sa.select(THINGS.name).where(
                THINGS.name == sa.bindparam('name', type_=sa.String()),
                THINGS.size == 7,
            )
        )

    def sent(self, dialect):
        connection = mock.Mock()
        connection.cursor().fetchall.return_value = [('a',)]
        found = self.statement.for_driver(dialect)
        assert found is not None
        self.assertEqual([('a',)], found.fetch(connection, {'name': 'a'}))
        connection.cursor().close.assert_called_once()
        return connection.cursor().execute.call_args.args

    def test_parameters_by_position(self):
        text, parameters = self.sent(mysql.dialect())
        self.assertEqual(2, text.count('%s'))
        self.assertEqual(['a', 7], parameters)

    def test_parameters_by_name(self):
        text, parameters = self.sent(postgresql.dialect())
        self.assertEqual(2, text.count(')s'))
        self.assertEqual({'a', 7}, set(parameters.values()))

    def test_it_is_translated_once(self):
        dialect = mysql.dialect()
        first = self.statement.for_driver(dialect)
        self.assertIs(first, self.statement.for_driver(dialect))
        self.assertIsNot(first, self.statement.for_driver(mysql.dialect()))
