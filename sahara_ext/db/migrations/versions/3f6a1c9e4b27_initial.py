# SPDX-License-Identifier: Apache-2.0
"""Clusters, what they are made from, and the engines that work on them."""

from alembic import op

from ext_lib.db import schema
from sahara_ext.db.migrations import tables

revision = '3f6a1c9e4b27'
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    schema.create_missing(op.get_bind(), tables.clusters())
