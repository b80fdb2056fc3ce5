# SPDX-License-Identifier: Apache-2.0
"""An index for the failures, or the successes, of a step in their order."""

from alembic import op
import sqlalchemy as sa

from ext_lib.db import schema

revision = 'c17e94a0d5b2'
down_revision = '8d20b75e613c'
branch_labels = None
depends_on = None


def upgrade():
    events = sa.Table(
        'cluster_events',
        sa.MetaData(),
        sa.Column('step_id', sa.String(36), nullable=False),
        sa.Column('successful', sa.Boolean, nullable=False),
        sa.Column('sequence', sa.BigInteger, nullable=False),
        sa.Index(
            'cluster_events_step_id_successful_sequence_idx',
            'step_id',
            'successful',
            'sequence',
        ),
    )
    schema.create_missing(op.get_bind(), events.metadata)
