# SPDX-License-Identifier: Apache-2.0
"""One list of the migrations of several cells, newest first.

While a server moves from cell to cell, both have its migrations: under one
uuid, and each under a number of its own. Such a migration is listed once, in
the place of the first of its copies, as the copy that was last changed.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
import datetime
import functools
import itertools
import operator
from typing import Any, NamedTuple, Protocol

from ext_lib import exception
from ext_lib import paging
from nova_ext.db import models

_UUID = operator.attrgetter('uuid')
_AGE = operator.attrgetter('created_at', 'id')
_LAST = datetime.datetime.max  # noqa: DTZ901 (as databases keep it)

#: What each cell answered, by its name.
Rows = Mapping[Any, Sequence[models.Migration]]


class Position(NamedTuple):
    """Position of a row in the list; equals are in the order of uuids."""

    created_at: datetime.datetime
    id: int
    uuid: str

    @property
    def order(self) -> tuple[datetime.timedelta, int, str]:
        """Sort key: less, the earlier in the list the row comes."""
        return (_LAST - self.created_at, -self.id, self.uuid)


class Copy(NamedTuple):
    """A migration as one cell has it.

    :param is_listed: whether it passes the filters of the list
    """

    place: Position
    is_listed: bool


class Cells(Protocol):
    """Queries to the cells for a list; each goes to each cell once."""

    def find(self, uuid: str) -> Sequence[Copy]:
        """Return a migration from each that has it, a deleted one too."""

    def read(self, limit: int | None, after: Position | None) -> Rows:
        """Return at least the first ``limit`` rows after a place of each.

        The one there may be among them, too.
        """

    def copies(self, uuids: Mapping[Any, Collection[str]]) -> Rows:
        """Return the rows of each that have one of its ``uuids``."""


def page(cells: Cells, page: paging.Page) -> list[models.Migration]:
    """Return a page of the list.

    :raises MarkerNotFound: when no cell has the marker
    """
    after = None if page.marker is None else _place(cells, page.marker)
    found: list[models.Migration] = []
    limit = page.limit
    while True:
        # Only where copies were on pages before this one it takes a second
        # round to fill it.
        firsts, rows = _next(cells, limit, after)
        found += rows
        if limit is None or len(firsts) < limit or len(rows) == limit:
            return found
        limit -= len(rows)
        after = _place_of(firsts[-1])


def _place(cells: Cells, marker: str) -> Position:
    """Return where the migration is that the page before ended with."""
    copies = cells.find(marker)
    if not copies:
        raise exception.MarkerNotFound(marker=marker)
    places = sorted((copy.place for copy in copies), key=_order)
    listed = {copy.place for copy in copies if copy.is_listed}
    # It was shown in the place of the first that is listed. If none is any
    # more, nothing shall be shown twice.
    return next((place for place in places if place in listed), places[-1])


def _next(
    cells: Cells, limit: int | None, after: Position | None
) -> tuple[list[models.Migration], list[models.Migration]]:
    """Return the first row of each migration, and what to show for them.

    Those that are in an earlier place as well have been shown before.
    """
    windows = {
        cell: [row for row in rows if _is_after(row, after)]
        for cell, rows in cells.read(limit, after).items()
    }
    if len(windows) == 1:
        # There are no copies.
        [rows] = windows.values()
        return rows[:limit], rows[:limit]
    firsts: dict[str, models.Migration] = {}
    for row in _in_order(itertools.chain(*windows.values())):
        firsts.setdefault(str(row.uuid), row)
    # Nothing is missing between them: of each cell there are as many rows.
    firsts = dict(itertools.islice(firsts.items(), limit))
    elsewhere = {
        cell: _unseen(firsts, rows)
        for cell, rows in windows.items()
        # What has no more rows, and had none before, has been seen.
        if after is not None or (limit is not None and len(rows) >= limit)
    }
    groups: dict[str, list[models.Migration]] = {uuid: [] for uuid in firsts}
    answers = cells.copies(elsewhere)
    for row in itertools.chain(*windows.values(), *answers.values()):
        if row.uuid in groups:
            groups[row.uuid].append(row)
    ordered = (
        _in_order(group) if len(group) > 1 else group
        for group in groups.values()
    )
    return list(firsts.values()), [
        functools.reduce(_newer, group)
        for group in ordered
        if _is_after(group[0], after)
    ]


def _unseen(
    uuids: Iterable[str], rows: Iterable[models.Migration]
) -> list[str]:
    seen = {row.uuid for row in rows}
    return [uuid for uuid in uuids if uuid not in seen]


def _newer(
    first: models.Migration, second: models.Migration
) -> models.Migration:
    """Return the copy that was changed later; ties are decided as in nova."""
    a = first.updated_at or first.created_at
    b = second.updated_at or second.created_at
    if a == b:
        is_first = second.updated_at is not None and first.updated_at is None
        return first if is_first else second
    return first if a > b else second


def _is_after(row: models.Migration, place: Position | None) -> bool:
    if place is None:
        return True
    own, other = (row.created_at, row.id), (place.created_at, place.id)
    return own < other or (own == other and row.uuid > place.uuid)


def _in_order(rows: Iterable[models.Migration]) -> list[models.Migration]:
    # As Position.order says; two sorts take less time than so many of these.
    found = sorted(rows, key=_UUID)
    found.sort(key=_AGE, reverse=True)
    return found


def _place_of(row: models.Migration) -> Position:
    return Position(row.created_at, row.id, row.uuid)


def _order(place: Position) -> Any:
    return place.order
