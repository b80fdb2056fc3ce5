# SPDX-License-Identifier: Apache-2.0
"""Costs of requests that do not depend on the machine, and their ceilings.

They are the commands that reach a database and the Python functions that are
called. What a request costs is counted once everything that is kept is there.
"""

import collections
from collections.abc import Callable, Mapping
import functools
import gc
import os
import sqlite3
import sys
from typing import Any, NamedTuple

import fixtures
from pymysql import connections
import testtools
import webob

from ext_lib.db import fixture
from ext_lib.testing import servers

#: With this in the environment, tests print the costs they find.
PRINT = 'EXT_PRINT_COSTS'
#: Requests of a kind before the first that counts, and the most of those that
#: do: some look at files that other programs have just changed.
_WARM_UP = 3
_COUNTED = 10
#: What opens a connection to SQLite, and where each command of PyMySQL
#: passes, whether a cursor sends it or not.
_CONNECT = 'sqlite3.dbapi2.connect'
_EXECUTE = 'pymysql.connections.Connection._execute_command'
#: Name that SQL does not know of what PyMySQL can ask without it.
_ADMINISTRATION = {14: 'PING'}


class Ceiling(NamedTuple):
    """The most that one request may cost.

    ``sqlite`` and ``mariadb`` are commands, that is what connections send:
    statements, pings, and the beginning and end of transactions. ``calls`` are
    those of functions written in Python, the resumption of generators
    included, on SQLite.
    """

    sqlite: int
    mariadb: int
    calls: int


class Commands(fixtures.Fixture):
    """The commands to databases while the fixture is in use.

    ``texts`` has them in order. They are counted where the driver gets them,
    for connections that are opened later: use it before the engine is made.
    It knows the drivers sqlite3 and PyMySQL.
    """

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def _setUp(self) -> None:
        sqlite = functools.partial(
            sqlite3.connect, factory=_connection_class(self.texts.append)
        )
        self.useFixture(fixtures.MonkeyPatch(_CONNECT, sqlite))
        mysql = _watched(connections.Connection._execute_command, self.texts)
        self.useFixture(fixtures.MonkeyPatch(_EXECUTE, mysql))


def _watched(send: Callable[..., Any], texts: list[str]) -> Callable[..., Any]:
    """Return ``send``, a method of connections, that keeps what it sends."""

    def watch(connection: Any, command: int, sql: Any) -> Any:
        text = sql.decode() if isinstance(sql, bytes) else sql
        texts.append(_ADMINISTRATION.get(command, text))
        return send(connection, command, sql)

    return watch


def _connection_class(note: Callable[[str], None]) -> type[Any]:
    """Return a class of connections to SQLite that report their commands."""

    class Cursor(sqlite3.Cursor):
        def execute(self, sql: str, *parameters: Any) -> Any:
            note(sql)
            return super().execute(sql, *parameters)

    class Connection(sqlite3.Connection):
        def cursor(self, factory: Any = Cursor) -> Any:
            return super().cursor(factory)

        def commit(self) -> None:
            note('COMMIT')
            super().commit()

        def rollback(self) -> None:
            note('ROLLBACK')
            super().rollback()

    return Connection


def calls(function: Callable[[], Any]) -> collections.Counter[str]:
    """Return how often Python functions are called in this thread, by name.

    The call of ``function`` itself is one.
    """
    found: list[Any] = []

    def profile(frame: Any, kind: str, _argument: Any) -> None:
        if kind == 'call':
            found.append(frame.f_code)

    # What finalizers do would be counted at any time.
    gc.collect()
    gc.disable()
    sys.setprofile(profile)
    try:
        function()
    finally:
        sys.setprofile(None)
        gc.enable()
    return collections.Counter(
        f'{os.path.basename(code.co_filename)}:{code.co_name}'
        for code in found
    )


class CostTestCase(testtools.TestCase):
    """A test of what requests cost.

    ``commands`` is in use since before there was any connection.
    """

    commands: Commands
    #: Whether the database is MariaDB; only its commands are compared then.
    is_mariadb = False

    def setUp(self) -> None:
        self.commands = self.useFixture(Commands())
        super().setUp()

    def assertCosts(
        self,
        application: Any,
        ceilings: Mapping[str, Ceiling],
        headers: Mapping[str, str],
        root: str,
    ) -> None:
        """Check that no request costs more than its ceiling.

        :param ceilings: by the path and query of a GET that succeeds
        :param root: of the paths
        """
        dear = {}
        for path, ceiling in ceilings.items():
            environ = webob.Request.blank(root + path, headers=headers).environ
            most = ceiling.mariadb if self.is_mariadb else ceiling.sqlite
            limit = sys.maxsize if self.is_mariadb else ceiling.calls
            commands, called = self._cost(application, environ, limit)
            self.assertTrue(commands, f'{path} asks no database')
            total = sum(called.values())
            if total > limit or len(commands) > most:
                dear[path] = (total, commands, called.most_common())
            if os.environ.get(PRINT):
                kind = 'mariadb' if self.is_mariadb else 'sqlite'
                sys.stdout.write(
                    f'{path}: {kind} {len(commands)}, calls {total}\n'
                )
        self.assertEqual({}, dear)

    def _cost(
        self, application: Any, environ: Mapping[str, Any], limit: int
    ) -> tuple[list[str], collections.Counter[str]]:
        """Return the commands and the calls of a request.

        :param limit: of calls; a request that has more is sent again
        """

        def ask() -> None:
            answer(application, dict(environ))

        for _ in range(_WARM_UP):
            ask()
        for _ in range(_COUNTED):
            self.commands.texts.clear()
            called = calls(ask)
            if sum(called.values()) <= limit:
                break
        return list(self.commands.texts), called


class OnMariaDB(servers.OnServers):
    """A test of commands to MariaDB. It comes before CostTestCase."""

    scenarios = servers.OnServers.scenarios[:1]
    is_mariadb = True

    def setUp(self) -> None:
        # Databases of tests are made on the server that this names.
        url = os.environ.get(self.variable, self.default)
        self.useFixture(fixtures.EnvironmentVariable(fixture.URL, url))
        super().setUp()


def answer(application: Any, environ: dict[str, Any]) -> bytes:
    """Return the body of the answer to a request that succeeds."""
    statuses = []

    def start_response(status: str, *_: Any) -> None:
        statuses.append(status)

    parts = application(environ, start_response)
    try:
        body = b''.join(parts)
    finally:
        close = getattr(parts, 'close', None)
        if close is not None:
            close()
    if statuses != ['200 OK']:
        raise AssertionError(f'{environ["PATH_INFO"]}: {statuses} {body!r}')
    return body
