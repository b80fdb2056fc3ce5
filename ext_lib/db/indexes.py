# SPDX-License-Identifier: Apache-2.0
"""Indexes a database lacks, and statements that make them beside a service.

PostgreSQL permits writes meanwhile only with ``CONCURRENTLY`` and outside a
transaction; an attempt that is interrupted leaves an invalid index. InnoDB
permits them anyway.
"""

from collections.abc import Iterator
from typing import Any

from oslo_config import cfg
import sqlalchemy as sa
from sqlalchemy import schema

#: Of a service that tells operators what is missing.
BIG_TABLE = cfg.IntOpt(
    'big_table',
    default=10_000,
    min=0,
    help='How many rows a table may have before it is said to lack indexes. '
    'So many are counted and no more. Those that keep rows unique are missed '
    'in any table.',
)

_CONCURRENTLY = {'postgresql_concurrently': True}
#: Of connections, by the name of the dialect.
_OPTIONS = {'postgresql': {'isolation_level': 'AUTOCOMMIT'}}
_INVALID = sa.text(
    'SELECT pg_class.relname FROM pg_index '
    'JOIN pg_class ON pg_class.oid = pg_index.indexrelid '
    'WHERE indrelid = CAST(:name AS regclass) AND NOT indisvalid'
)


def missing(connection: sa.engine.Connection, table: sa.Table) -> list[Any]:
    """Return the indexes of ``table`` that have no equal by any name.

    One that keeps rows unique takes another that does. Those of columns that
    are missing too are left out.
    """
    inspector = sa.inspect(connection)
    columns = {found['name'] for found in inspector.get_columns(table.name)}
    unusable = invalid(connection, table)
    unique = set(_unique(inspector, table.name, unusable))
    present = unique | set(_indexed(inspector, table.name, unusable))
    return sorted(
        (
            index
            for index in table.indexes
            if columns.issuperset(index.columns.keys())
            and _columns(index) not in (unique if index.unique else present)
        ),
        key=_name,
    )


def in_the_way(connection: sa.engine.Connection, table: sa.Table) -> set[str]:
    """Return the names of indexes that have to go before missing ones come.

    They are what interrupted attempts left, and those that do not keep rows
    unique though they should.
    """
    found = {
        index['name']: (tuple(index['column_names']), bool(index['unique']))
        for index in sa.inspect(connection).get_indexes(table.name)
    }
    return invalid(connection, table) | {
        _name(index)
        for index in table.indexes
        if index.unique and found.get(index.name) == (_columns(index), False)
    }


def missing_by_table(
    connection: sa.engine.Connection, metadata: sa.MetaData
) -> Iterator[tuple[sa.Table, list[Any]]]:
    """Yield the tables that are there and lack indexes, with these."""
    present = set(sa.inspect(connection).get_table_names())
    for table in metadata.sorted_tables:
        if table.name in present:
            indexes = missing(connection, table)
            if indexes:
                yield table, indexes


def invalid(connection: sa.engine.Connection, table: sa.Table) -> set[str]:
    """Return the names of invalid indexes, left by interrupted attempts."""
    if connection.dialect.name != 'postgresql':
        return set()
    name = connection.dialect.identifier_preparer.format_table(table)
    return set(connection.scalars(_INVALID, {'name': name}))


def statements(engine: sa.engine.Engine, metadata: sa.MetaData) -> list[str]:
    """Return the SQL statements that make all missing indexes, in order."""
    with engine.connect() as connection:
        return [
            str(statement.compile(dialect=engine.dialect)).strip()
            for table, indexes in missing_by_table(connection, metadata)
            for statement in _statements(connection, table, indexes)
        ]


def execute(engine: sa.engine.Engine, statement: str) -> None:
    """Carry one of those statements out, by itself."""
    options = _OPTIONS.get(engine.dialect.name, {})
    with engine.execution_options(**options).begin() as connection:
        connection.exec_driver_sql(statement)


def has_more_rows(
    connection: sa.engine.Connection, table: sa.Table, number: int
) -> bool:
    """Return whether a table has more rows, without counting them all."""
    row = sa.select(sa.literal_column('1')).select_from(table)
    return connection.scalar(row.offset(number).limit(1)) is not None


def _statements(
    connection: sa.engine.Connection, table: sa.Table, indexes: list[Any]
) -> Iterator[Any]:
    leftovers = in_the_way(connection, table)
    # The models' own indexes are to stay as they are.
    copies = {i.name: i for i in table.to_metadata(sa.MetaData()).indexes}
    for index in indexes:
        copy = copies[index.name]
        copy.dialect_kwargs.update(_CONCURRENTLY)
        if index.name in leftovers:
            yield schema.DropIndex(copy)
        yield schema.CreateIndex(copy)


def _name(index: Any) -> str:
    return str(index.name)


def _columns(index: Any) -> tuple[str | None, ...]:
    return tuple(index.columns.keys())


def _unique(
    inspector: Any, table: str, without: set[str]
) -> Iterator[tuple[str | None, ...]]:
    yield tuple(inspector.get_pk_constraint(table)['constrained_columns'])
    for constraint in inspector.get_unique_constraints(table):
        yield tuple(constraint['column_names'])
    for index in inspector.get_indexes(table):
        if index['unique'] and index['name'] not in without:
            yield tuple(index['column_names'])


def _indexed(
    inspector: Any, table: str, without: set[str]
) -> Iterator[tuple[str | None, ...]]:
    for index in inspector.get_indexes(table):
        if index['name'] not in without:
            yield tuple(index['column_names'])
