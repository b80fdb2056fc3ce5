# SPDX-License-Identifier: Apache-2.0
"""Fixtures: a database for a test, and the statements it executes."""

import atexit
from collections.abc import Callable
import functools
import os
import pathlib
import tempfile
from typing import Any
import uuid

import fixtures
from oslo_config import cfg
from oslo_db import options
import sqlalchemy as sa
from sqlalchemy import event

from ext_lib.db.facade import Facade

#: Names the server to use in place of SQLite: a URL of any database on it.
URL = 'EXT_TEST_DB_URL'

#: What connections do for themselves is not a question.
_NO_QUESTIONS = (
    'BEGIN', 'COMMIT', 'PRAGMA', 'RELEASE', 'ROLLBACK', 'SAVEPOINT', 'SHOW',
)  # fmt: skip
_CATALOGUES = ('pg_catalog', 'pg_class')
_PING = 'SELECT 1'


class Database(fixtures.Fixture):
    """An empty database behind ``facade``, for this test alone.

    By default it is a SQLite file; with EXT_TEST_DB_URL in the environment,
    one on that server which the tests of a process use in turn.

    :param metadata: the tables to find in it
    :param conf: configuration to write the connection to; one of the
        fixture's own when omitted
    """

    def __init__(
        self,
        facade: Facade,
        metadata: sa.MetaData,
        conf: cfg.ConfigOpts | None = None,
        group: str = 'database',
    ) -> None:
        super().__init__()
        self._facade = facade
        self._metadata = metadata
        self._group = group
        self.conf = cfg.ConfigOpts() if conf is None else conf
        self.url = ''

    def _setUp(self) -> None:
        server = os.environ.get(URL)
        if server:
            self.url = server_database(server, self._metadata)
            empty(self.url, self._metadata)
        else:
            self.url = self._copy()
        self.conf.register_opts(options.database_opts, group=self._group)
        # No test cuts the power.
        self.conf.set_override('sqlite_synchronous', False, self._group)
        self.conf.set_override('connection', self.url, self._group)
        self.addCleanup(self.conf.clear_override, 'connection', self._group)
        self._facade.configure(self.conf, self._group)
        self.addCleanup(self._facade.reset)

    def _copy(self) -> str:
        path = self.useFixture(fixtures.TempDir()).join('test.db')
        pathlib.Path(path).write_bytes(_template(self._metadata))
        return f'sqlite:///{path}'


class Statements(fixtures.Fixture):
    """The statements that a database executes while the fixture is in use.

    ``statements`` is the list of their texts, without what connections say
    to begin, to end or to see whether they live.

    :param shard: name of one of the facade's; its own database if omitted
    """

    def __init__(self, facade: Facade, shard: str | None = None) -> None:
        super().__init__()
        self._facade = facade
        self._shard = shard
        self.statements: list[str] = []

    def _setUp(self) -> None:
        for engine in self._facade.get_engines(self._shard):
            event.listen(engine, 'before_cursor_execute', self._listen)
            self.addCleanup(
                event.remove, engine, 'before_cursor_execute', self._listen
            )

    def _listen(
        self, _connection: Any, _cursor: Any, statement: str, *_: Any
    ) -> None:
        if statement == _PING or statement.startswith(_NO_QUESTIONS):
            return
        if not any(catalogue in statement for catalogue in _CATALOGUES):
            self.statements.append(statement)

    @property
    def selects(self) -> list[str]:
        """The statements that read."""
        return [s for s in self.statements if s.startswith('SELECT')]

    def clear(self) -> None:
        """Begin again."""
        self.statements.clear()

    def __len__(self) -> int:
        return len(self.statements)


@functools.cache
def _template(metadata: sa.MetaData) -> bytes:
    # A copy is made a hundred times faster than the tables are.
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory, 'template.db')
        _with_engine(f'sqlite:///{path}', metadata.create_all)
        return path.read_bytes()


@functools.cache
def server_database(server: str, metadata: sa.MetaData) -> str:
    """Return the URL of a database for this process, made at first use."""
    url = create_database(server)
    atexit.register(drop_database, url)
    _with_engine(url, metadata.create_all)
    return url


def create_database(server: str) -> str:
    """Create a database on the server of a URL, return the URL of it."""
    name = f'ext_test_{os.getpid()}_{uuid.uuid4().hex[:12]}'
    _on_server(server, f'CREATE DATABASE {name}')
    url = sa.engine.make_url(server).set(database=name)
    return url.render_as_string(hide_password=False)


def drop_database(url: str) -> None:
    """Drop a database, with the connections that are open."""
    made = sa.engine.make_url(url)
    force = ' WITH (FORCE)' if made.get_backend_name() == 'postgresql' else ''
    server = made
    if force:
        # A database cannot be dropped from within.
        server = made.set(database='postgres')
    _on_server(
        server.render_as_string(hide_password=False),
        f'DROP DATABASE IF EXISTS {made.database}{force}',
    )


def _on_server(server: str, statement: str) -> None:
    engine = sa.create_engine(server, isolation_level='AUTOCOMMIT')
    try:
        with engine.connect() as connection:
            connection.execute(sa.text(statement))
    finally:
        engine.dispose()


def empty(url: str, metadata: sa.MetaData) -> None:
    """Delete all rows of a database."""

    def delete(connection: Any) -> None:
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())

    _with_engine(url, delete)


def _with_engine(url: str, work: Callable[[Any], Any]) -> None:
    engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
    with engine.begin() as connection:
        work(connection)
    engine.dispose()
