# SPDX-License-Identifier: Apache-2.0
"""The schema at the last legacy number."""

from alembic import op

from ext_lib.db import schema
from nova_ext.db.legacy_migrations import tables

revision = '5c1d0f3b7a92'
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    connection = op.get_bind()
    schema.create_missing(connection, tables.base())
    schema.create_missing(connection, tables.migration_user_project())
    schema.create_missing(connection, tables.tasks())
    schema.create_missing(connection, tables.task_tag())
