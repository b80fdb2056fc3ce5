# SPDX-License-Identifier: Apache-2.0
"""Limits of the wait for a database that may be unreachable.

A host that drops packets makes every client wait for minutes. A process that
can continue without the database waits for seconds, and then does not try
again for a while.
"""

from collections.abc import Mapping
import threading
import time
from typing import Any

from oslo_db import exception as db_exception
from oslo_log import log
import sqlalchemy as sa
from sqlalchemy import event

from ext_lib import exception

LOG = log.getLogger(__name__)

_MYSQL = {'connect_timeout': 1, 'read_timeout': 1, 'write_timeout': 1}
_LIBPQ = {'connect_timeout': 1, 'tcp_user_timeout': 1000}
#: By driver: the parameters that bound a wait, each with how many of its
#: units are a second.
_LIMITS: Mapping[str, Mapping[str, int]] = {
    'pymysql': _MYSQL,
    'mysqldb': _MYSQL,
    'psycopg2': _LIBPQ,
    'psycopg': _LIBPQ,
}
#: Seconds within which a failure to connect delays no request.
_AT_ONCE = 0.5


class OutOfReach(exception.Unavailable):
    """No connection to the database can be made at present."""

    msg_fmt = 'The database is out of reach.'


#: What is raised when the connection to a database is lost or not made.
OUTAGES = (OutOfReach, db_exception.DBConnectionError)
#: What is raised when a database does not answer.
UNREACHABLE = (*OUTAGES, sa.exc.TimeoutError)


class ConnectLimits:
    """Limits of the wait for one database.

    :param timeout: seconds for a connection to be made, and for each answer
        over it
    :param interval: seconds without an attempt after one has timed out
    """

    def __init__(self, timeout: int, interval: int) -> None:
        self.timeout = timeout
        self.interval = interval
        self._lock = threading.Lock()
        self._is_lost = False
        self._next = 0.0

    def parameters(self, url: sa.engine.URL) -> list[str]:
        """Return the limits as parameters of a URL, for its driver.

        Those that ``url`` has already are left out.
        """
        limits = _LIMITS.get(url.get_driver_name(), {})
        return [
            f'{name}={self.timeout * units}'
            for name, units in limits.items()
            if name not in url.query
        ]

    def watch(self, engine: sa.engine.Engine) -> None:
        """Apply the interval to the connections of ``engine``.

        They raise OutOfReach when they cannot be made.
        """
        event.listen(engine, 'do_connect', self._connect)
        # Where a lost connection is made again amid a question, oslo.db takes
        # what it does not know for the database's; the last to say it wins.
        event.listen(engine, 'handle_error', _pass_on)

    def _connect(
        self,
        dialect: Any,
        _record: Any,
        arguments: list[Any],
        parameters: dict[str, Any],
    ) -> Any:
        self._take_turn()
        began = time.monotonic()
        try:
            connection = dialect.connect(*arguments, **parameters)
        except dialect.dbapi.Error as error:
            self._lose(began)
            LOG.error('No connection to the database: %s', error)
            raise OutOfReach() from error
        self._is_lost = False
        return connection

    def _take_turn(self) -> None:
        with self._lock:
            if not self._is_lost:
                return
            now = time.monotonic()
            if now < self._next:
                raise OutOfReach()
            # One thread tries; the others need not wait with it.
            self._next = now + self.interval

    def _lose(self, began: float) -> None:
        now = time.monotonic()
        with self._lock:
            self._is_lost = now - began > _AT_ONCE
            self._next = now + self.interval


def _pass_on(context: Any) -> Exception | None:
    error = context.original_exception
    return error if isinstance(error, OutOfReach) else None
