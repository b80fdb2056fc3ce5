# SPDX-License-Identifier: Apache-2.0
"""Who migrated, and an index behind each list of migrations."""

from nova_ext.db.legacy_migrations import tables
from nova_ext.db.migration import schema


def upgrade(migrate_engine):
    with migrate_engine.begin() as connection:
        schema.create_shared(connection, tables.migration_user_project())
