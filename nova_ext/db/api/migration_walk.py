# SPDX-License-Identifier: Apache-2.0
"""Pages of the migrations of a database that no index of ours orders.

Rows get their numbers in the order in which they are created, but for the
clocks of the processes that create them. So a page is read off the primary
key, from the newest row on, until what is still below cannot belong to it:
that is when rows are older than all of the page by more than the clocks may
differ. A row that differs more may be out of place, or missing: a warning
names it when it is read.
"""

from collections.abc import Iterable, Sequence
import datetime
import functools
import itertools
import statistics
from typing import Any, NamedTuple, Protocol

from oslo_log import log

LOG = log.getLogger(__name__)

#: How many rows in succession have to say how old the rest is: one of them
#: may break the bound.
_SURE = 4
#: How many places are looked at first, and at most, beside those of a page.
_FIRST = 16
_MOST = 4096
#: The time of a row that has none.
_NEVER = datetime.datetime.min  # noqa: DTZ901 (as databases keep it)


class Brief(NamedTuple):
    """The place of a row, and whether it is listed."""

    id: int
    created_at: datetime.datetime | None
    is_listed: bool


class Source(Protocol):
    """Queries to one database, each by the primary key."""

    @property
    def is_dense(self) -> bool:
        """Return whether most rows are in the list."""

    def below(self, number: int | None, limit: int) -> list[Any]:
        """Return the first rows of the list with lesser numbers.

        In the order of their numbers, the highest first.
        """

    def briefs(
        self, number: int | None, limit: int, upwards: bool = False
    ) -> list[Brief]:
        """Return the first of all rows with lesser numbers, be they listed.

        :param upwards: ``number`` and greater ones instead
        """

    def numbered(self, numbers: Sequence[int]) -> list[Any]:
        """Return the rows of these numbers."""


def page(
    source: Source, limit: int, after: Any, skew: datetime.timedelta
) -> list[Any]:
    """Return the first rows after a place, the newest first.

    :param limit: at least one
    :param after: has a ``created_at`` and ``id``; None for the start
    :param skew: how far clocks may differ
    """
    start = None
    found: list[Any] = []
    if after is not None:
        start, found = _begin(source, limit, after, skew)
    # Where migrations are rare, those few say that the rest is past.
    size = limit + (2 * _SURE if source.is_dense else 0)
    rows = source.below(start, size)
    _check_order(rows, skew)
    found = _first(limit, found, _rest(rows, after))
    while len(rows) == size and len(found) < limit:
        size = min(2 * size, max(size, _MOST))
        rows = source.below(rows[-1].id, size)
        _check_order(rows, skew)
        found = _first(limit, found, _rest(rows, after))
    if len(rows) < size or _are_past(rows, found[-1], skew):
        return found
    return _complete(source, rows, found, after, skew)


def _complete(
    source: Source,
    rows: Sequence[Any],
    found: list[Any],
    after: Any,
    skew: datetime.timedelta,
) -> list[Any]:
    """Return a page with what rows below ``rows`` belong to it."""
    start = rows[-1].id
    size = _within(rows, skew)
    while True:
        briefs = source.briefs(start, size)
        _check_order(briefs, skew)
        last = _place(found[-1])
        more = [
            brief.id
            for brief in _rest(briefs, after)
            if brief.is_listed and _place(brief) > last
        ]
        if more:
            found = _first(len(found), found, source.numbered(more))
        if len(briefs) < size or _are_past(briefs, found[-1], skew):
            return found
        start = briefs[-1].id
        size = min(2 * size, _MOST)


def _begin(
    source: Source, limit: int, after: Any, skew: datetime.timedelta
) -> tuple[int, list[Any]]:
    """Return below which number a page begins, and its rows above that."""
    start, size = after.id, _FIRST
    briefs = source.briefs(max(start - _SURE, 0), size, upwards=True)
    if all(brief.created_at != after.created_at for brief in briefs[:_FIRST]):
        # The number is of another database.
        start = _find(source, after.created_at)
        briefs = source.briefs(start, size, upwards=True)
    strays: list[Brief] = []
    while True:
        strays = _first(
            limit,
            strays,
            (
                brief
                for brief in _rest(briefs, after)
                if brief.is_listed and brief.id >= start
            ),
        )
        is_past = len(briefs) >= _SURE and all(
            _time(brief) > after.created_at + skew for brief in briefs[-_SURE:]
        )
        if is_past or len(briefs) < size:
            numbers = [brief.id for brief in strays]
            return start, source.numbered(numbers) if numbers else []
        size = min(2 * size, _MOST)
        briefs = source.briefs(briefs[-1].id + 1, size, upwards=True)


def _within(rows: Sequence[Any], skew: datetime.timedelta) -> int:
    """Return how many rows are likely to be created within ``skew``.

    :param rows: those above them
    """
    span = _time(rows[0]) - _time(rows[-1])
    if span <= datetime.timedelta():
        return _FIRST
    # A quarter more, for they do not come at even distances.
    likely = 1.25 * len(rows) * (skew / span) + _SURE
    return int(min(max(likely, _FIRST), _MOST))


def _find(source: Source, moment: datetime.datetime) -> int:
    """Return about the number that a row of that time has."""
    newest = source.briefs(None, 1)
    low, high = 0, newest[0].id + 1 if newest else 1
    while high - low > _FIRST:
        middle = (low + high) // 2
        near = source.briefs(middle, _SURE)
        if near and statistics.median_high(map(_time, near)) > moment:
            high = middle
        else:
            low = middle
    return high


def _first(limit: int, *rows: Iterable[Any]) -> list[Any]:
    unique = {row.id: row for some in rows for row in some}
    return sorted(unique.values(), key=_place, reverse=True)[:limit]


def _rest(rows: Iterable[Any], after: Any) -> Iterable[Any]:
    """Return those that come after a place."""
    if after is None:
        return rows
    place = _place(after)
    return [row for row in rows if _place(row) < place]


def _are_past(
    rows: Sequence[Any], last: Any, skew: datetime.timedelta
) -> bool:
    """Return whether what is below ``rows`` comes after the row ``last``."""
    if len(rows) < _SURE:
        return False
    return all(_time(row) + skew <= _time(last) for row in rows[-_SURE:])


def _check_order(rows: Sequence[Any], skew: datetime.timedelta) -> None:
    """Name rows that break the bound, of some in descending order."""
    for newer, older in itertools.pairwise(rows):
        if _time(older) - _time(newer) > skew:
            _note(newer.id, _time(newer), older.id, _time(older))


@functools.lru_cache(maxsize=1000)
def _note(number: int, time: Any, other: int, later: Any) -> None:
    LOG.warning(
        'Migration %(number)d, created at %(time)s, is older than migration '
        '%(other)d, created at %(later)s, by more than [cells] clock_skew: '
        'lists may lack one of them, or show it out of place.',
        {'number': number, 'time': time, 'other': other, 'later': later},
    )


def _time(row: Any) -> datetime.datetime:
    moment: datetime.datetime = row.created_at or _NEVER
    return moment


def _place(row: Any) -> tuple[datetime.datetime, int]:
    return _time(row), row.id
