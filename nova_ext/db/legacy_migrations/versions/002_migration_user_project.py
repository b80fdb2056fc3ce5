# SPDX-License-Identifier: Apache-2.0
"""User and project of migrations, and an index behind each list."""

from ext_lib.db import schema
from nova_ext.db.legacy_migrations import tables


def upgrade(migrate_engine):
    with migrate_engine.begin() as connection:
        schema.create_missing(connection, tables.migration_user_project())
