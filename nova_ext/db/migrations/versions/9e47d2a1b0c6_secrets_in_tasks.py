# SPDX-License-Identifier: Apache-2.0
"""Remove secrets from what tasks say of refused requests."""

from alembic import op

from nova_ext.db.migrations import messages

revision = '9e47d2a1b0c6'
down_revision = '5c1d0f3b7a92'
branch_labels = None
depends_on = None


def upgrade():
    messages.mask(op.get_bind())
