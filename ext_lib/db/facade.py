# SPDX-License-Identifier: Apache-2.0
"""Reader and writer transactions on the database of one config group."""

from collections.abc import Callable, Mapping
import functools
from typing import Any, Concatenate, ParamSpec, TypeVar

from oslo_config import cfg
from oslo_db import api as oslo_db_api
from oslo_db import options
from oslo_db.sqlalchemy import enginefacade
import sqlalchemy as sa

from ext_lib import exception
from ext_lib.db import autocommit
from ext_lib.db import connect_limits
from ext_lib.db import sqlite
from ext_lib.db import storage

_C = TypeVar('_C')
_P = ParamSpec('_P')
_R = TypeVar('_R')

#: Where a session keeps the facade it belongs to.
_OWNER = 'ext_lib_facade'

_retry = oslo_db_api.wrap_db_retry(
    max_retries=10,
    retry_interval=0.05,
    inc_retry_interval=True,
    max_retry_interval=2,
    retry_on_deadlock=True,
)


class NoConnection(exception.Error):
    """A section is to describe a database, and has no connection."""

    msg_fmt = 'There is no connection in the section [%(group)s].'


class Facade:
    """One database, and decorators of the functions that query it.

    Decorated functions take a RequestContext first and find their session
    in ``context.session``; one that calls another shares its transaction.

    Further databases can be added to read from: ``context.shard`` names the
    one that a reader asks.
    """

    def __init__(self) -> None:
        self._manager = enginefacade.transaction_context()
        self._autocommit = enginefacade.transaction_context()
        self._shards: dict[str, Any] = {}

    def configure(
        self,
        conf: cfg.ConfigOpts,
        group: str = 'database',
        limits: connect_limits.ConnectLimits | None = None,
    ) -> None:
        """Take the connection from ``group`` of ``conf``.

        The first query opens the connection. Tests configure again, which
        resets everything first.

        :param limits: of the wait for it; as the driver has them if None
        """
        self.reset()
        _configure(self._manager, conf, group, limits)
        _configure(self._autocommit, conf, group, limits, autocommit.PLUGIN)
        self._autocommit.append_on_engine_create(autocommit.prepare)

    def add_shard(
        self,
        name: str,
        conf: cfg.ConfigOpts,
        group: str,
        limits: connect_limits.ConnectLimits | None = None,
    ) -> None:
        """Add a database to read from, described by ``group`` of ``conf``.

        Unless the operator configures otherwise, one attempt to connect is
        made: callers can go on without this database.

        :param limits: of the wait for it; as the driver has them if None
        :raises NoConnection: when the group does not say where it is
        """
        conf.register_opts(options.database_opts, group=group)
        conf.set_default('max_retries', 0, group)
        if not conf[group].connection:
            raise NoConnection(group=group)
        manager = enginefacade.transaction_context()
        _configure(manager, conf, group, limits)
        self._shards[name] = manager

    @property
    def shards(self) -> tuple[str, ...]:
        """Names of the databases that were added, in that order."""
        return tuple(self._shards)

    def get_engine(self, shard: str | None = None) -> sa.engine.Engine:
        """Return the engine writers use.

        :param shard: name of one that was added; its engine then
        """
        manager = self._manager if shard is None else self._shards[shard]
        return manager.writer.get_engine()

    def get_engines(self) -> list[sa.engine.Engine]:
        """Return all engines that statements which write go through."""
        engines = (self.get_engine(), self._autocommit_engine())
        return [engine for engine in engines if engine is not None]

    def reset(self) -> None:
        """Forget the configuration and close what is not in use."""
        managers = (self._manager, self._autocommit, *self._shards.values())
        for manager in managers:
            manager.dispose_pool()
        self._manager = enginefacade.transaction_context()
        self._autocommit = enginefacade.transaction_context()
        self._shards = {}

    def reader(
        self, function: Callable[Concatenate[_C, _P], _R]
    ) -> Callable[Concatenate[_C, _P], _R]:
        """Run ``function`` in a transaction that only reads.

        It goes to ``slave_connection``, if there is one, when the context's
        ``use_replica`` is true.
        """

        @functools.wraps(function)
        def wrapper(context: _C, /, *args: _P.args, **kwargs: _P.kwargs) -> _R:
            with self._reader(context).using(context) as session:
                session.info.setdefault(_OWNER, self)
                return function(context, *args, **kwargs)

        return wrapper

    def writer(
        self, function: Callable[Concatenate[_C, _P], _R]
    ) -> Callable[Concatenate[_C, _P], _R]:
        """Run ``function`` in a transaction, again if it deadlocks.

        A part of a larger transaction is not repeated alone.
        """

        @functools.wraps(function)
        def wrapper(context: _C, /, *args: _P.args, **kwargs: _P.kwargs) -> _R:
            if not self._has_begun(context):
                return transaction(context, *args, **kwargs)
            with self._manager.writer.using(context):
                return function(context, *args, **kwargs)

        @_retry
        def transaction(
            context: _C, /, *args: _P.args, **kwargs: _P.kwargs
        ) -> _R:
            with self._manager.writer.using(context) as session:
                session.info[_OWNER] = self
                session.connection(execution_options=sqlite.WRITES)
                return function(context, *args, **kwargs)

        return wrapper

    def execute(
        self,
        context: Any,
        statement: Any,
        parameters: Mapping[str, Any] | None = None,
    ) -> Any:
        """Return the result of a statement that writes, committed.

        It is a transaction of its own, or part of the one that has begun.
        It must be idempotent and no query: when the connection is lost it
        is executed again.
        """
        if self._has_begun(context):
            connection = context.session.connection()
            return connection.execute(statement, parameters or {})
        return self._execute(context, statement, parameters or {})

    @_retry
    def _execute(
        self, context: Any, statement: Any, parameters: Mapping[str, Any]
    ) -> Any:
        engine = self._autocommit_engine()
        if engine is not None:
            return autocommit.execute(engine, statement, parameters)
        with self._manager.writer.using(context) as session:
            session.info[_OWNER] = self
            connection = session.connection(execution_options=sqlite.WRITES)
            return connection.execute(statement, parameters)

    def _autocommit_engine(self) -> sa.engine.Engine | None:
        if self.get_engine().dialect.name == 'sqlite':
            # Nothing has to travel there, and it takes turns at writing.
            return None
        return self._autocommit.writer.get_engine()

    def _reader(self, context: Any) -> Any:
        shard = getattr(context, 'shard', None)
        manager = self._manager if shard is None else self._shards[shard]
        if self._has_begun(context):
            return manager.reader.allow_async
        if getattr(context, 'use_replica', False):
            return manager.reader.async_
        return manager.reader

    def _has_begun(self, context: Any) -> bool:
        session = getattr(context, 'session', None)
        return session is not None and session.info.get(_OWNER) is self


def _configure(
    manager: Any,
    conf: cfg.ConfigOpts,
    group: str,
    limits: connect_limits.ConnectLimits | None = None,
    plugin: str | None = None,
) -> None:
    conf.register_opts(options.database_opts, group=group)
    settings = dict(conf[group].items())
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
        # oslo.db asks for three-byte UTF-8 unless told otherwise.
        parameters.append('charset=utf8mb4')
    elif sqlite.is_file(url):
        parameters.append(f'plugin={sqlite.PLUGIN}')
    return _joined(parameters)


def _joined(parameters: list[str]) -> str:
    return '&'.join(filter(None, parameters))
