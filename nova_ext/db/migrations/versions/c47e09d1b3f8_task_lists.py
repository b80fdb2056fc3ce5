# SPDX-License-Identifier: Apache-2.0
"""Add the indexes of lists of tasks across servers."""

from alembic import op

from ext_lib.db import schema
from nova_ext.db.migrations import task_tables

revision = 'c47e09d1b3f8'
down_revision = 'a1f6c83d52e9'
branch_labels = None
depends_on = None


def upgrade():
    schema.create_missing(op.get_bind(), task_tables.task_lists())
