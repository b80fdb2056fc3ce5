# SPDX-License-Identifier: Apache-2.0
"""Several databases of one nova, read as if they were one.

A nova keeps the records of a server in the database of its cell. Without
cells there is one database, and all of this costs nothing.
"""

from collections.abc import Callable, Iterator
import copy
import functools
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from oslo_config import cfg

from ext_lib import exception
from ext_lib.context import RequestContext
from nova_ext.db.facade import facade


class _Movable(Protocol):
    """A row that two cells may have while a server moves between them."""

    deleted: int
    hidden: bool | None


_P = ParamSpec('_P')
_Row = TypeVar('_Row', bound=_Movable)


def configure(conf: cfg.ConfigOpts) -> None:
    """Take the cells from ``[cells] databases``."""
    for group in conf.cells.databases:
        facade.add_shard(group, conf, group)


def each(context: RequestContext) -> Iterator[RequestContext]:
    """Yield a context for each database to ask, cell after cell.

    That is the one given where there are no cells, or when it is settled
    which one is asked.
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


def locating(
    function: Callable[Concatenate[RequestContext, _P], _Row],
) -> Callable[Concatenate[RequestContext, _P], _Row]:
    """Ask the cells for a row, and settle on the one that has it.

    What is asked with the same context from then on is asked there. Where
    two have it, the one that users see counts.
    """

    @functools.wraps(function)
    def wrapper(
        context: RequestContext, /, *args: _P.args, **kwargs: _P.kwargs
    ) -> _Row:
        found: list[tuple[RequestContext, _Row]] = []
        missing: exception.NotFound | None = None
        for there in each(context):
            try:
                found.append((there, function(there, *args, **kwargs)))
            except exception.NotFound as error:
                missing = error
            if found and not any(_rank(found[-1][1])):
                break
        if not found:
            assert missing is not None
            raise missing
        there, row = min(found, key=lambda pair: _rank(pair[1]))
        context.shard = there.shard
        return row

    return wrapper


def _rank(row: _Movable) -> tuple[bool, bool]:
    return (bool(row.hidden), bool(row.deleted))
