# SPDX-License-Identifier: Apache-2.0
"""The tables of the trail."""

from alembic import op

from ext_lib.db import schema
from nova_ext.db.trail import models

revision = '2f81c6e09d4b'
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    schema.create_missing(op.get_bind(), models.metadata)
