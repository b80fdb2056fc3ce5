# SPDX-License-Identifier: Apache-2.0
"""The tables as they stood before the first feature."""

from nova_ext.db.legacy_migrations import tables
from nova_ext.db.migration import schema


def upgrade(migrate_engine):
    with migrate_engine.begin() as connection:
        schema.create_shared(connection, tables.base())
