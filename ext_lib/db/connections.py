# SPDX-License-Identifier: Apache-2.0
"""The connections of a process to one database."""

from collections.abc import Iterator, Mapping
import contextlib
from typing import Any

from oslo_config import cfg
from oslo_db import options
from oslo_db.sqlalchemy import enginefacade
import sqlalchemy as sa

from ext_lib.db import autocommit
from ext_lib.db import connect_limits
from ext_lib.db import sqlite
from ext_lib.db import storage

#: Where a session keeps the Connections it belongs to, and that it only reads.
_OWNER = 'ext_lib_connections'
_READS = 'ext_lib_reads'


class Connections:
    """Pools of connections: of transactions, and of single statements.

    :param settings: as :func:`_configure` takes them
    """

    def __init__(self, *settings: Any) -> None:
        self.transactions = enginefacade.transaction_context()
        self.statements = enginefacade.transaction_context()
        if settings:
            _configure(self.transactions, *settings)
            self.transactions.append_on_engine_create(sqlite.lock_first)
            _configure(self.statements, *settings, plugin=autocommit.PLUGIN)
            self.statements.append_on_engine_create(autocommit.prepare)
        self._readers: dict[bool, sa.engine.Engine] = {}
        self._indexes: dict[str, frozenset[tuple[str | None, ...]]] = {}
        #: Statements that have found a row.
        self.fruitful: set[Any] = set()

    def engine(self) -> sa.engine.Engine:
        """Return the engine of transactions."""
        return self.transactions.writer.get_engine()

    def reading(self) -> Any:
        """Return the manager of those that only read.

        A SQLite database in memory is one connection's own.
        """
        url = self.engine().url
        is_shared = url.get_backend_name() != 'sqlite' or sqlite.is_file(url)
        return self.statements if is_shared else self.transactions

    def reader(self, is_replica: bool) -> sa.engine.Engine:
        """Return the engine of statements that only read."""
        if is_replica not in self._readers:
            manager = self.reading()
            mode = manager.reader if is_replica else manager.writer
            self._readers[is_replica] = mode.get_engine()
        return self._readers[is_replica]

    def indexes(self, table: str) -> frozenset[tuple[str | None, ...]]:
        """Return the columns of each index that a table had at first."""
        if table not in self._indexes:
            with self.reader(False).connect() as connection:
                found = sa.inspect(connection).get_indexes(table)
            columns = (tuple(index['column_names']) for index in found)
            self._indexes[table] = frozenset(columns)
        return self._indexes[table]

    def engines(self) -> list[sa.engine.Engine]:
        """Return all engines, of the replica too."""
        found = [
            mode.get_engine()
            for manager in (self.transactions, self.reading())
            for mode in (manager.writer, manager.reader)
        ]
        return list(dict.fromkeys(found))

    @contextlib.contextmanager
    def read(self, context: Any, manager: Any) -> Iterator[None]:
        """Give ``context`` a session that only reads.

        :param manager: one of this database
        """
        reader = manager.reader
        if may_lag(context):
            reader = reader.async_
        with reader.using(context) as session:
            session.info.update({_OWNER: self, _READS: True})
            yield

    @contextlib.contextmanager
    def write(self, context: Any) -> Iterator[sa.engine.Connection]:
        """Give ``context`` the session of a transaction that writes."""
        with self.transactions.writer.using(context) as session:
            session.info[_OWNER] = self
            yield session.connection(execution_options=sqlite.WRITES)

    def dispose(self) -> None:
        """Close the connections that are not in use."""
        self.transactions.dispose_pool()
        self.statements.dispose_pool()

    def begun(self, context: Any) -> Any:
        """Return the session of the transaction that has begun, or None."""
        session = getattr(context, 'session', None)
        if session is None or session.info.get(_OWNER) is not self:
            return None
        return session


def only_reads(session: Any) -> bool:
    """Return whether a session is one that only reads."""
    return _READS in session.info


def may_lag(context: Any) -> bool:
    """Return whether a context lets its reads go to a replica."""
    return bool(getattr(context, 'use_replica', False))


def _configure(
    manager: Any,
    conf: cfg.ConfigOpts,
    group: str,
    limits: connect_limits.ConnectLimits | None = None,
    *,
    plugin: str | None = None,
) -> None:
    conf.register_opts(options.database_opts, group=group)
    # A section may have options of its own, too.
    names = [opt.dest for opt in options.database_opts]
    settings = {name: conf[group][name] for name in names}
    if settings['connection']:
        parameters = [connection_parameters(settings, limits)]
        if plugin is not None:
            parameters.append(f'plugin={plugin}')
        settings['connection_parameters'] = _joined(parameters)
    manager.configure(sqlite_fk=True, thread_checkin=False, **settings)
    manager.append_on_engine_create(sqlite.prepare)
    manager.append_on_engine_create(storage.FULL_DISKS.watch)
    if limits is not None:
        manager.append_on_engine_create(limits.watch)


def connection_parameters(
    settings: Mapping[str, Any],
    limits: connect_limits.ConnectLimits | None = None,
) -> str:
    """Return what is to be appended to the URL of a database.

    :param settings: oslo.db's options, ``connection`` among them
    :param limits: of the wait for it; as the driver has them if None
    """
    given = settings['connection_parameters']
    url = sa.engine.make_url(settings['connection'])
    if given:
        url = url.update_query_string(given, append=True)
    parameters = [given]
    if limits is not None:
        parameters += limits.parameters(url)
    if url.get_backend_name() == 'mysql' and 'charset' not in url.query:
        # oslo.db asks for three-byte UTF-8 unless configured otherwise.
        parameters.append('charset=utf8mb4')
    elif sqlite.is_file(url):
        parameters.append(f'plugin={sqlite.PLUGIN}')
    return _joined(parameters)


def _joined(parameters: list[str]) -> str:
    return '&'.join(filter(None, parameters))
