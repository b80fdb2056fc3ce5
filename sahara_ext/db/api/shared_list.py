# SPDX-License-Identifier: Apache-2.0
"""Lists of what is the caller's project's own, or public.

There are two walks along an index for each page, one for either, since no
index serves both at once; together they find no more than two pages.
"""

from collections.abc import Callable, Mapping, Sequence
import dataclasses
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import orm

from ext_lib import exception
from ext_lib import paging
from ext_lib.context import RequestContext
from ext_lib.db import query
from ext_lib.db.marker import Marker


def is_own(context: RequestContext, model: Any) -> Any:
    """Return the condition that a row is one of the caller's project."""
    return query.equals(model.project_id, context.project_id or ())


def is_public(model: Any) -> Any:
    """Return the condition that all projects see a row."""
    return query.equals(model.is_public, True)


def is_visible(context: RequestContext, model: Any) -> Any:
    """Return the condition that the caller sees a row."""
    return sa.or_(is_own(context, model), is_public(model))


#: A column, and ``asc`` or ``desc``.
Sort = tuple[str, str]

NEWEST_FIRST: Sort = ('created_at', 'desc')

_DIRECTIONS = ('asc', 'desc')


def check_filters(filters: Mapping[str, Any], known: Sequence[str]) -> None:
    """Make sure that all filters are ``known``.

    :raises Invalid: otherwise
    """
    unknown = sorted(set(filters) - set(known))
    if unknown:
        raise exception.Invalid(f'Invalid filters: {", ".join(unknown)}')


@dataclasses.dataclass(frozen=True)
class Order:
    """The order of a list: a column, then the id, both in one direction."""

    model: Any
    column: str
    is_descending: bool

    @classmethod
    def of(
        cls, model: Any, sort: Sort | None, known: Sequence[str]
    ) -> 'Order':
        """Return the order a caller chose.

        :param known: the columns to choose from
        :raises Invalid: when there is no such order
        """
        column, direction = sort or NEWEST_FIRST
        if column not in known or direction not in _DIRECTIONS:
            raise exception.Invalid(f'Invalid sort key: {column} {direction}')
        return cls(model, column, direction == 'desc')

    def reversed(self) -> 'Order':
        """Return the order from the end to the beginning."""
        return dataclasses.replace(self, is_descending=not self.is_descending)

    def columns(self, table: Any) -> list[Any]:
        """Return the columns that are needed to tell the order."""
        return self.keys(table)[-1 if self.column == 'id' else 0 :]

    def keys(self, table: Any) -> list[Any]:
        """Return the columns of a table that decide."""
        return [getattr(table, self.column), table.id]

    def sort(self, statement: Any, table: Any, *last: Any) -> Any:
        """Return a statement that gives rows in this order.

        :param table: what has the columns: the model, or a part of it
        """
        keys = self.keys(table)
        if self.is_descending:
            keys = [key.desc() for key in keys]
        return statement.order_by(*keys, *last)

    def after(self, marker: Any) -> Any:
        """Return the condition that a row comes after ``marker``."""
        columns = self.keys(self.model)
        bounds = [query.bound(marker, column) for column in columns]
        if self.is_descending:
            return query.precedes(columns, bounds)
        return query.precedes(bounds, columns)


class FoundPage(NamedTuple):
    """A page, and the markers of those before and after."""

    rows: Sequence[Any]
    previous_marker: str | None = None
    next_marker: str | None = None


class SharedList:
    """One page of a list.

    :param filters: columns, each with a value or a list of values
    """

    def __init__(
        self,
        context: RequestContext,
        order: Order,
        page: paging.Page,
        filters: Mapping[str, Any],
    ) -> None:
        self._context = context
        self._order = order
        self._page = page
        self._filters = filters
        self._marker: Any = None
        if page.marker is not None:
            other = orm.aliased(order.model)
            seen = is_visible(context, other)
            self._marker = Marker(other, page.marker, seen, key='id')

    def load(
        self,
        statement: Any,
        assemble: Callable[
            [Sequence[Any], int | None], tuple[list[Any], bool]
        ],
        *last: Any,
    ) -> FoundPage:
        """Return the page.

        :param statement: selects what the list has, whole
        :param assemble: takes what that gave, and how many are wanted;
            returns these, and whether there are more
        :param last: columns that order what belongs to one of the list
        :raises MarkerNotFound: when the caller sees no row of that id
        """
        limit, model = self._page.limit, self._order.model
        if limit == 0:
            return FoundPage([])
        # One more, if there is another page.
        most = None if limit is None else limit + 1
        ids = self._first(self._order, most).subquery()
        statement = statement.add_columns(self._previous_marker()).join(
            ids, ids.c.id == model.id
        )
        found = self._context.session.execute(
            self._order.sort(statement, model, *last)
        ).all()
        if not found:
            return FoundPage([], self._before_nothing())
        rows, has_more = assemble(found, limit)
        return FoundPage(rows, found[0][-1], rows[-1].id if has_more else None)

    def _first(self, order: Order, limit: int | None) -> Any:
        walks = [
            self._walk(order, limit, condition).subquery()
            for condition in (
                is_own(self._context, order.model),
                is_public(order.model),
            )
        ]
        both = sa.union(*(sa.select(walk) for walk in walks)).subquery()
        return order.sort(sa.select(both.c.id), both.c).limit(limit)

    def _walk(self, order: Order, limit: int | None, condition: Any) -> Any:
        model = order.model
        statement = sa.select(*order.columns(model)).where(condition)
        for name, value in self._filters.items():
            statement = statement.where(
                query.equals(getattr(model, name), value)
            )
        if self._marker is not None:
            statement = statement.where(order.after(self._marker))
        return order.sort(statement, model).limit(limit)

    def _previous_marker(self) -> Any:
        """Return the marker of the page before, as SQL.

        It is as many rows before the marker as there are on a page.
        """
        if self._marker is None or not self._page.limit:
            return sa.null()
        backwards = self._first(self._order.reversed(), self._page.limit)
        return (
            backwards.offset(self._page.limit - 1).limit(1).scalar_subquery()
        )

    def _before_nothing(self) -> str | None:
        """Return the marker of the page before, when this one is empty.

        :raises MarkerNotFound: when it is so because it begins nowhere
        """
        if self._marker is None:
            return None
        self._marker.check(self._context)
        previous = sa.select(self._previous_marker())
        return self._context.session.scalar(previous)
