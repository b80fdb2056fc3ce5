# SPDX-License-Identifier: Apache-2.0
"""Steps of a schema that create what is missing and alter nothing else.

A step that was interrupted can be taken again.
"""

import importlib
from typing import Any

import sqlalchemy as sa
from sqlalchemy import schema

from ext_lib.db import indexes


def run_revisions(metadata: sa.MetaData) -> None:
    """Run the revisions that alembic asks for; the body of its ``env.py``.

    The connection and the version table are those that
    :mod:`ext_lib.db.migration` hands over.
    """
    context = importlib.import_module('alembic.context')
    attributes = context.config.attributes
    context.configure(
        connection=attributes['connection'],
        version_table=attributes['version_table'],
        target_metadata=metadata,
    )
    with context.begin_transaction():
        context.run_migrations()


def create_missing(
    connection: sa.engine.Connection, metadata: sa.MetaData
) -> None:
    """Create the tables, columns and indexes of ``metadata`` there are not.

    What exists stays as it is, even if it is of another type, but for indexes
    that should keep rows unique and do not.
    """
    for table in metadata.sorted_tables:
        if not sa.inspect(connection).has_table(table.name):
            table.create(connection)
            continue
        for column in missing_columns(connection, table):
            _add_column(connection, table, column)
        in_the_way = indexes.in_the_way(connection, table)
        for index in indexes.missing(connection, table):
            if index.name in in_the_way:
                index.drop(connection)
            index.create(connection)


def drop_table(engine: sa.engine.Engine, name: str) -> None:
    """Drop a table if there is one of that name."""
    with engine.begin() as connection:
        sa.Table(name, sa.MetaData()).drop(connection, checkfirst=True)


def missing_columns(
    connection: sa.engine.Connection, table: sa.Table
) -> list[Any]:
    """Return the columns of ``table`` that the database lacks."""
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
