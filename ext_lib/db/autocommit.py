# SPDX-License-Identifier: Apache-2.0
"""Transactions of one statement, in one round trip to the server.

In an ordinary transaction a server is asked four times for one statement: to
see whether the connection is open, for the statement, to commit, and to roll
back before the connection is kept. A connection of this kind is asked once.
"""

from collections.abc import Mapping
from typing import Any

from oslo_db import exception as db_exception
from oslo_db.sqlalchemy import engines
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects import plugins

#: Name of Autocommit in the ``plugin`` parameter of a URL.
PLUGIN = 'ext_lib_autocommit'
#: The ping of oslo.db, where SQLAlchemy has none.
_PING = getattr(engines, '_connect_ping_listener', None)


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
    """Turn off the ping of a connection before its use."""
    if _PING and event.contains(engine, 'engine_connect', _PING):
        event.remove(engine, 'engine_connect', _PING)


def execute(
    engine: sa.engine.Engine, statement: Any, parameters: Mapping[str, Any]
) -> Any:
    """Return the result of a statement that returns no rows.

    When the connection turns out to be lost the statement is executed again:
    it may take effect twice.
    """
    connection = engine.connect()
    try:
        with connection:
            return connection.execute(statement, parameters)
    except db_exception.DBConnectionError:
        # The server has closed it long ago, and the others of the pool, too.
        with engine.connect() as fresh:
            return fresh.execute(statement, parameters)


def _nothing(_connection: Any) -> None:
    pass
