# SPDX-License-Identifier: Apache-2.0
"""The host key that an instance proved to have at the first login."""

from alembic import op
import sqlalchemy as sa

from ext_lib.db import schema

revision = 'e52b8f07c914'
down_revision = 'c17e94a0d5b2'
branch_labels = None
depends_on = None


def upgrade():
    instances = sa.Table(
        'cluster_instances',
        sa.MetaData(),
        sa.Column('host_key', sa.Text),
    )
    schema.create_missing(op.get_bind(), instances.metadata)
