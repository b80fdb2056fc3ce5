# SPDX-License-Identifier: Apache-2.0
"""Pages of lists in an order the client chose.

Such an order has no index of its own; newest first has, see query.paginate.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from ext_lib import exception
from ext_lib import paging
from ext_lib.db import query

#: Pairs of a column's name and ``asc`` or ``desc``.
Sort = Sequence[tuple[str, str]]

_DIRECTIONS = ('asc', 'desc')


def paginate(
    statement: sa.sql.Select,
    model: Any,
    page: paging.Page,
    sort: Sort,
    marker: Any = None,
) -> sa.sql.Select:
    """Return the rows of ``page`` in the order of ``sort``.

    Nothing comes before something on every database. Among equals creation
    decides, in the direction of the first key.

    :param marker: row of ``page.marker``, be its columns SQL; None to begin
        at the beginning
    :raises Invalid: when there is no such column or direction
    """
    sort = _complete(model, sort)
    if marker is not None:
        statement = statement.where(_after(model, sort, marker))
    for name, direction in sort:
        column = getattr(model, name)
        if column.nullable:
            statement = statement.order_by(
                getattr(column.is_not(None), direction)()
            )
        statement = statement.order_by(getattr(column, direction)())
    return statement if page.limit is None else statement.limit(page.limit)


def _complete(model: Any, sort: Sort) -> list[tuple[str, str]]:
    last = [(name, sort[0][1]) for name in ('created_at', 'id')]
    columns = sa.inspect(model).columns
    # A column that is repeated decides nothing any more.
    complete: dict[str, str] = {}
    for name, direction in [*sort, *last]:
        if name not in columns or direction not in _DIRECTIONS:
            raise exception.Invalid(f'Invalid sort key: {name} {direction}')
        complete.setdefault(name, direction)
    return list(complete.items())


def _after(model: Any, sort: Sort, marker: Any) -> Any:
    conditions: list[Any] = []
    same: list[Any] = []
    for name, direction in sort:
        column = getattr(model, name)
        bound = query.bound(marker, column)
        conditions.append(sa.and_(*same, _further(column, direction, bound)))
        same.append(column.is_not_distinct_from(bound))
    # After no row comes nothing, though nothing precedes something.
    is_there = query.bound(marker, model.id).is_not(None)
    return sa.and_(is_there, sa.or_(*conditions))


def _further(column: Any, direction: str, bound: Any) -> Any:
    if direction == 'asc':
        is_first = sa.and_(bound.is_(None), column.is_not(None))
        return sa.or_(column > bound, is_first)
    is_last = sa.and_(bound.is_not(None), column.is_(None))
    return sa.or_(column < bound, is_last)
