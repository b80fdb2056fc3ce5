# SPDX-License-Identifier: Apache-2.0
"""The tables that the first revisions create, frozen.

Never to be edited; a change of the schema is a new revision.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql


def _exact(length: int) -> Any:
    return sa.String(length).with_variant(
        mysql.VARCHAR(length, collation='utf8mb4_bin'), 'mysql'
    )


_NAME = sa.String(255)
_UUID = sa.String(36)
_EXACT = _exact(255)
_LONG_TEXT = sa.Text().with_variant(mysql.MEDIUMTEXT(), 'mysql')
_MOMENT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), 'mysql')
_SEQUENCE = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def clusters() -> sa.MetaData:
    """Return the tables of the first revision."""
    metadata = sa.MetaData()
    _clusters(metadata)
    _node_groups(metadata)
    _cluster_instances(metadata)
    _engines(metadata)
    _node_group_templates(metadata)
    _cluster_templates(metadata)
    _cluster_template_uses(metadata)
    _image_registrations(metadata)
    return metadata


def provision_steps() -> sa.MetaData:
    """Return the tables of the second revision."""
    metadata = sa.MetaData()
    # What a foreign key leads to; it is there.
    _table(metadata, 'clusters', sa.Column('id', _UUID, primary_key=True))
    _cluster_provision_steps(metadata)
    _cluster_events(metadata)
    return metadata


def _table(
    metadata: sa.MetaData, name: str, *contents: Any, **options: Any
) -> sa.Table:
    return sa.Table(
        name,
        metadata,
        *contents,
        mysql_engine='InnoDB',
        mysql_charset='utf8mb4',
        **options,
    )


def _columns(kind: Any, names: str, nullable: bool = True) -> list[sa.Column]:
    return [sa.Column(name, kind, nullable=nullable) for name in names.split()]


def _needed(kind: Any, names: str) -> list[sa.Column]:
    return _columns(kind, names, nullable=False)


def _timestamps() -> list[sa.Column]:
    return _columns(_MOMENT, 'created_at updated_at')


def _part_of(
    table: str, column: str, constraint: str, **kwargs: Any
) -> sa.Column:
    key = sa.ForeignKey(f'{table}.id', name=constraint, ondelete='CASCADE')
    return sa.Column(column, _UUID, key, nullable=False, **kwargs)


def _index(table: str, *columns: str, unique: bool = False) -> sa.Index:
    name = '_'.join([table, *columns, 'idx'])
    return sa.Index(name, *columns, unique=unique)


def _walk(table: str, *columns: str) -> sa.Index:
    return _index(table, *columns, 'created_at', 'id')


def _unique(table: str, *columns: str) -> sa.UniqueConstraint:
    name = '0'.join([f'uniq_{table}', *columns])
    return sa.UniqueConstraint(*columns, name=name)


def _clusters(metadata: sa.MetaData) -> None:
    _table(
        metadata,
        'clusters',
        sa.Column('id', _UUID, primary_key=True),
        *_needed(_EXACT, 'project_id name'),
        sa.Column('user_id', _NAME),
        sa.Column('description', _LONG_TEXT),
        *_needed(_NAME, 'plugin_name plugin_version'),
        *_columns(
            _LONG_TEXT,
            'cluster_configs anti_affinity shares info '
            'management_public_key status_description',
        ),
        *_columns(
            _NAME,
            'default_image_id neutron_management_network user_keypair_id '
            'trust_id domain_name',
        ),
        sa.Column('anti_affinity_ratio', sa.Integer),
        *_needed(
            sa.Boolean,
            'is_transient use_autoconfig is_public is_protected '
            'operation_force',
        ),
        *_columns(_UUID, 'cluster_template_id operation_id engine_id'),
        sa.Column('status', sa.String(64), nullable=False),
        sa.Column('operation_type', sa.String(36)),
        sa.Column('operation_started_at', _MOMENT),
        *_timestamps(),
        _unique('clusters', 'project_id', 'name'),
        *_list('clusters', 'status', 'plugin_name'),
        _index('clusters', 'operation_started_at', 'id'),
        _index('clusters', 'cluster_template_id'),
    )


def _list(table: str, *filters: str) -> list[sa.Index]:
    indexes = []
    for owner in ('project_id', 'is_public'):
        indexes.append(_walk(table, owner))
        indexes.extend(_walk(table, owner, each) for each in filters)
        indexes.append(_index(table, owner, 'name', 'id'))
    return indexes


def _group() -> list[sa.Column]:
    return [
        *_columns(
            _NAME,
            'flavor_id image_id volumes_availability_zone '
            'volume_mount_prefix volume_type boot_volume_type '
            'boot_volume_availability_zone floating_ip_pool '
            'availability_zone',
        ),
        *_columns(
            _LONG_TEXT, 'node_processes node_configs security_groups shares'
        ),
        *_needed(sa.Integer, 'volumes_per_node'),
        *_columns(sa.Integer, 'volumes_size'),
        *_needed(
            sa.Boolean,
            'volume_local_to_instance boot_from_volume '
            'boot_volume_local_to_instance use_autoconfig '
            'auto_security_group is_proxy_gateway',
        ),
    ]


def _node_groups(metadata: sa.MetaData) -> None:
    _table(
        metadata,
        'node_groups',
        sa.Column('id', _UUID, primary_key=True),
        _part_of('clusters', 'cluster_id', 'fk_node_groups_cluster_id'),
        sa.Column('name', _EXACT, nullable=False),
        *_needed(sa.Integer, 'position count'),
        sa.Column('node_group_template_id', _UUID),
        *_group(),
        *_timestamps(),
        _unique('node_groups', 'cluster_id', 'name'),
        _index('node_groups', 'node_group_template_id'),
    )


def _cluster_instances(metadata: sa.MetaData) -> None:
    _table(
        metadata,
        'cluster_instances',
        sa.Column('id', _UUID, primary_key=True),
        _part_of('clusters', 'cluster_id', 'fk_cluster_instances_cluster_id'),
        _part_of(
            'node_groups', 'node_group_id', 'fk_cluster_instances_group_id'
        ),
        sa.Column('position', sa.Integer, nullable=False),
        sa.Column('instance_name', _exact(80), nullable=False),
        sa.Column('instance_id', _UUID),
        *_columns(sa.String(45), 'internal_ip management_ip'),
        sa.Column('dns_hostname', _NAME),
        sa.Column('storage_devices_number', sa.Integer),
        sa.Column('state', sa.String(16), nullable=False),
        *_timestamps(),
        _unique('cluster_instances', 'cluster_id', 'instance_name'),
        _index('cluster_instances', 'node_group_id', 'position'),
    )


def _engines(metadata: sa.MetaData) -> None:
    _table(
        metadata,
        'engines',
        sa.Column('id', _UUID, primary_key=True),
        sa.Column('host', _NAME),
        *_needed(_MOMENT, 'started_at last_seen_at'),
        _index('engines', 'last_seen_at'),
    )


def _template() -> list[sa.Column]:
    return [
        sa.Column('id', _UUID, primary_key=True),
        *_needed(_EXACT, 'project_id name'),
        sa.Column('description', _LONG_TEXT),
        *_needed(_NAME, 'plugin_name plugin_version'),
        *_needed(sa.Boolean, 'is_public is_protected is_default'),
        *_timestamps(),
    ]


def _node_group_templates(metadata: sa.MetaData) -> None:
    _table(
        metadata,
        'node_group_templates',
        *_template(),
        *_group(),
        _unique('node_group_templates', 'project_id', 'name'),
        *_list('node_group_templates', 'plugin_name'),
    )


def _cluster_templates(metadata: sa.MetaData) -> None:
    _table(
        metadata,
        'cluster_templates',
        *_template(),
        *_columns(
            _LONG_TEXT, 'cluster_configs anti_affinity shares node_groups'
        ),
        *_columns(
            _NAME, 'default_image_id neutron_management_network domain_name'
        ),
        sa.Column('use_autoconfig', sa.Boolean, nullable=False),
        _unique('cluster_templates', 'project_id', 'name'),
        *_list('cluster_templates', 'plugin_name'),
    )


def _cluster_template_uses(metadata: sa.MetaData) -> None:
    _table(
        metadata,
        'cluster_template_uses',
        _part_of(
            'cluster_templates',
            'cluster_template_id',
            'fk_cluster_template_uses_cluster_template_id',
            primary_key=True,
        ),
        sa.Column('node_group_template_id', _UUID, primary_key=True),
        _index('cluster_template_uses', 'node_group_template_id'),
    )


def _image_registrations(metadata: sa.MetaData) -> None:
    _table(
        metadata,
        'image_registrations',
        sa.Column('project_id', _EXACT, primary_key=True),
        sa.Column('image_id', _EXACT, primary_key=True),
        sa.Column('username', _NAME),
        *_columns(_LONG_TEXT, 'description tags'),
        *_timestamps(),
    )


def _cluster_provision_steps(metadata: sa.MetaData) -> None:
    table = 'cluster_provision_steps'
    _table(
        metadata,
        table,
        sa.Column('sequence', _SEQUENCE, primary_key=True),
        sa.Column('id', _UUID, nullable=False),
        _part_of('clusters', 'cluster_id', f'fk_{table}_cluster_id'),
        sa.Column('project_id', _EXACT),
        sa.Column('operation_id', _UUID, nullable=False),
        sa.Column('step_name', sa.String(80), nullable=False),
        sa.Column('step_key', sa.String(64), nullable=False),
        sa.Column('step_type', sa.String(36), nullable=False),
        *_needed(sa.Integer, 'completed failed'),
        sa.Column('total', sa.Integer),
        sa.Column('successful', sa.Boolean),
        *_columns(_MOMENT, 'started_at completed_at'),
        *_timestamps(),
        _index(table, 'id', unique=True),
        _unique(table, 'operation_id', 'step_key'),
        _index(table, 'cluster_id', 'sequence'),
        _index(table, 'successful', 'completed_at', 'sequence'),
        sqlite_autoincrement=True,
    )


def _cluster_events(metadata: sa.MetaData) -> None:
    table = 'cluster_events'
    _table(
        metadata,
        table,
        sa.Column('sequence', _SEQUENCE, primary_key=True),
        sa.Column('id', _UUID, nullable=False),
        _part_of('cluster_provision_steps', 'step_id', f'fk_{table}_step_id'),
        *_columns(_UUID, 'cluster_id node_group_id instance_id error_id'),
        sa.Column('instance_name', sa.String(80)),
        sa.Column('subject', _EXACT, nullable=False),
        sa.Column('event_info', sa.Text),
        *_needed(sa.Boolean, 'successful counted'),
        *_timestamps(),
        _index(table, 'id', unique=True),
        _unique(table, 'step_id', 'subject', 'successful'),
        _index(table, 'step_id', 'sequence'),
        sqlite_autoincrement=True,
    )
