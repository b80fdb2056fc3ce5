# SPDX-License-Identifier: Apache-2.0
"""Index scans that find the pages of records.

Each index begins with the columns of a filter, and ends with the order of the
answer. The index is chosen here and not by the planner of the database: of
several that fit, MySQL may take one after which it sorts all rows.
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
#: Names of the dialect that needs index hints.
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
        # Most actions succeed, so this filter leaves out few rows.
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
    """Return a statement that scans an index in its order.

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
    """Return the condition that rows are less than a place in a scan.

    :param place: what it has in the columns ORDER, which may be SQL
    """
    return query.precedes(*_compared(table, place))


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
