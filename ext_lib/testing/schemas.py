# SPDX-License-Identifier: Apache-2.0
"""Schema of a database as found, to compare with the expected one."""

from typing import Any

from alembic import autogenerate
from alembic.runtime import migration
import sqlalchemy as sa

#: The tables, of any schema, that tell how far it has come.
_VERSIONS = ('migrate_version', 'alembic_version')
#: What SQLite keeps for itself.
_INTERNAL = 'sqlite_'
_DEFINITION = {
    'mysql': 'SHOW CREATE TABLE %s',
    'sqlite': "SELECT sql FROM sqlite_master WHERE name = '%s'",
}


def snapshot(engine: Any) -> dict[str, Any]:
    """Return all that can be found out about the tables of a database."""
    inspector = sa.inspect(engine)
    return {
        name: {
            'columns': {
                c['name']: (_type(engine, c), c['nullable'], c['default'])
                for c in inspector.get_columns(name)
            },
            'indexes': {
                i['name']: (i['column_names'], bool(i['unique']))
                for i in inspector.get_indexes(name)
            },
            'keys': _keys(inspector, name),
            'options': _options(inspector, name),
        }
        for name in inspector.get_table_names()
        if _is_ours(name, 'table')
    }


def definitions(engine: Any) -> dict[str, str]:
    """Return the statements that would make the tables, where there are any.

    PostgreSQL has none.
    """
    question = _DEFINITION.get(engine.dialect.name)
    if question is None:
        return {}
    with engine.connect() as connection:
        names = sa.inspect(connection).get_table_names()
        return {
            name: connection.exec_driver_sql(question % name).one()[-1]
            for name in names
        }


def kept_version(engine: Any, table: str) -> dict[str, Any]:
    """Return a version table of alembic's, and what it holds."""
    inspector = sa.inspect(engine)
    with engine.connect() as connection:
        found = connection.execute(sa.text(f'SELECT * FROM {table}'))
        rows = [tuple(row) for row in found]
    return {
        'columns': {
            c['name']: (_type(engine, c), c['nullable'], c['default'])
            for c in inspector.get_columns(table)
        },
        'primary': inspector.get_pk_constraint(table),
        'rows': rows,
    }


def _type(engine: Any, column: Any) -> str:
    return str(column['type'].compile(engine.dialect))


def _keys(inspector: Any, table: str) -> dict[str, Any]:
    foreign = {
        key['name']: (
            key['constrained_columns'],
            key['referred_table'],
            key['referred_columns'],
            key['options'],
        )
        for key in inspector.get_foreign_keys(table)
    }
    unique = {
        key['name']: key['column_names']
        for key in inspector.get_unique_constraints(table)
    }
    primary = inspector.get_pk_constraint(table)['constrained_columns']
    return {**foreign, **unique, 'primary': primary}


def _options(inspector: Any, table: str) -> dict[str, Any]:
    try:
        return dict(inspector.get_table_options(table))
    except NotImplementedError:
        return {}


def _is_ours(name: str | None, kind: str, _parents: Any = None) -> bool:
    if kind != 'table':
        return True
    name = str(name)
    return not name.endswith(_VERSIONS) and not name.startswith(_INTERNAL)


def differences(engine: Any, metadata: sa.MetaData) -> list[Any]:
    """Return what alembic would do to make a database as ``metadata`` is."""
    with engine.connect() as connection:
        found: list[Any] = autogenerate.compare_metadata(
            migration.MigrationContext.configure(
                connection,
                opts={'compare_type': True, 'include_name': _is_ours},
            ),
            metadata,
        )
    return found


def drop_all(engine: Any, metadata: sa.MetaData) -> None:
    """Drop every table, and the types of ``metadata``."""
    found = sa.MetaData()
    found.reflect(engine, only=lambda name, _: _INTERNAL not in name)
    found.drop_all(engine)
    if engine.dialect.name == 'postgresql':
        metadata.drop_all(engine)
