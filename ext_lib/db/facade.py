# SPDX-License-Identifier: Apache-2.0
"""Reader and writer transactions on the database of one config group."""

from collections.abc import Callable
import functools
from typing import Any, Concatenate, ParamSpec, TypeVar

from oslo_config import cfg
from oslo_db import api as oslo_db_api
from oslo_db import options
from oslo_db.sqlalchemy import enginefacade
import sqlalchemy as sa

from ext_lib.db import sqlite

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


class Facade:
    """One database: what wraps the functions that ask it.

    Decorated functions take a RequestContext first and find their session
    in ``context.session``; one that calls another shares its transaction.
    """

    def __init__(self) -> None:
        self._manager = enginefacade.transaction_context()

    def configure(self, conf: cfg.ConfigOpts, group: str = 'database') -> None:
        """Take the connection from ``group`` of ``conf``.

        The connection opens with the first question. To configure again is
        to begin afresh: tests do.
        """
        conf.register_opts(options.database_opts, group=group)
        settings = dict(conf[group].items())
        if settings['connection']:
            settings['connection_parameters'] = _parameters(settings)
        self.reset()
        self._manager.configure(
            sqlite_fk=True, thread_checkin=False, **settings
        )
        self._manager.append_on_engine_create(sqlite.prepare)

    def get_engine(self) -> sa.engine.Engine:
        """Return the engine writers use."""
        return self._manager.writer.get_engine()

    def reset(self) -> None:
        """Forget the configuration and close what is not in use."""
        self._manager.dispose_pool()
        self._manager = enginefacade.transaction_context()

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

    def _reader(self, context: Any) -> Any:
        if self._has_begun(context):
            return self._manager.reader.allow_async
        if getattr(context, 'use_replica', False):
            return self._manager.reader.async_
        return self._manager.reader

    def _has_begun(self, context: Any) -> bool:
        session = getattr(context, 'session', None)
        return session is not None and session.info.get(_OWNER) is self


def _parameters(settings: dict[str, Any]) -> str:
    given = settings['connection_parameters']
    url = sa.engine.make_url(settings['connection'])
    if url.get_backend_name() == 'mysql' and 'charset=' not in f'{url}{given}':
        # oslo.db asks for three-byte UTF-8 unless told otherwise.
        return '&'.join(filter(None, [given, 'charset=utf8mb4']))
    if sqlite.is_file(url):
        return '&'.join(filter(None, [given, f'plugin={sqlite.PLUGIN}']))
    return given
