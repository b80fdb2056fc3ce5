# SPDX-License-Identifier: Apache-2.0
"""The schema at the last legacy number."""

from alembic import op

from ext_lib.db import schema as steps
from nova_ext.db.legacy_migrations import tables
from nova_ext.db.migration import schema

revision = '5c1d0f3b7a92'
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    connection = op.get_bind()
    schema.create_shared(connection, tables.base())
    schema.create_shared(connection, tables.migration_user_project())
    steps.create_missing(connection, tables.tasks())
    steps.create_missing(connection, tables.task_tag())
