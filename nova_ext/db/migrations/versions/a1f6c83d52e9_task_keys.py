# SPDX-License-Identifier: Apache-2.0
"""Add the idempotency keys of tasks, with the answers to replay."""

from alembic import op

from ext_lib.db import schema
from nova_ext.db.migrations import task_tables

revision = 'a1f6c83d52e9'
down_revision = '9e47d2a1b0c6'
branch_labels = None
depends_on = None


def upgrade():
    schema.create_missing(op.get_bind(), task_tables.task_keys())
