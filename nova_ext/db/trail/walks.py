# SPDX-License-Identifier: Apache-2.0
"""Indexes along which pages of records are found.

Each begins with what a question filters by, and ends with the order of its
answer. Which is taken is decided here and not by a planner: with several
that fit, one of MySQL may sort all that one of them finds.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from ext_lib.db import query
from nova_ext.db.trail import rows

ORDER = ('created_at', 'source_id', 'id')

#: Filters of actions that begin an index, the one with the fewest rows first.
_ACTIONS = (
    ('request_id',),
    ('instance_uuid',),
    ('server_project_id', 'server_name'),
    ('server_name', 'action'),
    ('server_name',),
    ('user_id', 'outcome'),
    ('user_id', 'action'),
    ('server_project_id', 'user_id'),
    ('user_id',),
    ('server_project_id', 'outcome'),
    ('server_project_id', 'action'),
    ('action', 'outcome'),
    ('outcome',),
    ('action',),
    ('server_project_id',),
    (),
)
#: Names of the one that needs to be told.
DIALECTS = ('mysql', 'mariadb')


def of_actions(
    filters: Collection[str],
    outcome: str | None,
    known: Collection[Sequence[str | None]],
) -> tuple[str, ...]:
    """Return the columns with which the best index begins.

    :param filters: columns with a value that is asked for
    :param outcome: the one of these values, None without one
    :param known: columns of the indexes that the table has
    """
    given = set(filters)
    if outcome == rows.SUCCESS and 'action' in given:
        # Most actions succeed: this one tells them apart less well.
        given.discard('outcome')
    return next(
        columns
        for columns in _ACTIONS
        if given.issuperset(columns) and (*columns, *ORDER) in known
    )


def along(
    statement: Any,
    table: sa.Table,
    values: Mapping[str, str],
    is_descending: bool = True,
) -> Any:
    """Return a statement that walks along an index.

    :param values: of the columns with which the index begins
    :param is_descending: whether the newest row comes first
    """
    order = [table.c[name] for name in (*values, *ORDER)]
    if is_descending:
        order = [column.desc() for column in order]
    index = _index(table, (*values, *ORDER))
    statement = statement.where(
        *(query.along(table.c[name], v) for name, v in values.items())
    )
    for dialect in DIALECTS:
        hint = f'FORCE INDEX ({index})'
        statement = statement.with_hint(table, hint, dialect)
    return statement.order_by(*order)


def before(table: sa.Table, place: Sequence[Any]) -> Any:
    """Return the condition that rows are less than a place in a walk.

    :param place: what it has in the columns ORDER, which may be SQL
    """
    return query.precedes(*_compared(table, place))


def after(table: sa.Table, place: Sequence[Any]) -> Any:
    """Return the condition that rows are more than a place in a walk.

    :param place: what it has in the columns ORDER, which may be SQL
    """
    columns, bounds = _compared(table, place)
    return query.precedes(bounds, columns)


def _compared(
    table: sa.Table, place: Sequence[Any]
) -> tuple[list[Any], list[Any]]:
    columns = [table.c[name] for name in ORDER]
    pairs = zip(place, columns, strict=True)
    return columns, [query.as_sql(value, c.type) for value, c in pairs]


def _index(table: sa.Table, columns: Sequence[str]) -> str:
    [name] = [
        str(index.name)
        for index in table.indexes
        if tuple(index.columns.keys()) == tuple(columns)
    ]
    return name
