# SPDX-License-Identifier: Apache-2.0
"""Indexes that are missing are found, and made by statements of their own."""

import sqlalchemy as sa

from ext_lib.db import indexes
from ext_lib.db import schema
from ext_lib.tests.unit.db import base

METADATA = sa.MetaData()
PARTS = sa.Table(
    'parts',
    METADATA,
    sa.Column('id', sa.Integer, primary_key=True),
    sa.Column('name', sa.String(20)),
    sa.Column('group', sa.String(20)),
    sa.Index('parts_group_idx', 'group'),
    sa.Index('parts_name_idx', 'name', unique=True),
    mysql_engine='InnoDB',
)


class IndexTestCase(base.TestCase):
    """A database with the table, but without its indexes."""

    def setUp(self):
        super().setUp()
        self.engine = sa.create_engine(self.database.url)
        self.addCleanup(self.engine.dispose)
        self.addCleanup(METADATA.drop_all, self.engine)
        self.make('"group" VARCHAR(20)')

    def make(self, *columns):
        METADATA.drop_all(self.engine)
        every = ', '.join(
            ('id INTEGER PRIMARY KEY', 'name VARCHAR(20)', *columns)
        )
        self.run_sql(f'CREATE TABLE parts ({every})')

    def run_sql(self, text):
        """Carry out a statement of standard SQL by itself."""
        if self.engine.dialect.name == 'mysql':
            text = text.replace('"', '`')
        indexes.execute(self.engine, text)

    def missing(self):
        with self.engine.connect() as connection:
            return [i.name for i in indexes.missing(connection, PARTS)]

    def statements(self):
        return indexes.statements(self.engine, METADATA)


class TestMissing(IndexTestCase):
    def test_they_are_named_in_order(self):
        self.assertEqual(['parts_group_idx', 'parts_name_idx'], self.missing())

    def test_an_equal_one_of_another_name_will_do(self):
        self.run_sql('CREATE INDEX other ON parts ("group")')
        self.assertEqual(['parts_name_idx'], self.missing())

    def test_a_longer_one_will_not(self):
        self.run_sql('CREATE INDEX other ON parts ("group", id)')
        self.assertIn('parts_group_idx', self.missing())

    def test_one_that_lets_rows_be_equal_will_not(self):
        self.run_sql('CREATE INDEX other ON parts (name)')
        self.assertIn('parts_name_idx', self.missing())

    def test_one_that_keeps_rows_unique_will(self):
        self.run_sql('CREATE UNIQUE INDEX other ON parts (name)')
        self.assertEqual(['parts_group_idx'], self.missing())
        self.run_sql('CREATE UNIQUE INDEX another ON parts ("group")')
        self.assertEqual([], self.missing())

    def test_columns_that_are_missing_have_none(self):
        self.make()
        self.assertEqual(['parts_name_idx'], self.missing())

    def test_tables_that_are_missing_have_none(self):
        METADATA.drop_all(self.engine)
        self.assertEqual([], self.statements())


class TestStatements(IndexTestCase):
    def test_one_makes_one(self):
        for number in (2, 1):
            statement, *others = self.statements()
            self.assertEqual(number, 1 + len(others))
            indexes.execute(self.engine, statement)
        self.assertEqual([], self.statements())
        self.assertEqual(
            {'parts_group_idx': False, 'parts_name_idx': True}, self.found()
        )

    def found(self):
        """Return the indexes there are, and whether they keep rows unique."""
        return {
            index['name']: bool(index['unique'])
            for index in sa.inspect(self.engine).get_indexes('parts')
        }

    def test_one_that_lets_rows_be_equal_is_replaced(self):
        self.run_sql('CREATE INDEX parts_name_idx ON parts (name)')
        for statement in self.statements():
            indexes.execute(self.engine, statement)
        self.assertEqual([], self.missing())
        self.assertIs(True, self.found()['parts_name_idx'])

    def test_db_sync_replaces_it_too(self):
        self.run_sql('CREATE INDEX parts_name_idx ON parts (name)')
        with self.engine.begin() as connection:
            schema.create_missing(connection, METADATA)
        self.assertEqual(
            {'parts_group_idx': False, 'parts_name_idx': True}, self.found()
        )

    def test_others_may_write_meanwhile(self):
        self.only_on('postgresql')
        for statement in self.statements():
            self.assertIn(' INDEX CONCURRENTLY parts_', statement)

    def test_what_an_interrupted_run_left_is_made_anew(self):
        self.only_on('postgresql')
        self.run_sql("INSERT INTO parts VALUES (1, 'a', 'x'), (2, 'b', 'x')")
        self.assertRaises(
            sa.exc.IntegrityError,
            self.run_sql,
            'CREATE UNIQUE INDEX CONCURRENTLY parts_group_idx '
            'ON parts ("group")',
        )
        self.assertIn('parts_group_idx', self.found())
        self.assertIn('parts_group_idx', self.missing())
        first, *others = self.statements()
        self.assertEqual('DROP INDEX CONCURRENTLY parts_group_idx', first)
        for statement in (first, *others):
            indexes.execute(self.engine, statement)
        self.assertEqual([], self.missing())
        self.assertIs(False, self.found()['parts_group_idx'])

    def only_on(self, dialect):
        if self.engine.dialect.name != dialect:
            self.skipTest(f'about {dialect}')


class TestHasMoreRows(IndexTestCase):
    def test_as_many_are_not_more(self):
        self.run_sql("INSERT INTO parts VALUES (1, 'a', 'x'), (2, 'b', 'x')")
        with self.engine.connect() as connection:
            found = [
                indexes.has_more_rows(connection, PARTS, number)
                for number in range(4)
            ]
        self.assertEqual([True, True, False, False], found)
