# SPDX-License-Identifier: Apache-2.0
"""Databases that answer and cannot serve, on three kinds of databases."""

import os
from typing import Any

import fixtures
import sqlalchemy as sa
from sqlalchemy import event
import testtools

from ext_lib.db import fixture
from ext_lib.db import storage
from ext_lib.db.facade import Facade
from ext_lib.testing import servers

load_tests = servers.load_tests

_MYSQL_FULL = (
    'CREATE TRIGGER full_{table} BEFORE INSERT ON {table} FOR EACH ROW '
    "SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1114, "
    "MESSAGE_TEXT = 'The table is full'"
)
_POSTGRESQL_FULL = (
    (
        'CREATE FUNCTION full_{table}() RETURNS trigger AS $$ BEGIN RAISE '
        "EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; "
        'END $$ LANGUAGE plpgsql'
    ),
    (
        'CREATE TRIGGER full_{table} BEFORE INSERT ON {table} FOR EACH ROW '
        'EXECUTE FUNCTION full_{table}()'
    ),
)


class Unusable(testtools.TestCase):
    """A test with ``url``, of a database of each kind with empty tables.

    It comes before a base with ``conf``; its module needs ``load_tests``.
    """

    scenarios: Any = (('sqlite', {}), *servers.OnServers.scenarios)
    variable: str = ''
    default: str = ''
    conf: Any

    def make_url(self, metadata: sa.MetaData) -> str:
        """Return the URL of a database with these tables."""
        self.addCleanup(storage.FULL_DISKS.clear)
        url = self._make_database()
        self.engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
        metadata.create_all(self.engine)
        return url

    def _make_database(self) -> str:
        if not self.variable:
            path = self.useFixture(fixtures.TempDir()).join('it.sqlite')
            return f'sqlite:///{path}'
        server = os.environ.get(self.variable, self.default)
        try:
            url = fixture.create_database(server)
        except sa.exc.OperationalError as error:
            if os.environ.get(servers.REQUIRE):
                raise
            self.skipTest(f'{self.variable} leads nowhere: {error.orig}')
        self.addCleanup(fixture.drop_database, url)
        return url

    def execute(self, *statements: str) -> None:
        """Change the database as its owner does."""
        with self.engine.begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)

    def make_read_only(self) -> str:
        """Let the database only be read from now on; return its URL."""
        url = self.engine.url
        name = url.database
        if url.get_backend_name() == 'sqlite':
            return f'sqlite:///file:{name}?mode=ro&uri=true'
        if url.get_backend_name() == 'postgresql':
            self.execute(
                f'ALTER DATABASE {name} SET default_transaction_read_only '
                'TO on'
            )
            return url.render_as_string(hide_password=False)
        self.execute(
            f"CREATE USER '{name}'@'%%' IDENTIFIED BY '{name}'",
            f"GRANT SELECT ON {name}.* TO '{name}'@'%%'",
        )
        self.addCleanup(self.execute, f"DROP USER '{name}'@'%%'")
        account = url.set(username=name, password=name)
        return account.render_as_string(hide_password=False)

    def fill_disk(self, facade: Facade, tables: list[str]) -> None:
        """Let no row find space in these tables."""
        kind = self.engine.dialect.name
        if kind == 'sqlite':
            self._limit_pages(facade)
            return
        wanted = _POSTGRESQL_FULL if kind == 'postgresql' else (_MYSQL_FULL,)
        self.execute(
            *(text.format(table=t) for t in tables for text in wanted)
        )

    def _limit_pages(self, facade: Facade) -> None:
        engine = facade.get_engine()

        def limit(connection: Any, _record: Any) -> None:
            [count] = connection.execute('PRAGMA page_count').fetchone()
            connection.execute(f'PRAGMA max_page_count = {count}')

        event.listen(engine, 'connect', limit)
        engine.dispose()

    def drop_tables(self, metadata: sa.MetaData) -> None:
        """Leave the database without tables."""
        metadata.drop_all(self.engine)
