# SPDX-License-Identifier: Apache-2.0
"""A step creates what is missing and leaves alone what is there."""

import sqlalchemy as sa

from ext_lib.db import schema
from ext_lib.tests.unit.db import base


def wanted():
    metadata = sa.MetaData()
    sa.Table(
        'parts',
        metadata,
        sa.Column('id', sa.Integer, primary_key=True),
        sa.Column('name', sa.String(20)),
        sa.Column('group', sa.String(20)),
        sa.Index('parts_name_group_idx', 'name', 'group'),
        sa.Index('parts_group_idx', 'group'),
    )
    return metadata


class TestCreateMissing(base.TestCase):
    def setUp(self):
        super().setUp()
        self.engine = sa.create_engine(self.database.url)
        self.addCleanup(self.engine.dispose)
        self.addCleanup(self.run_sql, 'DROP TABLE IF EXISTS parts')

    def run_sql(self, text):
        with self.engine.begin() as connection:
            connection.execute(sa.text(text))

    def create(self):
        with self.engine.begin() as connection:
            schema.create_missing(connection, wanted())

    def columns(self):
        found = sa.inspect(self.engine).get_columns('parts')
        return {column['name']: str(column['type']) for column in found}

    def indexes(self):
        found = sa.inspect(self.engine).get_indexes('parts')
        return {index['name'] for index in found}

    def test_a_table(self):
        self.create()
        self.assertEqual({'id', 'name', 'group'}, set(self.columns()))
        self.assertEqual(
            {'parts_name_group_idx', 'parts_group_idx'}, self.indexes()
        )

    def test_is_idempotent(self):
        self.create()
        self.create()

    def test_columns_and_indexes(self):
        self.run_sql('CREATE TABLE parts (id INTEGER PRIMARY KEY)')
        self.create()
        self.assertEqual({'id', 'name', 'group'}, set(self.columns()))
        self.assertEqual(
            {'parts_name_group_idx', 'parts_group_idx'}, self.indexes()
        )

    def test_what_is_there_stays_as_it_is(self):
        self.run_sql(
            'CREATE TABLE parts (id INTEGER PRIMARY KEY, name VARCHAR(7), '
            'colour VARCHAR(5))'
        )
        self.run_sql("INSERT INTO parts VALUES (1, 'x', 'red')")
        self.create()
        self.assertIn('VARCHAR(7)', self.columns()['name'])
        self.assertIn('VARCHAR(5)', self.columns()['colour'])
