# SPDX-License-Identifier: Apache-2.0
"""The steps of what is done to clusters, and what happened in them."""

from alembic import op

from ext_lib.db import schema
from sahara_ext.db.migrations import tables

revision = '8d20b75e613c'
down_revision = '3f6a1c9e4b27'
branch_labels = None
depends_on = None


def upgrade():
    schema.create_missing(op.get_bind(), tables.provision_steps())
