# SPDX-License-Identifier: Apache-2.0
"""A cell that is followed: the only statements that are sent to it."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ext_lib.context import RequestContext
from nova_ext.db.facade import facade
from nova_ext.db.trail.kinds import Kind


class Cell:
    """Questions to one cell, each a SELECT by the primary key.

    :param context: names the cell
    :param batch: how many rows are asked for at once
    """

    def __init__(self, context: RequestContext, batch: int) -> None:
        self._context = context
        self._batch = batch

    @property
    def name(self) -> str:
        """Name of its section, nothing for the database of this service."""
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

    def after(self, kind: Kind, low: int, high: int) -> list[dict[str, Any]]:
        """Return the first rows above ``low``, and up to ``high``."""
        rows = self._fetch(kind.after, low=low, high=high, limit=self._batch)
        return _dicts(kind, rows)

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
        """Yield the rows of certain numbers, in lists."""
        for some in slices(numbers, self._batch):
            yield _dicts(kind, self._fetch(kind.numbered, numbers=some))

    def _fetch(self, statement: Any, **values: Any) -> list[Any]:
        return facade.fetch(self._context, statement, values)


def slices(numbers: Sequence[int], size: int) -> Iterator[list[int]]:
    """Yield ``numbers`` in lists of at most ``size``."""
    for first in range(0, len(numbers), size):
        yield list(numbers[first : first + size])


def _dicts(kind: Kind, rows: Iterable[Any]) -> list[dict[str, Any]]:
    return [dict(zip(kind.columns, row, strict=True)) for row in rows]
