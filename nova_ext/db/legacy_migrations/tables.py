# SPDX-License-Identifier: Apache-2.0
"""Tables of the first steps, frozen: alembic begins with the same.

Never to be edited; a change of the schema is a new revision.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql
from sqlalchemy.dialects import postgresql

_NAME = sa.String(255)
_UUID = sa.String(36)
_LONG_TEXT = sa.Text().with_variant(mysql.MEDIUMTEXT(), 'mysql')
_EXACT = sa.String(255).with_variant(
    mysql.VARCHAR(255, collation='utf8mb4_bin'), 'mysql'
)
_IP_ADDRESS = sa.String(39).with_variant(postgresql.INET(), 'postgresql')


def base() -> sa.MetaData:
    """Return the tables of step 001."""
    metadata = sa.MetaData()
    _instances(metadata)
    _instance_metadata(metadata)
    _instance_system_metadata(metadata)
    _instance_faults(metadata)
    _tags(metadata)
    _instance_actions(metadata)
    _instance_actions_events(metadata)
    _migrations(metadata)
    _services(metadata)
    return metadata


def migration_user_project() -> sa.MetaData:
    """Return what step 002 adds: columns and indexes of migrations."""
    metadata = sa.MetaData()
    _table(
        metadata,
        'migrations',
        sa.Column('id', sa.Integer, primary_key=True),
        sa.Column('instance_uuid', _UUID),
        *_columns(
            _NAME,
            'status migration_type source_compute dest_compute user_id '
            'project_id',
        ),
        *_timestamps(),
        _walk('migrations', 'deleted'),
        _walk('migrations', 'deleted', 'instance_uuid'),
        _walk('migrations', 'deleted', 'status'),
        _walk('migrations', 'deleted', 'migration_type'),
        _walk('migrations', 'deleted', 'source_compute'),
        _walk('migrations', 'deleted', 'dest_compute'),
        _walk('migrations', 'deleted', 'user_id'),
        _walk('migrations', 'deleted', 'project_id'),
    )
    return metadata


def tasks() -> sa.MetaData:
    """Return the tables of step 003."""
    metadata = sa.MetaData()
    _table(
        metadata,
        'tasks',
        sa.Column('id', sa.Integer, primary_key=True),
        sa.Column('uuid', _UUID, nullable=False),
        sa.Column('task', _NAME),
        sa.Column('state', sa.String(16), nullable=False),
        sa.Column('instance_uuid', _UUID),
        *_columns(_NAME, 'request_id user_id'),
        sa.Column('project_id', _EXACT),
        sa.Column('code', sa.Integer),
        sa.Column('message', sa.Text),
        sa.Column('owner', _NAME),
        *_columns(sa.DateTime, 'ended_at created_at updated_at'),
        _index('tasks', 'uuid', unique=True),
        _walk('tasks', 'project_id', 'instance_uuid'),
        _walk('tasks', 'project_id', 'instance_uuid', 'state'),
        _walk('tasks', 'instance_uuid'),
        _walk('tasks', 'instance_uuid', 'state'),
        _index('tasks', 'request_id'),
        _index('tasks', 'ended_at'),
        _index('tasks', 'updated_at'),
    )
    _table(
        metadata,
        'task_instances',
        sa.Column(
            'task_id',
            sa.Integer,
            sa.ForeignKey('tasks.id', name='fk_task_instances_task_id'),
            primary_key=True,
        ),
        sa.Column('position', sa.Integer, primary_key=True),
        sa.Column('instance_uuid', _UUID, nullable=False),
        _index('task_instances', 'instance_uuid'),
    )
    return metadata


def task_tag() -> sa.MetaData:
    """Return what step 004 adds: a tag, and what it reserves."""
    metadata = sa.MetaData()
    _table(
        metadata,
        'tasks',
        sa.Column('id', sa.Integer, primary_key=True),
        sa.Column('project_id', _EXACT),
        sa.Column('state', sa.String(16), nullable=False),
        sa.Column('created_at', sa.DateTime),
        sa.Column('tag', _EXACT),
        sa.Column('reservation', sa.String(64)),
        _walk('tasks', 'project_id', 'tag'),
        _walk('tasks', 'project_id', 'tag', 'state'),
        _walk('tasks', 'tag'),
        _walk('tasks', 'tag', 'state'),
        _index('tasks', 'reservation', unique=True),
    )
    return metadata


def _table(metadata: sa.MetaData, name: str, *contents: Any) -> sa.Table:
    return sa.Table(
        name,
        metadata,
        *contents,
        mysql_engine='InnoDB',
        mysql_charset='utf8mb4',
    )


def _columns(kind: Any, names: str) -> list[sa.Column]:
    return [sa.Column(name, kind) for name in names.split()]


def _timestamps() -> list[sa.Column]:
    return [
        *_columns(sa.DateTime, 'created_at updated_at deleted_at'),
        sa.Column('deleted', sa.Integer),
    ]


def _instance(constraint: str, **kwargs: Any) -> sa.Column:
    key = sa.ForeignKey('instances.uuid', name=constraint)
    return sa.Column('instance_uuid', _UUID, key, **kwargs)


def _index(table: str, *columns: str, unique: bool = False) -> sa.Index:
    name = '_'.join([table, *columns, 'idx'])
    return sa.Index(name, *columns, unique=unique)


def _walk(table: str, *columns: str) -> sa.Index:
    return _index(table, *columns, 'created_at', 'id')


def _instances(metadata: sa.MetaData) -> None:
    _table(
        metadata,
        'instances',
        sa.Column('id', sa.Integer, primary_key=True),
        sa.Column('uuid', _UUID, nullable=False),
        *_columns(
            _NAME,
            'user_id project_id image_ref hostname display_name '
            'display_description host node',
        ),
        sa.Column('launched_on', _LONG_TEXT),
        *_columns(_NAME, 'vm_state task_state'),
        *_columns(
            sa.Integer,
            'power_state progress instance_type_id memory_mb vcpus '
            'root_gb ephemeral_gb',
        ),
        sa.Column('reservation_id', _NAME),
        sa.Column('launch_index', sa.Integer),
        *_columns(sa.DateTime, 'launched_at terminated_at'),
        sa.Column('availability_zone', _NAME),
        sa.Column('locked', sa.Boolean),
        sa.Column(
            'locked_by', sa.Enum('owner', 'admin', name='instances0locked_by')
        ),
        *_columns(_NAME, 'key_name config_drive'),
        sa.Column('access_ip_v4', _IP_ADDRESS),
        sa.Column('access_ip_v6', _IP_ADDRESS),
        sa.Column('auto_disk_config', sa.Boolean),
        sa.Column('root_device_name', _NAME),
        sa.Column('hidden', sa.Boolean),
        sa.Column('cleaned', sa.Integer),
        *_timestamps(),
        sa.UniqueConstraint('uuid', name='uniq_instances0uuid'),
        _walk('instances', 'deleted'),
        _walk('instances', 'project_id', 'deleted'),
        _walk('instances', 'user_id', 'deleted'),
        _walk('instances', 'host', 'deleted'),
        _walk('instances', 'vm_state', 'deleted'),
        _index('instances', 'reservation_id'),
        _index('instances', 'updated_at', 'project_id'),
    )


def _instance_metadata(metadata: sa.MetaData) -> None:
    _table(
        metadata,
        'instance_metadata',
        sa.Column('id', sa.Integer, primary_key=True),
        *_columns(_NAME, 'key value'),
        _instance('instance_metadata_instance_uuid_fkey'),
        *_timestamps(),
        _index('instance_metadata', 'instance_uuid'),
    )


def _instance_system_metadata(metadata: sa.MetaData) -> None:
    _table(
        metadata,
        'instance_system_metadata',
        sa.Column('id', sa.Integer, primary_key=True),
        _instance('instance_system_metadata_ibfk_1', nullable=False),
        sa.Column('key', _NAME, nullable=False),
        sa.Column('value', _NAME),
        *_timestamps(),
        _index('instance_system_metadata', 'instance_uuid'),
    )


def _instance_faults(metadata: sa.MetaData) -> None:
    _table(
        metadata,
        'instance_faults',
        sa.Column('id', sa.Integer, primary_key=True),
        _instance('fk_instance_faults_instance_uuid'),
        sa.Column('code', sa.Integer, nullable=False),
        sa.Column('message', _NAME),
        sa.Column('details', _LONG_TEXT),
        sa.Column('host', _NAME),
        *_timestamps(),
        _index('instance_faults', 'instance_uuid', 'deleted', 'created_at'),
    )


def _tags(metadata: sa.MetaData) -> None:
    _table(
        metadata,
        'tags',
        sa.Column('resource_id', _UUID, primary_key=True),
        sa.Column('tag', sa.Unicode(80), primary_key=True),
        _index('tags', 'tag'),
    )


def _instance_actions(metadata: sa.MetaData) -> None:
    _table(
        metadata,
        'instance_actions',
        sa.Column('id', sa.Integer, primary_key=True),
        sa.Column('action', _NAME),
        _instance('fk_instance_actions_instance_uuid'),
        *_columns(_NAME, 'request_id user_id project_id'),
        *_columns(sa.DateTime, 'start_time finish_time'),
        sa.Column('message', _NAME),
        *_timestamps(),
        _walk('instance_actions', 'instance_uuid'),
        _index('instance_actions', 'instance_uuid', 'updated_at'),
        _walk('instance_actions', 'instance_uuid', 'request_id'),
    )


def _instance_actions_events(metadata: sa.MetaData) -> None:
    _table(
        metadata,
        'instance_actions_events',
        sa.Column('id', sa.Integer, primary_key=True),
        sa.Column('event', _NAME),
        sa.Column(
            'action_id',
            sa.Integer,
            sa.ForeignKey(
                'instance_actions.id', name='instance_actions_events_ibfk_1'
            ),
        ),
        *_columns(sa.DateTime, 'start_time finish_time'),
        sa.Column('result', _NAME),
        sa.Column('traceback', sa.Text),
        sa.Column('host', _NAME),
        sa.Column('details', sa.Text),
        *_timestamps(),
        _walk('instance_actions_events', 'action_id'),
        _index('instance_actions_events', 'host', 'finish_time'),
    )


def _migrations(metadata: sa.MetaData) -> None:
    _table(
        metadata,
        'migrations',
        sa.Column('id', sa.Integer, primary_key=True),
        sa.Column('uuid', _UUID),
        _instance('fk_migrations_instance_uuid'),
        sa.Column('status', _NAME),
        sa.Column(
            'migration_type',
            sa.Enum(
                'migration',
                'resize',
                'live-migration',
                'evacuation',
                name='migration_type',
            ),
        ),
        *_columns(
            _NAME,
            'source_compute dest_compute source_node dest_node dest_host',
        ),
        *_columns(sa.Integer, 'old_instance_type_id new_instance_type_id'),
        sa.Column('hidden', sa.Boolean),
        *_columns(
            sa.BigInteger,
            'memory_total memory_processed memory_remaining disk_total '
            'disk_processed disk_remaining',
        ),
        sa.Column('cross_cell_move', sa.Boolean),
        *_timestamps(),
        sa.Index('migrations_uuid', 'uuid', unique=True),
        _index('migrations', 'updated_at'),
    )


def _services(metadata: sa.MetaData) -> None:
    _table(
        metadata,
        'services',
        sa.Column('id', sa.Integer, primary_key=True),
        sa.Column('uuid', _UUID),
        *_columns(_NAME, 'host binary topic'),
        sa.Column('report_count', sa.Integer, nullable=False),
        sa.Column('disabled', sa.Boolean),
        sa.Column('disabled_reason', _NAME),
        sa.Column('last_seen_up', sa.DateTime),
        sa.Column('forced_down', sa.Boolean),
        sa.Column('version', sa.Integer),
        *_timestamps(),
        sa.UniqueConstraint(
            'host', 'topic', 'deleted', name='uniq_services0host0topic0deleted'
        ),
        sa.UniqueConstraint(
            'host',
            'binary',
            'deleted',
            name='uniq_services0host0binary0deleted',
        ),
        _index('services', 'uuid', unique=True),
    )
