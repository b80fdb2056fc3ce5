# SPDX-License-Identifier: Apache-2.0
"""Transactions of one statement, in one round trip to the server.

In an ordinary transaction a server is asked four times for one statement: to
see whether the connection is open, for the statement, to commit, and to roll
back before the connection is kept. A connection of this kind is asked once.
That the server has closed it shows when a statement fails; the statement is
then executed again, on a new connection.
"""

from collections.abc import Callable, Mapping
import logging
import time
from typing import Any, TypeVar

from oslo_db import exception as db_exception
from oslo_db.sqlalchemy import engines
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects import plugins

from ext_lib.db import prepared

_R = TypeVar('_R')

#: Name of Autocommit in the ``plugin`` parameter of a URL.
PLUGIN = 'ext_lib_autocommit'
#: The ping of oslo.db, where SQLAlchemy has none.
_PING = getattr(engines, '_connect_ping_listener', None)
#: Seconds within which a statement fails if its connection was lost before.
#: One that fails later has timed out, and would do so again.
_AT_ONCE = 0.5
#: Where SQLAlchemy logs what it executes.
_LOG = logging.getLogger(sa.engine.Engine.__module__.rpartition('.')[0])


class Autocommit(sa.engine.CreateEnginePlugin):
    """Plugin of SQLAlchemy: an engine that adds no statements of its own."""

    def __init__(self, _url: Any, kwargs: dict[str, Any]) -> None:
        kwargs['isolation_level'] = 'AUTOCOMMIT'
        kwargs['pool_pre_ping'] = False
        kwargs['pool_reset_on_return'] = None

    def engine_created(self, engine: sa.engine.Engine) -> None:
        """Leave out the ends of transactions; some drivers send them."""
        engine.dialect.do_commit = _nothing
        engine.dialect.do_rollback = _nothing

    def update_url(self, url: sa.engine.URL) -> sa.engine.URL:
        """Return ``url`` without the name of this plugin."""
        return url.difference_update_query(['plugin'])


plugins.register(PLUGIN, __name__, Autocommit.__name__)


def prepare(engine: sa.engine.Engine) -> None:
    """Turn off what oslo.db asks before a statement: a ping, and to begin."""
    if _PING and event.contains(engine, 'engine_connect', _PING):
        event.remove(engine, 'engine_connect', _PING)
    for begin in list(engine.dispatch.begin):
        event.remove(engine, 'begin', begin)


def retrying(function: Callable[[], _R]) -> _R:
    """Return what ``function`` does, called again if a connection was lost.

    The server has closed it long ago, and the others of the pool, too: all
    are replaced. What ``function`` does may happen twice.

    :raises DBConnectionError: when there is no connection, or it is lost
        while the server works
    """
    began = time.monotonic()
    try:
        return function()
    except db_exception.DBConnectionError:
        if time.monotonic() - began > _AT_ONCE:
            raise
    return function()


def execute(
    engine: sa.engine.Engine, statement: Any, parameters: Mapping[str, Any]
) -> Any:
    """Return the result of a statement that returns no rows."""
    with engine.connect() as connection:
        return connection.execute(statement, parameters)


def fetch(
    engine: sa.engine.Engine, statement: Any, parameters: Mapping[str, Any]
) -> list[Any]:
    """Return the rows that a statement reads.

    :param statement: a SELECT, or one that is Prepared
    """
    with engine.connect() as connection:
        if isinstance(statement, prepared.Prepared):
            if not _is_watched(engine):
                return _fetch(connection, statement, parameters)
            statement = statement.statement
        return list(connection.execute(statement, parameters))


def _fetch(
    connection: sa.engine.Connection,
    statement: prepared.Prepared,
    parameters: Mapping[str, Any],
) -> list[Any]:
    dialect = connection.dialect
    known = statement.for_driver(dialect)
    if known is not None:
        try:
            return known.fetch(connection.connection, parameters)
        except dialect.dbapi.Error:
            # What that is SQLAlchemy finds out, of the same connection.
            pass
        except BaseException:
            # The answer may still be on its way.
            connection.invalidate()
            raise
    return list(connection.execute(statement.statement, parameters))


def _is_watched(engine: sa.engine.Engine) -> bool:
    """Return whether each statement is to be logged, or changed."""
    watched: Any = engine.dispatch.before_cursor_execute
    return bool(watched) or _LOG.isEnabledFor(logging.INFO)


def _nothing(_connection: Any) -> None:
    pass
