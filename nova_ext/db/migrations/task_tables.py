# SPDX-License-Identifier: Apache-2.0
"""Tables of tasks, which two trees of revisions change."""

import sqlalchemy as sa


def task_keys() -> sa.MetaData:
    """Return the table, and of that it refers to the column alone."""
    metadata = sa.MetaData()
    sa.Table('tasks', metadata, sa.Column('id', sa.Integer, primary_key=True))
    sa.Table(
        'task_keys',
        metadata,
        sa.Column(
            'task_id',
            sa.Integer,
            # Processes of the release before delete tasks, and know no keys.
            sa.ForeignKey(
                'tasks.id', name='fk_task_keys_task_id', ondelete='CASCADE'
            ),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column('key', sa.String(64), nullable=False),
        sa.Column('fingerprint', sa.String(64), nullable=False),
        sa.Column('status', sa.String(255)),
        sa.Column('headers', sa.Text),
        sa.Column('body', sa.Text),
        sa.Column('omitted', sa.Text),
        sa.Index('task_keys_key_idx', 'key', unique=True),
        mysql_engine='InnoDB',
        mysql_charset='utf8mb4',
    )
    return metadata


def task_lists() -> sa.MetaData:
    """Return the indexes along which the tasks of a project are listed."""
    metadata = sa.MetaData()
    table = sa.Table(
        'tasks',
        metadata,
        sa.Column('id', sa.Integer, primary_key=True),
        sa.Column('project_id', sa.String(255)),
        sa.Column('state', sa.String(16)),
    )
    for columns in (('project_id',), ('project_id', 'state'), ('state',)):
        names = (*columns, 'id')
        sa.Index('_'.join(('tasks', *names, 'idx')), *map(table.c.get, names))
    return metadata
