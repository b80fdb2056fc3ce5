# SPDX-License-Identifier: Apache-2.0
"""Add the idempotency keys of tasks, with the answers to replay."""

from alembic import op

from ext_lib.db import schema
from nova_ext.db.migrations import task_tables

revision = 'd40b95e7c1a6'
down_revision = 'b72d4f90c1e6'
branch_labels = None
depends_on = None


def upgrade():
    schema.create_missing(op.get_bind(), task_tables.task_keys())
