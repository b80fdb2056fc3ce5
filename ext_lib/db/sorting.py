# SPDX-License-Identifier: Apache-2.0
"""Pages of lists in an order the client chose.

Such an order has no index of its own; newest first has, see query.paginate.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from ext_lib import exception
from ext_lib import paging

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

    :param marker: row of ``page.marker``; None to begin at the beginning
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
    names = [name for name, _ in sort]
    complete = [*sort, *(pair for pair in last if pair[0] not in names)]
    columns = sa.inspect(model).columns
    for name, direction in complete:
        if name not in columns or direction not in _DIRECTIONS:
            raise exception.Invalid(f'Invalid sort key: {name} {direction}')
    return complete


def _after(model: Any, sort: Sort, marker: Any) -> Any:
    conditions: list[Any] = []
    same: list[Any] = []
    for name, direction in sort:
        column, value = getattr(model, name), getattr(marker, name)
        further = _further(column, direction, value)
        conditions.append(sa.and_(*same, further))
        same.append(column == value)
    return sa.or_(*conditions)


def _further(column: Any, direction: str, value: Any) -> Any:
    if value is None:
        return column.is_not(None) if direction == 'asc' else sa.false()
    bound = sa.literal(value, column.type)
    if direction == 'asc':
        return column > bound
    return sa.or_(column < bound, column.is_(None))
