# SPDX-License-Identifier: Apache-2.0
"""Steps of a schema that create what is missing and alter nothing else.

A step that was interrupted can be taken again, and a database that another
program made can be completed.
"""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy import schema


def create_missing(
    connection: sa.engine.Connection, metadata: sa.MetaData
) -> None:
    """Create the tables, columns and indexes of ``metadata`` there are not.

    What exists stays as it is, even if it is of another type.
    """
    for table in metadata.sorted_tables:
        if not sa.inspect(connection).has_table(table.name):
            table.create(connection)
            continue
        for column in _missing_columns(connection, table):
            _add_column(connection, table, column)
        for index in missing_indexes(connection, table):
            index.create(connection)


def _missing_columns(
    connection: sa.engine.Connection, table: sa.Table
) -> list[Any]:
    found = sa.inspect(connection).get_columns(table.name)
    names = {column['name'] for column in found}
    return [column for column in table.columns if column.name not in names]


def _add_column(
    connection: sa.engine.Connection, table: sa.Table, column: Any
) -> None:
    dialect = connection.dialect
    name = dialect.identifier_preparer.format_table(table)
    definition = schema.CreateColumn(column).compile(dialect=dialect)
    connection.execute(sa.text(f'ALTER TABLE {name} ADD COLUMN {definition}'))


def missing_indexes(
    connection: sa.engine.Connection, table: sa.Table
) -> list[sa.Index]:
    """Return the indexes of ``table`` that have no equal by any name."""
    found = set(_indexed(sa.inspect(connection), table.name))
    return sorted(
        (i for i in table.indexes if tuple(i.columns.keys()) not in found),
        key=_name,
    )


def _name(index: sa.Index) -> str:
    return str(index.name)


def _indexed(inspector: Any, table: str) -> Iterator[tuple[str | None, ...]]:
    yield tuple(inspector.get_pk_constraint(table)['constrained_columns'])
    for constraint in inspector.get_unique_constraints(table):
        yield tuple(constraint['column_names'])
    for index in inspector.get_indexes(table):
        yield tuple(index['column_names'])
