# SPDX-License-Identifier: Apache-2.0
"""The ways into the database of this service, and retries of transactions."""

from collections.abc import Iterator
import contextlib
import datetime
import functools
import threading
from typing import Any

from oslo_db import api
import sqlalchemy as sa

from ext_lib.context import RequestContext
from ext_lib.db import clock
from ext_lib.db import sqlite
from ext_lib.db.facade import Facade

facade = Facade()


def database_time(context: RequestContext) -> datetime.datetime:
    """Return the time by the clock of the database."""
    return context.session.scalar(sa.select(clock.UTCNow()))


def change(context: RequestContext, statement: Any) -> int:
    """Change rows in the transaction of ``context``; return how many.

    Objects of the session stay as they are.
    """
    result = context.session.execute(
        statement, execution_options={'synchronize_session': False}
    )
    return int(result.rowcount)


_retry = functools.partial(
    api.wrap_db_retry,
    max_retries=20,
    retry_interval=0.1,
    inc_retry_interval=True,
    max_retry_interval=2,
    retry_on_disconnect=True,
)

#: Decorates a function of the facade that is idempotent: a transaction whose
#: connection is lost may have been committed. It is not for a part of a
#: larger transaction.
recover = _retry()

#: The same for a function outside the facade, which retries deadlocks.
recover_all = _retry(retry_on_deadlock=True)


class HeldConnection:
    """A connection for frequent short transactions; threads may share it.

    To take a connection from the pool, to see that it lives, and to give it
    back takes as long as such a transaction itself. So it stays, until
    something goes wrong.
    """

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._connection: Any = None

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Any]:
        """Return the connection, in a transaction that writes."""
        with self._mutex:
            if self._connection is None:
                connection = facade.get_engine().connect()
                self._connection = connection.execution_options(
                    **sqlite.WRITES
                )
            try:
                with self._connection.begin():
                    yield self._connection
            except BaseException:
                self._release()
                raise

    def close(self) -> None:
        """Give the connection back; the next transaction takes another."""
        with self._mutex:
            self._release()

    def _release(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
