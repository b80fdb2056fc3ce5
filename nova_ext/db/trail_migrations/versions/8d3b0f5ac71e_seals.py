# SPDX-License-Identifier: Apache-2.0
"""Add seals, digests of records, and their former versions."""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from ext_lib.db import schema

revision = '8d3b0f5ac71e'
down_revision = '2f81c6e09d4b'
branch_labels = None
depends_on = None

_TEXT = sa.Text().with_variant(mysql.LONGTEXT(), 'mysql')
_TIME = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), 'mysql')
_OPTIONS = {'mysql_engine': 'InnoDB', 'mysql_charset': 'utf8mb4'}

_metadata = sa.MetaData()

for _name in ('servers', 'actions', 'events', 'migrations'):
    sa.Table(
        f'trail_{_name}',
        _metadata,
        sa.Column('source_id', sa.Integer, primary_key=True),
        sa.Column('id', sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column('sealed', sa.BigInteger),
        sa.Index(f'trail_{_name}_sealed_idx', 'sealed', 'source_id', 'id'),
    )

sa.Table(
    'trail_seals',
    _metadata,
    sa.Column('id', sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column('kind', sa.String(16), nullable=False),
    sa.Column('sealed_at', _TIME, nullable=False),
    sa.Column('first', sa.BigInteger, nullable=False),
    sa.Column('last', sa.BigInteger, nullable=False),
    sa.Column('closed', _TEXT, nullable=False),
    sa.Column('removed', _TEXT),
    sa.Column('records', sa.String(64), nullable=False),
    sa.Column('previous', sa.String(64), nullable=False),
    sa.Column('digest', sa.String(64), nullable=False),
    **_OPTIONS,
)

sa.Table(
    'trail_digests',
    _metadata,
    sa.Column(
        'sequence', sa.BigInteger, primary_key=True, autoincrement=False
    ),
    sa.Column('seal', sa.BigInteger, nullable=False),
    sa.Column('kind', sa.String(16), nullable=False),
    sa.Column('source_id', sa.Integer, nullable=False),
    sa.Column('id', sa.BigInteger, nullable=False),
    sa.Column('is_new', sa.Boolean, nullable=False),
    sa.Column('is_ended', sa.Boolean, nullable=False),
    sa.Column('created_at', _TIME),
    sa.Column('digest', sa.String(64), nullable=False),
    sa.Column('purge', sa.BigInteger),
    sa.Index('trail_digests_seal_idx', 'seal', 'sequence'),
    sa.Index('trail_digests_record_idx', 'kind', 'source_id', 'id'),
    sa.Index('trail_digests_purge_idx', 'purge', 'sequence'),
    **_OPTIONS,
)

sa.Table(
    'trail_versions',
    _metadata,
    sa.Column(
        'sequence', sa.BigInteger, primary_key=True, autoincrement=False
    ),
    sa.Column('content', _TEXT, nullable=False),
    **_OPTIONS,
)


def upgrade():
    schema.create_missing(op.get_bind(), _metadata)
