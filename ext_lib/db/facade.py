# SPDX-License-Identifier: Apache-2.0
"""Reader and writer transactions on the database of one config group."""

from collections.abc import Callable, Mapping
import functools
from typing import Any, Concatenate, ParamSpec, TypeVar

from oslo_config import cfg
from oslo_db import api as oslo_db_api
from oslo_db import options
import sqlalchemy as sa

from ext_lib import exception
from ext_lib.db import autocommit
from ext_lib.db import connect_limits
from ext_lib.db import connections
from ext_lib.db import prepared

_C = TypeVar('_C')
_P = ParamSpec('_P')
_R = TypeVar('_R')

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
        self._database = connections.Connections()
        self._shards: dict[str, connections.Connections] = {}

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
        self._database = connections.Connections(conf, group, limits)

    def add_shard(
        self,
        name: str,
        conf: cfg.ConfigOpts,
        group: str,
        limits: connect_limits.ConnectLimits | None = None,
    ) -> None:
        """Add a database to read from, described by ``group`` of ``conf``.

        Unless the operator configures otherwise, one attempt to connect is
        made: callers can continue without this database.

        :param limits: of the wait for it; as the driver has them if None
        :raises NoConnection: when the group does not say where it is
        """
        conf.register_opts(options.database_opts, group=group)
        conf.set_default('max_retries', 0, group)
        if not conf[group].connection:
            raise NoConnection(group=group)
        self._shards[name] = connections.Connections(conf, group, limits)

    @property
    def shards(self) -> tuple[str, ...]:
        """Names of the databases that were added, in that order."""
        return tuple(self._shards)

    def get_engine(self, shard: str | None = None) -> sa.engine.Engine:
        """Return the engine writers use.

        :param shard: name of one that was added; its engine then
        """
        return self._of(shard).engine()

    def get_engines(self, shard: str | None = None) -> list[sa.engine.Engine]:
        """Return all engines of a database, those that only read too.

        :param shard: as :meth:`get_engine` takes it
        """
        return self._of(shard).engines()

    def reset(self) -> None:
        """Drop the configuration and close what is not in use."""
        for database in (self._database, *self._shards.values()):
            database.dispose()
        self._database = connections.Connections()
        self._shards = {}

    def reader(
        self, function: Callable[Concatenate[_C, _P], _R]
    ) -> Callable[Concatenate[_C, _P], _R]:
        """Run ``function`` with a session in which each query stands alone.

        They need not see the same state of the database; what has to is a
        :meth:`snapshot`. When a connection turns out to be lost the function
        is called again. It asks ``slave_connection``, if there is one, when
        the context's ``use_replica`` is true.
        """

        @functools.wraps(function)
        def wrapper(context: _C, /, *args: _P.args, **kwargs: _P.kwargs) -> _R:
            database = self._asked(context)
            if database.begun(context) is not None:
                return function(context, *args, **kwargs)

            def read() -> _R:
                with database.read(context, database.reading()):
                    return function(context, *args, **kwargs)

            return autocommit.retrying(read)

        return wrapper

    def snapshot(
        self, function: Callable[Concatenate[_C, _P], _R]
    ) -> Callable[Concatenate[_C, _P], _R]:
        """Run ``function`` in a transaction that only reads.

        Where databases can tell, its queries see one state of the database.
        Like a :meth:`reader`, it asks a replica if the context lets it.
        """

        @functools.wraps(function)
        def wrapper(context: _C, /, *args: _P.args, **kwargs: _P.kwargs) -> _R:
            database = self._asked(context)
            if database.begun(context) is not None:
                return function(context, *args, **kwargs)
            with database.read(context, database.transactions):
                return function(context, *args, **kwargs)

        return wrapper

    def writer(
        self, function: Callable[Concatenate[_C, _P], _R]
    ) -> Callable[Concatenate[_C, _P], _R]:
        """Run ``function`` in a transaction, again if it deadlocks.

        A part of a larger transaction is not repeated alone.

        :raises TypeError: in one that only reads
        """

        @functools.wraps(function)
        def wrapper(context: _C, /, *args: _P.args, **kwargs: _P.kwargs) -> _R:
            session = self._database.begun(context)
            if session is None:
                return transaction(context, *args, **kwargs)
            if connections.only_reads(session):
                raise TypeError('What began as a reader cannot write.')
            return function(context, *args, **kwargs)

        @_retry
        def transaction(
            context: _C, /, *args: _P.args, **kwargs: _P.kwargs
        ) -> _R:
            with self._database.write(context):
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
        session = self._database.begun(context)
        if session is not None:
            return session.connection().execute(statement, parameters or {})
        return self._execute(context, statement, parameters or {})

    @_retry
    def _execute(
        self, context: Any, statement: Any, parameters: Mapping[str, Any]
    ) -> Any:
        database = self._database
        if database.engine().dialect.name != 'sqlite':
            engine = database.statements.writer.get_engine()
            return autocommit.retrying(
                lambda: autocommit.execute(engine, statement, parameters)
            )
        # Nothing has to travel there, and it takes turns at writing.
        with database.write(context) as connection:
            return connection.execute(statement, parameters)

    def fetch(
        self,
        context: Any,
        statement: Any,
        parameters: Mapping[str, Any] | None = None,
    ) -> list[Any]:
        """Return the rows of a statement that reads, as plain tuples.

        It is a :meth:`reader` of one query, without a session, or part of
        the transaction that has begun.

        :param statement: a SELECT, or one that is Prepared
        """
        values = parameters or {}
        database = self._asked(context)
        session = database.begun(context)
        if session is not None:
            if isinstance(statement, prepared.Prepared):
                statement = statement.statement
            return list(session.connection().execute(statement, values))
        engine = database.reader(connections.may_lag(context))
        return autocommit.retrying(
            lambda: autocommit.fetch(engine, statement, values)
        )

    def has_found(self, context: Any, statement: prepared.Prepared) -> bool:
        """Return whether a statement finds a row, or did so once.

        Only a database where it has found none is asked.
        """
        fruitful = self._asked(context).fruitful
        if statement not in fruitful and self.fetch(context, statement):
            fruitful.add(statement)
        return statement in fruitful

    def indexes(
        self, context: Any, table: str
    ) -> frozenset[tuple[str | None, ...]]:
        """Return the columns of each index of a table.

        They are looked for once: what is made later counts after a restart.
        """
        database = self._asked(context)
        return autocommit.retrying(lambda: database.indexes(table))

    def _of(self, shard: str | None) -> connections.Connections:
        return self._database if shard is None else self._shards[shard]

    def _asked(self, context: Any) -> connections.Connections:
        return self._of(getattr(context, 'shard', None))
