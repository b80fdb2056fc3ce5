# SPDX-License-Identifier: Apache-2.0
"""SQLite for a service of many threads and processes."""

import sqlite3
from typing import Any

from oslo_log import log as logging
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy import pool
from sqlalchemy.dialects import plugins

from ext_lib.db import patterns

LOG = logging.getLogger(__name__)

#: Name of Pool in the ``plugin`` parameter of a URL.
PLUGIN = 'ext_lib_sqlite_pool'
_WRITES = 'ext_lib_writes'
#: Execution options of a connection whose transaction is going to write.
WRITES = {_WRITES: True}
#: How long to wait for another writer, in milliseconds.
_BUSY_TIMEOUT = 30_000
#: How many connections beyond the five kept may be open at a time.
_OVERFLOW = 50


def is_file(url: sa.engine.URL) -> bool:
    """Return whether ``url`` names a SQLite database that others can open."""
    memory = (
        url.database in (None, '', ':memory:')
        or url.query.get('mode') == 'memory'
    )
    return url.get_backend_name() == 'sqlite' and not memory


class Pool(sa.engine.CreateEnginePlugin):
    """Keep connections to a SQLite file open.

    oslo.db closes them after each transaction, which costs more than the
    transaction; the last one to close also writes the whole log back.
    """

    def __init__(self, _url: Any, kwargs: dict[str, Any]) -> None:
        kwargs['poolclass'] = pool.QueuePool
        kwargs['max_overflow'] = _OVERFLOW
        kwargs['connect_args']['check_same_thread'] = False

    def update_url(self, url: sa.engine.URL) -> sa.engine.URL:
        """Return ``url`` without the name of this plugin."""
        return url.difference_update_query(['plugin'])


plugins.register(PLUGIN, __name__, Pool.__name__)


def prepare(engine: sa.engine.Engine) -> None:
    """Let threads and processes share the file: one writes, all read."""
    if engine.dialect.name == 'sqlite':
        event.listen(engine, 'connect', _share)
        # oslo.db has opened a connection already.
        engine.dispose()


def lock_first(engine: sa.engine.Engine) -> None:
    """Have transactions that are going to write begin with the lock."""
    if engine.dialect.name == 'sqlite':
        event.listen(engine, 'before_cursor_execute', _begin, retval=True)


def _share(connection: Any, _record: Any) -> None:
    # In place of the functions of SQLAlchemy and oslo.db, which backtrack.
    connection.create_function(
        'REGEXP', 2, patterns.matches, deterministic=True
    )
    connection.execute(f'PRAGMA busy_timeout = {_BUSY_TIMEOUT}')
    try:
        connection.execute('PRAGMA journal_mode = WAL')
    except sqlite3.OperationalError as error:
        # Read-only, or in use by others: a later connection sets it.
        LOG.debug('SQLite stays in its journal mode: %s', error)


def _begin(
    connection: sa.engine.Connection,
    _cursor: Any,
    statement: str,
    parameters: Any,
    _context: Any,
    _executemany: bool,
) -> tuple[str, Any]:
    # A transaction that reads first and writes later fails at once when
    # another has written in between, so writers take the lock first.
    options = connection.get_execution_options()
    if statement == 'BEGIN' and options.get(_WRITES):
        statement = 'BEGIN IMMEDIATE'
    return statement, parameters
