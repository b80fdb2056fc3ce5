# SPDX-License-Identifier: Apache-2.0
"""A connection kept for many transactions, one after the other."""

from collections.abc import Iterator
import contextlib
import threading
from typing import Any

from ext_lib.db import sqlite
from sahara_ext.db.facade import facade


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
