# SPDX-License-Identifier: Apache-2.0
"""Add the indexes of lists of tasks across servers."""

from alembic import op

from ext_lib.db import schema
from nova_ext.db.migrations import task_tables

revision = 'e58b16c2f9a4'
down_revision = 'd40b95e7c1a6'
branch_labels = None
depends_on = None


def upgrade():
    schema.create_missing(op.get_bind(), task_tables.task_lists())
