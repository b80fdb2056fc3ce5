# SPDX-License-Identifier: Apache-2.0
"""Databases that answer and cannot serve: read-only, full, or incomplete."""

from collections.abc import Iterator
import threading
import time
from typing import Any

from oslo_db import exception as db_exception
from oslo_db.sqlalchemy import exc_filters
import sqlalchemy as sa
from sqlalchemy import event

FULL = 'the disk is full'
LOCKED = 'another program keeps it locked'
_READ_ONLY = 'it is read-only'
_NO_TABLE = 'a table is missing, see "db sync"'
_NO_COLUMN = 'a column is missing, see "db sync"'
_NO_RIGHTS = 'the account lacks rights'
_NO_DATABASE = 'there is no such database'
_NO_CONNECTION = 'no connection can be made'
_TOO_MANY = 'it has too many connections'
_BROKEN = 'its storage fails'

#: https://www.postgresql.org/docs/current/errcodes-appendix.html
_POSTGRESQL = {
    '25006': _READ_ONLY,
    '3D000': _NO_DATABASE,
    '42501': _NO_RIGHTS,
    '42703': _NO_COLUMN,
    '42P01': _NO_TABLE,
    '53100': FULL,
    '53300': _TOO_MANY,
    '57P01': _NO_CONNECTION,
    '57P02': _NO_CONNECTION,
    '57P03': _NO_CONNECTION,
    '58030': _BROKEN,
}
#: https://mariadb.com/kb/en/mariadb-error-code-reference/
_MYSQL = {
    1021: FULL,
    1030: _BROKEN,
    1036: _READ_ONLY,
    1040: _TOO_MANY,
    1044: _NO_RIGHTS,
    1045: _NO_RIGHTS,
    1049: _NO_DATABASE,
    1054: _NO_COLUMN,
    1114: FULL,
    1142: _NO_RIGHTS,
    1143: _NO_RIGHTS,
    1146: _NO_TABLE,
    1290: _READ_ONLY,
    1792: _READ_ONLY,
    1836: _READ_ONLY,
}
#: SQLite's numbers are in the errors of Python 3.11 and later only.
_SQLITE = (
    ('attempt to write a readonly database', _READ_ONLY),
    ('database or disk is full', FULL),
    ('no such table', _NO_TABLE),
    ('no such column', _NO_COLUMN),
    ('has no column named', _NO_COLUMN),
    ('unable to open database file', _NO_CONNECTION),
    ('is locked', LOCKED),
    ('disk I/O error', _BROKEN),
    ('is malformed', _BROKEN),
    ('file is not a database', _BROKEN),
)
_MYSQL_MODULES = ('pymysql', 'MySQLdb')
#: Seconds for which a full disk is remembered: that there is space again is
#: known only when something is written.
_REMEMBERED = 30.0


def reason(error: BaseException) -> str | None:
    """Return why a database cannot serve, None when that is not the error.

    :param error: of the driver, SQLAlchemy or oslo.db
    """
    for found in _chain(error):
        if why := _of_driver(found):
            return why
    is_connecting = (
        isinstance(error, sa.exc.OperationalError) and error.statement is None
    )
    return _NO_CONNECTION if is_connecting else None


def driver_text(error: BaseException) -> str:
    """Return what the driver says, without the statement and its values."""
    *_, last = _chain(error)
    return str(last)


class FullDisks:
    """The databases for which a write found no space a moment ago.

    A statement that writes nothing does not find that out, so this is what a
    health check knows of it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._until: dict[tuple[Any, ...], float] = {}

    def watch(self, engine: sa.engine.Engine) -> None:
        """Note the errors of ``engine``."""
        key = _key(engine)

        def note(context: Any) -> None:
            if reason(context.original_exception) == FULL:
                with self._lock:
                    self._until[key] = time.monotonic() + _REMEMBERED

        # oslo.db's listener raises, and then those after it are not called.
        raising = exc_filters.handler
        is_there = event.contains(engine, 'handle_error', raising)
        if is_there:
            event.remove(engine, 'handle_error', raising)
        event.listen(engine, 'handle_error', note)
        if is_there:
            event.listen(engine, 'handle_error', raising, retval=True)

    def has(self, engine: sa.engine.Engine) -> bool:
        """Return whether the database of ``engine`` is one of them."""
        with self._lock:
            return time.monotonic() < self._until.get(_key(engine), 0.0)

    def clear(self) -> None:
        """Drop what was found so far; for tests."""
        with self._lock:
            self._until.clear()


#: Of this process.
FULL_DISKS = FullDisks()


def _key(engine: sa.engine.Engine) -> tuple[Any, ...]:
    url = engine.url
    return (url.get_backend_name(), url.host, url.port, url.database)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and those it was made from, the driver's last."""
    found: BaseException | None = error
    while found is not None:
        yield found
        if isinstance(found, db_exception.DBError):
            found = found.inner_exception
        else:
            found = getattr(found, 'orig', None)


def _of_driver(error: BaseException) -> str | None:
    module = type(error).__module__.partition('.')[0]
    if module == 'sqlite3':
        text = str(error)
        return next((why for part, why in _SQLITE if part in text), None)
    if module in _MYSQL_MODULES:
        return _MYSQL.get(error.args[0]) if error.args else None
    # The names of psycopg2, and of psycopg.
    state = getattr(error, 'pgcode', None) or getattr(error, 'sqlstate', None)
    return _POSTGRESQL.get(state) if isinstance(state, str) else None
