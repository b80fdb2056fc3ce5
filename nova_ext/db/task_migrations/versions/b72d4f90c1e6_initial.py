# SPDX-License-Identifier: Apache-2.0
"""The tables of tasks, as the whole schema has them."""

from alembic import op

from ext_lib.db import schema
from nova_ext.db.legacy_migrations import tables

revision = 'b72d4f90c1e6'
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    connection = op.get_bind()
    schema.create_missing(connection, tables.tasks())
    schema.create_missing(connection, tables.task_tag())
