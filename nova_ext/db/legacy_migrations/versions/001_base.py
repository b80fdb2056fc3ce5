# SPDX-License-Identifier: Apache-2.0
"""The tables as they stood before the first feature."""

from ext_lib.db import schema
from nova_ext.db.legacy_migrations import tables


def upgrade(migrate_engine):
    with migrate_engine.begin() as connection:
        schema.create_missing(connection, tables.base())
