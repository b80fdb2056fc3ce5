# SPDX-License-Identifier: Apache-2.0
"""A cell database as nova leaves it: more columns than ours, fewer indexes."""

from typing import Any

import sqlalchemy as sa

from nova_ext.db import models
from nova_ext.db.legacy_migrations import tables

#: The tables that both know.
TABLES = set(tables.base().tables)
#: What alembic keeps of nova.
REVISION = 'ab450ba04102'


def make(engine: Any) -> None:
    """Make the tables, empty, and nova's version of them."""
    metadata = sa.MetaData()
    for name in TABLES:
        copy = models.Base.metadata.tables[name].to_metadata(metadata)
        copy.indexes = {
            index for index in copy.indexes if 'id' not in index.columns
        }
        copy.append_column(sa.Column('compute_id', sa.BigInteger))
        copy.dialect_kwargs['mysql_charset'] = 'utf8mb3'
    metadata.create_all(engine)
    make_version(engine)


def make_version(engine: Any) -> None:
    """Make what tells that nova keeps the schema."""
    version = sa.Table(
        'alembic_version',
        sa.MetaData(),
        sa.Column('version_num', sa.String(32), primary_key=True),
    )
    with engine.begin() as connection:
        version.create(connection)
        connection.execute(version.insert().values(version_num=REVISION))
