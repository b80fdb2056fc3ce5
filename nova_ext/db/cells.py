# SPDX-License-Identifier: Apache-2.0
"""Several databases of one nova, read as if they were one.

A nova keeps the records of a server in the database of its cell. Without
cells there is one database, and all of this costs nothing.
"""

from collections.abc import Callable, Iterator
import copy
import datetime
import functools
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from oslo_config import cfg
from oslo_log import log
import sqlalchemy as sa

from ext_lib import exception
from ext_lib.context import RequestContext
from ext_lib.db import connect_limits
from ext_lib.db import prepared
from ext_lib.db import query
from nova_ext.db import models
from nova_ext.db.facade import facade

LOG = log.getLogger(__name__)


class _Movable(Protocol):
    """A row that two cells may have while a server moves between them."""

    @property
    def deleted(self) -> int:
        """Zero, or its number once it is deleted."""

    @property
    def hidden(self) -> bool | None:
        """Return whether users must not see it."""


_P = ParamSpec('_P')
_Answer = TypeVar('_Answer')
_Row = TypeVar('_Row', bound=_Movable)

_Server = models.Instance.__table__.c
_KNOWN = prepared.Prepared(
    sa.select(_Server.id).where(_Server.uuid == sa.bindparam('server'))
)


class _Policy:
    """Handling of unreachable cells, and of their clocks.

    :param skips_unreachable: whether lists leave out a cell that is
    :param clock_skew: how far the clocks may differ that date rows
    """

    def __init__(self) -> None:
        self.skips_unreachable = True
        self.clock_skew = datetime.timedelta(minutes=1)


_policy = _Policy()


def configure(conf: cfg.ConfigOpts) -> None:
    """Take the cells from ``[cells] databases``.

    :raises NoConnection: when the section of one does not say where it is
    """
    _policy.skips_unreachable = conf.api.list_records_by_skipping_down_cells
    _policy.clock_skew = datetime.timedelta(seconds=conf.cells.clock_skew)
    for group in conf.cells.databases:
        limits = connect_limits.ConnectLimits(
            conf.cells.timeout, conf.cells.retry_interval
        )
        facade.add_shard(group, conf, group, limits)


def clock_skew() -> datetime.timedelta:
    """Return how far the clocks may differ that date rows."""
    return _policy.clock_skew


def each(context: RequestContext) -> Iterator[RequestContext]:
    """Yield a context for each database to ask, cell after cell.

    That is the one given where there are no cells, or when it names the cell
    already.
    """
    if context.shard is not None or not facade.shards:
        yield context
        return
    for shard in facade.shards:
        yield _at(context, shard)


def _at(context: RequestContext, shard: str) -> RequestContext:
    there = copy.copy(context)
    there.shard = shard
    return there


class Answering:
    """Those cells that answer, to be asked one question after another.

    :param context: of the request
    """

    def __init__(self, context: RequestContext) -> None:
        self._places = list(each(context))
        self._has_left = False
        self._error: Exception | None = None

    def __len__(self) -> int:
        return len(self._places)

    def ask(
        self, question: Callable[[RequestContext], _Answer]
    ) -> dict[str | None, _Answer]:
        """Return what each cell answers, by its name.

        :raises OutOfReach: when none answers, or all have to; so do
            DBConnectionError and TimeoutError
        """
        answers = {}
        for there in list(self._places):
            try:
                answers[there.shard] = question(there)
            except connect_limits.UNREACHABLE as error:
                self._leave_out(there, error)
        return answers

    def _leave_out(self, there: RequestContext, error: Exception) -> None:
        self._error = error
        self._places.remove(there)
        is_last = not self._places and not self._has_left
        if is_last or not _policy.skips_unreachable:
            raise error
        LOG.warning(
            'Cell %s does not answer and is left out of a list: %s',
            there.shard,
            error,
        )

    def leave(self, shard: str | None) -> None:
        """Ask a cell no more, which answered that it has nothing."""
        self._places = [p for p in self._places if p.shard != shard]
        self._has_left = True

    @property
    def has_failed(self) -> bool:
        """Return whether one does not answer."""
        return self._error is not None

    def check(self) -> None:
        """Raise the error of a cell that does not answer, if there is one."""
        if self._error is not None:
            raise self._error


def locating(
    function: Callable[Concatenate[RequestContext, str, _P], _Row],
) -> Callable[Concatenate[RequestContext, str, _P], _Row]:
    """Ask the cells for a row of a server, and choose the one that has it.

    What is asked with the same context from then on is asked there. Where
    two have it, the one that users see counts. A cell that does not answer
    matters only if no other has the row: then its error is raised.

    :param function: takes a context and the uuid of the server first
    """

    @functools.wraps(function)
    def wrapper(
        context: RequestContext,
        server: str,
        /,
        *args: _P.args,
        **kwargs: _P.kwargs,
    ) -> _Row:
        found: list[tuple[RequestContext, _Row]] = []
        missing: exception.NotFound | None = None
        failed: Exception | None = None
        for there in each(context):
            try:
                # A second copy is rare, and to ask for it takes less time.
                if not found or _may_know(there, server):
                    row = function(there, server, *args, **kwargs)
                    found.append((there, row))
            except exception.NotFound as error:
                missing = error
            except connect_limits.UNREACHABLE as error:
                failed = error
            if found and not any(_rank(found[-1][1])):
                break
        if not found:
            unanswered = failed or missing
            assert unanswered is not None
            raise unanswered
        there, row = min(found, key=lambda pair: _rank(pair[1]))
        context.shard = there.shard
        return row

    return wrapper


def _may_know(context: RequestContext, server: str) -> bool:
    """Return whether a cell may have a server, be it deleted."""
    if not query.is_plain(server):
        return True
    return bool(facade.fetch(context, _KNOWN, {'server': server}))


def _rank(row: _Movable) -> tuple[bool, bool]:
    return (bool(row.hidden), bool(row.deleted))
