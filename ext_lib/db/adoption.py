# SPDX-License-Identifier: Apache-2.0
"""Tables that another program has made are used, and stay as they are."""

import sqlalchemy as sa

from ext_lib.db import schema

#: Where sqlalchemy-migrate keeps the number of each repository.
NUMBERS = sa.table(
    'migrate_version', sa.column('repository_id'), sa.column('version')
)
#: Where alembic keeps the revision, unless another table is set.
_REVISION = 'alembic_version'


def is_adopted(connection: sa.engine.Connection, name: str) -> bool:
    """Return whether another program than ``name`` keeps a schema here."""
    inspector = sa.inspect(connection)
    if inspector.has_table(_REVISION):
        return True
    if not inspector.has_table(NUMBERS.name):
        return False
    others = sa.select(NUMBERS.c.version).where(
        NUMBERS.c.repository_id != name
    )
    return connection.execute(others.limit(1)).first() is not None


def missing_columns(
    connection: sa.engine.Connection, metadata: sa.MetaData
) -> list[str]:
    """Return the columns that tables lack, such as ``migrations.user_id``."""
    return [
        f'{table.name}.{column.name}'
        for table in metadata.sorted_tables
        for column in schema.missing_columns(connection, table)
    ]
