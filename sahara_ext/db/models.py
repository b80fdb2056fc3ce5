# SPDX-License-Identifier: Apache-2.0
"""The tables of clusters, of what happened to them, and of engines.

Each index behind a list begins with what the list filters by and ends with
what it is ordered by, so that a page is one walk.
"""

from typing import Any

from oslo_db.sqlalchemy import models
from oslo_db.sqlalchemy import types
from oslo_utils import timeutils
import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.dialects import mysql

_NAME = sa.String(255)
_UUID = sa.String(36)


def _exact(length: int) -> Any:
    # Text in which A is not a: MySQL's usual collation says otherwise.
    return sa.String(length).with_variant(
        mysql.VARCHAR(length, collation='utf8mb4_bin'), 'mysql'
    )


_EXACT = _exact(255)
_LONG_TEXT = sa.Text().with_variant(mysql.MEDIUMTEXT(), 'mysql')
_MOMENT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), 'mysql')
_SEQUENCE = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
_DICT = types.JsonEncodedDict(mysql_as_medium=True)
_LIST = types.JsonEncodedList(mysql_as_medium=True)
_OPTIONS = {'mysql_engine': 'InnoDB', 'mysql_charset': 'utf8mb4'}
#: A number that was given is never given again.
_COUNTING = {**_OPTIONS, 'sqlite_autoincrement': True}


def _index(table: str, *columns: str, unique: bool = False) -> sa.Index:
    name = '_'.join([table, *columns, 'idx'])
    return sa.Index(name, *columns, unique=unique)


def _walk(table: str, *columns: str) -> sa.Index:
    return _index(table, *columns, 'created_at', 'id')


def _shared_list(table: str, *filters: str) -> list[sa.Index]:
    """Return the indexes of a list of what is one project's, or public.

    :param filters: columns that it is often filtered by
    """
    return [
        index
        for owner in ('project_id', 'is_public')
        for index in (
            _walk(table, owner),
            *(_walk(table, owner, each) for each in filters),
            _index(table, owner, 'name', 'id'),
        )
    ]


def _unique(table: str, *columns: str) -> sa.UniqueConstraint:
    name = '0'.join([f'uniq_{table}', *columns])
    return sa.UniqueConstraint(*columns, name=name)


def _flag() -> sa.Column:
    return sa.Column(sa.Boolean, nullable=False, default=False)


def _part_of(table: str, constraint: str) -> sa.Column:
    key = sa.ForeignKey(f'{table}.id', name=constraint, ondelete='CASCADE')
    return sa.Column(_UUID, key, nullable=False)


Base: Any = orm.declarative_base(cls=models.ModelBase)


class Timestamped:
    """The times every row has, to the microsecond."""

    created_at = sa.Column(_MOMENT, default=timeutils.utcnow)
    updated_at = sa.Column(_MOMENT, onupdate=timeutils.utcnow)


class Owned(Timestamped):
    """Columns of what a project owns and others may see."""

    project_id = sa.Column(_EXACT, nullable=False)
    name = sa.Column(_EXACT, nullable=False)
    description = sa.Column(_LONG_TEXT)
    plugin_name = sa.Column(_NAME, nullable=False)
    plugin_version = sa.Column(_NAME, nullable=False)
    is_public = _flag()
    is_protected = _flag()


class ClusterValues:
    """Columns of clusters and of their templates."""

    cluster_configs = sa.Column(_DICT)
    default_image_id = sa.Column(_NAME)
    anti_affinity = sa.Column(_LIST)
    neutron_management_network = sa.Column(_NAME)
    use_autoconfig = sa.Column(sa.Boolean, nullable=False, default=True)
    shares = sa.Column(_LIST)
    domain_name = sa.Column(_NAME)


class Cluster(Owned, ClusterValues, Base):
    """A cluster; while anything is to be done to it, ``operation_id`` is set.

    ``engine_id`` names the engine that does it, or that has yet to release
    what it did before.
    """

    __tablename__ = 'clusters'
    __table_args__ = (
        _unique('clusters', 'project_id', 'name'),
        *_shared_list('clusters', 'status', 'plugin_name'),
        _index('clusters', 'operation_started_at', 'id'),
        _index('clusters', 'cluster_template_id'),
        _OPTIONS,
    )

    id = sa.Column(_UUID, primary_key=True)
    user_id = sa.Column(_NAME)
    anti_affinity_ratio = sa.Column(sa.Integer)
    user_keypair_id = sa.Column(_NAME)
    management_public_key = sa.Column(_LONG_TEXT)
    trust_id = sa.Column(_NAME)
    is_transient = _flag()
    cluster_template_id = sa.Column(_UUID)
    status = sa.Column(sa.String(64), nullable=False)
    status_description = sa.Column(_LONG_TEXT)
    info = sa.Column(_DICT)
    operation_id = sa.Column(_UUID)
    operation_type = sa.Column(sa.String(36))
    operation_started_at = sa.Column(_MOMENT)
    operation_force = _flag()
    engine_id = sa.Column(_UUID)


class Group(Timestamped):
    """Columns of node groups and their templates."""

    flavor_id = sa.Column(_NAME)
    image_id = sa.Column(_NAME)
    node_processes = sa.Column(_LIST)
    node_configs = sa.Column(_DICT)
    volumes_per_node = sa.Column(sa.Integer, nullable=False, default=0)
    volumes_size = sa.Column(sa.Integer)
    volumes_availability_zone = sa.Column(_NAME)
    volume_mount_prefix = sa.Column(_NAME)
    volume_type = sa.Column(_NAME)
    volume_local_to_instance = _flag()
    boot_from_volume = _flag()
    boot_volume_type = sa.Column(_NAME)
    boot_volume_availability_zone = sa.Column(_NAME)
    boot_volume_local_to_instance = _flag()
    use_autoconfig = sa.Column(sa.Boolean, nullable=False, default=True)
    floating_ip_pool = sa.Column(_NAME)
    security_groups = sa.Column(_LIST)
    auto_security_group = _flag()
    availability_zone = sa.Column(_NAME)
    is_proxy_gateway = _flag()
    shares = sa.Column(_LIST)


class NodeGroup(Group, Base):
    """Instances of one kind in a cluster."""

    __tablename__ = 'node_groups'
    __table_args__ = (
        _unique('node_groups', 'cluster_id', 'name'),
        _index('node_groups', 'node_group_template_id'),
        _OPTIONS,
    )

    id = sa.Column(_UUID, primary_key=True)
    cluster_id = _part_of('clusters', 'fk_node_groups_cluster_id')
    name = sa.Column(_EXACT, nullable=False)
    position = sa.Column(sa.Integer, nullable=False)
    count = sa.Column(sa.Integer, nullable=False)
    node_group_template_id = sa.Column(_UUID)


class ClusterInstance(Timestamped, Base):
    """A server of a cluster: present, planned or about to be removed."""

    __tablename__ = 'cluster_instances'
    __table_args__ = (
        _unique('cluster_instances', 'cluster_id', 'instance_name'),
        _index('cluster_instances', 'node_group_id', 'position'),
        _OPTIONS,
    )

    id = sa.Column(_UUID, primary_key=True)
    cluster_id = _part_of('clusters', 'fk_cluster_instances_cluster_id')
    node_group_id = _part_of('node_groups', 'fk_cluster_instances_group_id')
    position = sa.Column(sa.Integer, nullable=False)
    instance_name = sa.Column(_exact(80), nullable=False)
    instance_id = sa.Column(_UUID)
    internal_ip = sa.Column(sa.String(45))
    management_ip = sa.Column(sa.String(45))
    host_key = sa.Column(sa.Text)
    dns_hostname = sa.Column(_NAME)
    storage_devices_number = sa.Column(sa.Integer, default=0)
    state = sa.Column(sa.String(16), nullable=False)


class ClusterProvisionStep(Timestamped, Base):
    """A step of what is done to a cluster.

    ``step_key`` is a digest of the name, which may be longer than what the
    column keeps of it.
    """

    __tablename__ = 'cluster_provision_steps'
    __table_args__ = (
        _index('cluster_provision_steps', 'id', unique=True),
        _unique('cluster_provision_steps', 'operation_id', 'step_key'),
        _index('cluster_provision_steps', 'cluster_id', 'sequence'),
        _index(
            'cluster_provision_steps', 'successful', 'completed_at', 'sequence'
        ),
        _COUNTING,
    )

    sequence = sa.Column(_SEQUENCE, primary_key=True)
    id = sa.Column(_UUID, nullable=False)
    cluster_id = _part_of('clusters', 'fk_cluster_provision_steps_cluster_id')
    project_id = sa.Column(_EXACT)
    operation_id = sa.Column(_UUID, nullable=False)
    step_name = sa.Column(sa.String(80), nullable=False)
    step_key = sa.Column(sa.String(64), nullable=False)
    step_type = sa.Column(sa.String(36), nullable=False)
    completed = sa.Column(sa.Integer, nullable=False, default=0)
    failed = sa.Column(sa.Integer, nullable=False, default=0)
    total = sa.Column(sa.Integer)
    successful = sa.Column(sa.Boolean)
    started_at = sa.Column(_MOMENT)
    completed_at = sa.Column(_MOMENT)


class ClusterEvent(Timestamped, Base):
    """A report on a subject in a step, once for each outcome."""

    __tablename__ = 'cluster_events'
    __table_args__ = (
        _index('cluster_events', 'id', unique=True),
        _unique('cluster_events', 'step_id', 'subject', 'successful'),
        _index('cluster_events', 'step_id', 'sequence'),
        _index('cluster_events', 'step_id', 'successful', 'sequence'),
        _COUNTING,
    )

    sequence = sa.Column(_SEQUENCE, primary_key=True)
    id = sa.Column(_UUID, nullable=False)
    step_id = _part_of('cluster_provision_steps', 'fk_cluster_events_step_id')
    cluster_id = sa.Column(_UUID)
    node_group_id = sa.Column(_UUID)
    instance_id = sa.Column(_UUID)
    instance_name = sa.Column(sa.String(80))
    subject = sa.Column(_EXACT, nullable=False)
    event_info = sa.Column(sa.Text)
    error_id = sa.Column(_UUID)
    successful = sa.Column(sa.Boolean, nullable=False)
    counted = sa.Column(sa.Boolean, nullable=False)


class Engine(Base):
    """A process that works on clusters, and its last sign of life."""

    __tablename__ = 'engines'
    __table_args__ = (_index('engines', 'last_seen_at'), _OPTIONS)

    id = sa.Column(_UUID, primary_key=True)
    host = sa.Column(_NAME)
    started_at = sa.Column(_MOMENT, nullable=False)
    last_seen_at = sa.Column(_MOMENT, nullable=False)


class Template(Owned):
    """Columns of templates of clusters and of node groups."""

    id = sa.Column(_UUID, primary_key=True)
    is_default = _flag()


class NodeGroupTemplate(Template, Group, Base):
    """Templates of node groups."""

    __tablename__ = 'node_group_templates'
    __table_args__ = (
        _unique('node_group_templates', 'project_id', 'name'),
        *_shared_list('node_group_templates', 'plugin_name'),
        _OPTIONS,
    )


class ClusterTemplate(Template, ClusterValues, Base):
    """Templates of clusters; their node groups are values only.

    ClusterTemplateUse has the templates that these name.
    """

    __tablename__ = 'cluster_templates'
    __table_args__ = (
        _unique('cluster_templates', 'project_id', 'name'),
        *_shared_list('cluster_templates', 'plugin_name'),
        _OPTIONS,
    )

    node_groups = sa.Column(_LIST)


class ClusterTemplateUse(Base):
    """A node group template that a node group of a cluster template names."""

    __tablename__ = 'cluster_template_uses'
    __table_args__ = (
        _index('cluster_template_uses', 'node_group_template_id'),
        _OPTIONS,
    )

    cluster_template_id = sa.Column(
        _UUID,
        sa.ForeignKey(
            'cluster_templates.id',
            name='fk_cluster_template_uses_cluster_template_id',
            ondelete='CASCADE',
        ),
        primary_key=True,
    )
    node_group_template_id = sa.Column(_UUID, primary_key=True)


class ImageRegistration(Timestamped, Base):
    """The registration of an image with a project: its user and its tags."""

    __tablename__ = 'image_registrations'
    __table_args__ = (_OPTIONS,)

    project_id = sa.Column(_EXACT, primary_key=True)
    image_id = sa.Column(_EXACT, primary_key=True)
    username = sa.Column(_NAME)
    description = sa.Column(_LONG_TEXT)
    tags = sa.Column(_LIST)
