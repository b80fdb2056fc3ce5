# SPDX-License-Identifier: Apache-2.0
"""A schema that another program keeps is recognized by its history."""

import sqlalchemy as sa

from ext_lib.db import adoption
from ext_lib.tests.unit.db import base


class TestIsAdopted(base.TestCase):
    def setUp(self):
        super().setUp()
        self.engine = sa.create_engine(self.database.url)
        self.addCleanup(self.engine.dispose)

    def make(self, table, columns, *rows):
        self.addCleanup(self.run_sql, f'DROP TABLE {table}')
        self.run_sql(f'CREATE TABLE {table} ({columns})')
        for row in rows:
            self.run_sql(f'INSERT INTO {table} VALUES ({row})')

    def run_sql(self, text):
        with self.engine.begin() as connection:
            connection.execute(sa.text(text))

    def is_adopted(self):
        with self.engine.connect() as connection:
            return adoption.is_adopted(connection, 'ours')

    def test_a_database_of_our_own(self):
        self.assertIs(False, self.is_adopted())
        self.make('ours_alembic_version', 'version_num VARCHAR(32)', "'a'")
        self.numbers('ours')
        self.assertIs(False, self.is_adopted())

    def test_another_of_alembic(self):
        self.make('alembic_version', 'version_num VARCHAR(32)', "'a'")
        self.assertIs(True, self.is_adopted())

    def test_another_of_numbers(self):
        self.numbers('theirs', 'ours')
        self.assertIs(True, self.is_adopted())

    def numbers(self, *repositories):
        self.make(
            'migrate_version',
            'repository_id VARCHAR(250) PRIMARY KEY, version INTEGER',
            *(f"'{repository}', 7" for repository in repositories),
        )
