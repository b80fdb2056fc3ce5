# SPDX-License-Identifier: Apache-2.0
"""Reading of a cell: its statements, all of them SELECTs, and their limits."""

from collections.abc import Iterable, Iterator, Sequence
import datetime
import threading
from typing import Any, NamedTuple, TypeVar

from oslo_config import cfg

from ext_lib.context import RequestContext
from nova_ext.db.facade import facade
from nova_ext.db.trail import text_sizes
from nova_ext.db.trail.record_kinds import Kind

_T = TypeVar('_T')


class Throttle(NamedTuple):
    """Limits on the load that a collector puts on cells.

    :param batch: how many rows it asks for at once
    :param rest: seconds between two batches of new rows
    :param late: how long a transaction may be open that stores a row
    :param skew: how far the clocks may differ that date rows
    :param stopping: is set when the collector is to end
    """

    batch: int
    rest: float
    late: datetime.timedelta
    skew: datetime.timedelta
    stopping: threading.Event

    def pause(self) -> None:
        """Wait between two batches.

        :raises Stopped: when the collector is to end
        """
        if self.stopping.wait(self.rest) if self.rest else self._is_over():
            raise Stopped()

    def _is_over(self) -> bool:
        return self.stopping.is_set()


class Stopped(Exception):
    """The collector was told to end."""


def throttle_of(conf: cfg.ConfigOpts, stopping: threading.Event) -> Throttle:
    """Return the limits that the configuration sets."""
    return Throttle(
        conf.trail.batch_size,
        conf.trail.batch_pause,
        datetime.timedelta(seconds=conf.trail.late_commits),
        datetime.timedelta(seconds=conf.cells.clock_skew),
        stopping,
    )


class Batch(NamedTuple):
    """Rows of a table in the order of their numbers.

    :param is_last: whether there were no later ones
    """

    rows: list[dict[str, Any]]
    is_last: bool


class _Plan(NamedTuple):
    """The parts in which rows with long texts are to be read.

    :param low: number above which the first part begins
    :param ends: the last numbers of the parts
    :param is_last: whether there were no later rows
    """

    low: int
    ends: list[int]
    is_last: bool


class Cell:
    """Reads one cell, along primary keys.

    :param context: names the cell
    :param batch: how many rows are asked for at once
    """

    def __init__(self, context: RequestContext, batch: int) -> None:
        self._context = context
        self._batch = batch
        self._plans: dict[Kind, _Plan] = {}

    @property
    def name(self) -> str:
        """Name of its section, empty for the database of this service."""
        return self._context.shard or ''

    @property
    def title(self) -> str:
        """Name of the section that describes its database."""
        return self.name or 'database'

    def tail(self, kind: Kind, number: int) -> Any:
        """Return number and identity of the last row up to ``number``."""
        rows = self._fetch(kind.tail, number=number)
        return rows[0] if rows else None

    def last(self, kind: Kind) -> int:
        """Return the highest number, 0 without rows."""
        [[number]] = self._fetch(kind.last)
        return number or 0

    def after(self, kind: Kind, low: int, high: int) -> Batch:
        """Return the first rows above ``low``, and up to ``high``.

        Of rows with long texts, they are as many as fit into the limit.
        """
        limit = self._batch
        if not kind.texts:
            rows = self._fetch(kind.after, low=low, high=high, limit=limit)
            return Batch(_dicts(kind, rows), len(rows) < limit)
        plan = self._planned(kind, low, high)
        if not plan.ends:
            return Batch([], True)
        end = plan.ends.pop(0)
        rows = self._fetch(kind.after, low=low, high=end, limit=limit)
        self._plans[kind] = plan._replace(low=end)
        return Batch(_dicts(kind, rows), plan.is_last and not plan.ends)

    def _planned(self, kind: Kind, low: int, high: int) -> '_Plan':
        """Return how to divide the rows above a number."""
        plan = self._plans.pop(kind, None)
        if plan is None or plan.low != low or not plan.ends:
            limit = self._batch
            sizes = self._fetch(kind.sizes, low=low, high=high, limit=limit)
            ends = [part[-1] for part in text_sizes.parts(sizes, limit)]
            plan = _Plan(low, ends, len(sizes) < limit)
        return plan

    def numbers(
        self, kind: Kind, low: int, high: int
    ) -> Iterator[tuple[int, list[int]]]:
        """Yield all numbers above ``low`` and up to ``high``, in lists.

        Each comes with the number above which it begins.
        """
        limit = 10 * self._batch
        while low < high:
            rows = self._fetch(kind.numbers, low=low, high=high, limit=limit)
            found = [row[0] for row in rows]
            if found:
                yield low, found
            if len(found) < limit:
                return
            low = found[-1]

    def numbered(
        self, kind: Kind, numbers: Sequence[int]
    ) -> Iterator[list[dict[str, Any]]]:
        """Yield the rows of certain numbers, in lists.

        The texts of each list fit into the limit.
        """
        for some in slices(numbers, self._batch):
            for part in self._parts(kind, some):
                yield _dicts(kind, self._fetch(kind.numbered, numbers=part))

    def _parts(self, kind: Kind, numbers: list[int]) -> Iterable[list[int]]:
        if not kind.texts:
            return [numbers]
        sizes = self._fetch(kind.sizes_numbered, numbers=numbers)
        return text_sizes.parts(sizes, self._batch)

    def _fetch(self, statement: Any, **values: Any) -> list[Any]:
        return facade.fetch(self._context, statement, values)


def slices(items: Sequence[_T], size: int) -> Iterator[list[_T]]:
    """Yield ``items`` in lists of at most ``size``."""
    for first in range(0, len(items), size):
        yield list(items[first : first + size])


def _dicts(kind: Kind, rows: Iterable[Any]) -> list[dict[str, Any]]:
    return [dict(zip(kind.columns, row, strict=True)) for row in rows]
