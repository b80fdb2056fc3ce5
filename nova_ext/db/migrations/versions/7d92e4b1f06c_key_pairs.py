# SPDX-License-Identifier: Apache-2.0
"""Add the public keys of users."""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from ext_lib.db import schema

revision = '7d92e4b1f06c'
down_revision = 'c47e09d1b3f8'
branch_labels = None
depends_on = None

#: Text in which A is not a.
_EXACT = sa.String(255).with_variant(
    mysql.VARCHAR(255, collation='utf8mb4_bin'), 'mysql'
)


def upgrade():
    metadata = sa.MetaData()
    sa.Table(
        'key_pairs',
        metadata,
        sa.Column('created_at', sa.DateTime),
        sa.Column('updated_at', sa.DateTime),
        sa.Column('id', sa.Integer, primary_key=True),
        sa.Column('name', _EXACT, nullable=False),
        sa.Column('user_id', _EXACT, nullable=False),
        sa.Column('fingerprint', sa.String(255)),
        sa.Column(
            'public_key',
            sa.Text().with_variant(mysql.MEDIUMTEXT(), 'mysql'),
        ),
        sa.Column(
            'type',
            sa.Enum('ssh', 'x509', name='keypair_types'),
            nullable=False,
        ),
        sa.UniqueConstraint(
            'user_id', 'name', name='uniq_key_pairs0user_id0name'
        ),
        mysql_engine='InnoDB',
        mysql_charset='utf8mb4',
    )
    schema.create_missing(op.get_bind(), metadata)
