# SPDX-License-Identifier: Apache-2.0
"""Add indexes of questions across servers."""

from alembic import op
import sqlalchemy as sa

from ext_lib.db import schema

revision = '8c40e2b9a716'
down_revision = '8d3b0f5ac71e'
branch_labels = None
depends_on = None

_metadata = sa.MetaData()

_actions = sa.Table(
    'trail_actions',
    _metadata,
    sa.Column('source_id', sa.Integer, primary_key=True),
    sa.Column('id', sa.BigInteger, primary_key=True, autoincrement=False),
    *(
        sa.Column(name, sa.String(255))
        for name in ('user_id', 'server_name', 'action')
    ),
    sa.Column('outcome', sa.String(16), nullable=False),
    sa.Column('created_at', sa.DateTime),
)
for _names in (('user_id', 'outcome'), ('server_name', 'action')):
    sa.Index(
        f'trail_actions_{"_".join(_names)}_idx',
        *(_actions.c[_name] for _name in _names),
        *(_actions.c[_name] for _name in ('created_at', 'source_id', 'id')),
    )


def upgrade():
    schema.create_missing(op.get_bind(), _metadata)
