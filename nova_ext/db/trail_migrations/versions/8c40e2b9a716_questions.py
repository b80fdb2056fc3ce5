# SPDX-License-Identifier: Apache-2.0
"""Indexes of questions across servers."""

from alembic import op

from ext_lib.db import schema
from nova_ext.db.trail import models

revision = '8c40e2b9a716'
down_revision = '2f81c6e09d4b'
branch_labels = None
depends_on = None


def upgrade():
    schema.create_missing(op.get_bind(), models.metadata)
