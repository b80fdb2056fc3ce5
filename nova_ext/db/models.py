# SPDX-License-Identifier: Apache-2.0
"""The tables; names and types are those of a nova cell database.

Indexes beyond nova's stand behind the lists: each begins with what a list
filters by and ends with what it is ordered by, so that a page is one walk.
"""

from typing import Any

from oslo_db.sqlalchemy import models
import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.dialects import mysql
from sqlalchemy.dialects import postgresql

_NAME = sa.String(255)
_UUID = sa.String(36)
_LONG_TEXT = sa.Text().with_variant(mysql.MEDIUMTEXT(), 'mysql')
_IP_ADDRESS = sa.String(39).with_variant(postgresql.INET(), 'postgresql')
#: Text in which A is not a: MySQL's usual collation says otherwise.
_EXACT = sa.String(255).with_variant(
    mysql.VARCHAR(255, collation='utf8mb4_bin'), 'mysql'
)
_OPTIONS = {'mysql_engine': 'InnoDB', 'mysql_charset': 'utf8mb4'}


def _index(table: str, *columns: str, unique: bool = False) -> sa.Index:
    name = '_'.join([table, *columns, 'idx'])
    return sa.Index(name, *columns, unique=unique)


def _walk(table: str, *columns: str) -> sa.Index:
    return _index(table, *columns, 'created_at', 'id')


def _instance(constraint: str, **kwargs: Any) -> sa.Column:
    key = sa.ForeignKey('instances.uuid', name=constraint)
    return sa.Column(_UUID, key, **kwargs)


Base: Any = orm.declarative_base(cls=models.ModelBase)


class SoftDeleted(models.TimestampMixin):
    """The columns of rows that outlive their deletion.

    ``deleted`` is 0, or the row's own id once it is gone, so that unique
    keys can hold any number of deleted rows.
    """

    deleted_at = sa.Column(sa.DateTime)
    deleted = sa.Column(sa.Integer, default=0)


class Instance(SoftDeleted, Base):
    """A server.

    Functions that load it whole set ``metadata``, ``system_metadata`` (dict
    of str), ``tags`` (list of str) and ``fault`` (InstanceFault or None) on
    it; otherwise ``vars(row)`` lacks these names.
    """

    __tablename__ = 'instances'
    __table_args__ = (
        sa.UniqueConstraint('uuid', name='uniq_instances0uuid'),
        _walk('instances', 'deleted'),
        _walk('instances', 'project_id', 'deleted'),
        _walk('instances', 'user_id', 'deleted'),
        _walk('instances', 'host', 'deleted'),
        _walk('instances', 'vm_state', 'deleted'),
        _index('instances', 'reservation_id'),
        _index('instances', 'updated_at', 'project_id'),
        _OPTIONS,
    )

    id = sa.Column(sa.Integer, primary_key=True)
    uuid = sa.Column(_UUID, nullable=False)
    user_id = sa.Column(_NAME)
    project_id = sa.Column(_NAME)
    image_ref = sa.Column(_NAME)
    hostname = sa.Column(_NAME)
    display_name = sa.Column(_NAME)
    display_description = sa.Column(_NAME)
    host = sa.Column(_NAME)
    node = sa.Column(_NAME)
    launched_on = sa.Column(_LONG_TEXT)
    vm_state = sa.Column(_NAME)
    task_state = sa.Column(_NAME)
    power_state = sa.Column(sa.Integer)
    progress = sa.Column(sa.Integer)
    instance_type_id = sa.Column(sa.Integer)
    memory_mb = sa.Column(sa.Integer)
    vcpus = sa.Column(sa.Integer)
    root_gb = sa.Column(sa.Integer)
    ephemeral_gb = sa.Column(sa.Integer)
    reservation_id = sa.Column(_NAME)
    launch_index = sa.Column(sa.Integer)
    launched_at = sa.Column(sa.DateTime)
    terminated_at = sa.Column(sa.DateTime)
    availability_zone = sa.Column(_NAME)
    locked = sa.Column(sa.Boolean, default=False)
    locked_by = sa.Column(
        sa.Enum('owner', 'admin', name='instances0locked_by')
    )
    key_name = sa.Column(_NAME)
    config_drive = sa.Column(_NAME)
    access_ip_v4 = sa.Column(_IP_ADDRESS)
    access_ip_v6 = sa.Column(_IP_ADDRESS)
    auto_disk_config = sa.Column(sa.Boolean)
    root_device_name = sa.Column(_NAME)
    hidden = sa.Column(sa.Boolean, default=False)
    cleaned = sa.Column(sa.Integer, default=0)


class InstanceMetadata(SoftDeleted, Base):
    """A label users put on a server."""

    __tablename__ = 'instance_metadata'
    __table_args__ = (_index('instance_metadata', 'instance_uuid'), _OPTIONS)

    id = sa.Column(sa.Integer, primary_key=True)
    key = sa.Column(_NAME)
    value = sa.Column(_NAME)
    instance_uuid = _instance('instance_metadata_instance_uuid_fkey')


class InstanceSystemMetadata(SoftDeleted, Base):
    """A label the service put on a server."""

    __tablename__ = 'instance_system_metadata'
    __table_args__ = (
        _index('instance_system_metadata', 'instance_uuid'),
        _OPTIONS,
    )

    id = sa.Column(sa.Integer, primary_key=True)
    instance_uuid = _instance(
        'instance_system_metadata_ibfk_1', nullable=False
    )
    key = sa.Column(_NAME, nullable=False)
    value = sa.Column(_NAME)


class InstanceFault(SoftDeleted, Base):
    """A failure of a server."""

    __tablename__ = 'instance_faults'
    __table_args__ = (
        _index('instance_faults', 'instance_uuid', 'deleted', 'created_at'),
        _OPTIONS,
    )

    id = sa.Column(sa.Integer, primary_key=True)
    instance_uuid = _instance('fk_instance_faults_instance_uuid')
    code = sa.Column(sa.Integer, nullable=False)
    message = sa.Column(_NAME)
    details = sa.Column(_LONG_TEXT)
    host = sa.Column(_NAME)


class Tag(Base):
    """A word users attach to a server; it goes with the server."""

    __tablename__ = 'tags'
    __table_args__ = (_index('tags', 'tag'), _OPTIONS)

    resource_id = sa.Column(_UUID, primary_key=True)
    tag = sa.Column(sa.Unicode(80), primary_key=True)


class InstanceAction(SoftDeleted, Base):
    """A request that changed a server."""

    __tablename__ = 'instance_actions'
    __table_args__ = (
        _walk('instance_actions', 'instance_uuid'),
        _index('instance_actions', 'instance_uuid', 'updated_at'),
        _walk('instance_actions', 'instance_uuid', 'request_id'),
        _OPTIONS,
    )

    id = sa.Column(sa.Integer, primary_key=True)
    action = sa.Column(_NAME)
    instance_uuid = _instance('fk_instance_actions_instance_uuid')
    request_id = sa.Column(_NAME)
    user_id = sa.Column(_NAME)
    project_id = sa.Column(_NAME)
    start_time = sa.Column(sa.DateTime)
    finish_time = sa.Column(sa.DateTime)
    message = sa.Column(_NAME)


class InstanceActionEvent(SoftDeleted, Base):
    """A step of an action."""

    __tablename__ = 'instance_actions_events'
    __table_args__ = (
        _walk('instance_actions_events', 'action_id'),
        _index('instance_actions_events', 'host', 'finish_time'),
        _OPTIONS,
    )

    id = sa.Column(sa.Integer, primary_key=True)
    event = sa.Column(_NAME)
    action_id = sa.Column(
        sa.Integer,
        sa.ForeignKey(
            'instance_actions.id', name='instance_actions_events_ibfk_1'
        ),
    )
    start_time = sa.Column(sa.DateTime)
    finish_time = sa.Column(sa.DateTime)
    result = sa.Column(_NAME)
    traceback = sa.Column(sa.Text)
    host = sa.Column(_NAME)
    details = sa.Column(sa.Text)


class Migration(SoftDeleted, Base):
    """A move or resize of a server."""

    __tablename__ = 'migrations'
    __table_args__ = (
        sa.Index('migrations_uuid', 'uuid', unique=True),
        _index('migrations', 'updated_at'),
        _walk('migrations', 'deleted'),
        _walk('migrations', 'deleted', 'instance_uuid'),
        _walk('migrations', 'deleted', 'status'),
        _walk('migrations', 'deleted', 'migration_type'),
        _walk('migrations', 'deleted', 'source_compute'),
        _walk('migrations', 'deleted', 'dest_compute'),
        _walk('migrations', 'deleted', 'user_id'),
        _walk('migrations', 'deleted', 'project_id'),
        _OPTIONS,
    )

    id = sa.Column(sa.Integer, primary_key=True)
    uuid = sa.Column(_UUID)
    instance_uuid = _instance('fk_migrations_instance_uuid')
    status = sa.Column(_NAME)
    migration_type = sa.Column(
        sa.Enum(
            'migration',
            'resize',
            'live-migration',
            'evacuation',
            name='migration_type',
        )
    )
    source_compute = sa.Column(_NAME)
    dest_compute = sa.Column(_NAME)
    source_node = sa.Column(_NAME)
    dest_node = sa.Column(_NAME)
    dest_host = sa.Column(_NAME)
    old_instance_type_id = sa.Column(sa.Integer)
    new_instance_type_id = sa.Column(sa.Integer)
    hidden = sa.Column(sa.Boolean, default=False)
    memory_total = sa.Column(sa.BigInteger)
    memory_processed = sa.Column(sa.BigInteger)
    memory_remaining = sa.Column(sa.BigInteger)
    disk_total = sa.Column(sa.BigInteger)
    disk_processed = sa.Column(sa.BigInteger)
    disk_remaining = sa.Column(sa.BigInteger)
    cross_cell_move = sa.Column(sa.Boolean, default=False)
    user_id = sa.Column(_NAME)
    project_id = sa.Column(_NAME)


class Service(SoftDeleted, Base):
    """A process that works on servers."""

    __tablename__ = 'services'
    __table_args__ = (
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
        _OPTIONS,
    )

    id = sa.Column(sa.Integer, primary_key=True)
    uuid = sa.Column(_UUID)
    host = sa.Column(_NAME)
    binary = sa.Column(_NAME)
    topic = sa.Column(_NAME)
    report_count = sa.Column(sa.Integer, nullable=False, default=0)
    disabled = sa.Column(sa.Boolean, default=False)
    disabled_reason = sa.Column(_NAME)
    last_seen_up = sa.Column(sa.DateTime)
    forced_down = sa.Column(sa.Boolean, default=False)
    version = sa.Column(sa.Integer, default=0)


class KeyPair(models.TimestampMixin, Base):
    """A public key of a user, by its name, in which A is not a."""

    __tablename__ = 'key_pairs'
    __table_args__ = (
        sa.UniqueConstraint(
            'user_id', 'name', name='uniq_key_pairs0user_id0name'
        ),
        _OPTIONS,
    )

    id = sa.Column(sa.Integer, primary_key=True)
    name = sa.Column(_EXACT, nullable=False)
    user_id = sa.Column(_EXACT, nullable=False)
    fingerprint = sa.Column(_NAME)
    public_key = sa.Column(_LONG_TEXT)
    type = sa.Column(
        sa.Enum('ssh', 'x509', name='keypair_types'),
        nullable=False,
        default='ssh',
    )


class Task(models.TimestampMixin, Base):
    """A request that changes servers, recorded before it is carried out.

    Functions that load it set ``instance_uuids`` (list of str) on it: what a
    request for several servers has made.
    """

    __tablename__ = 'tasks'
    __table_args__ = (
        _index('tasks', 'uuid', unique=True),
        _walk('tasks', 'project_id', 'instance_uuid'),
        _walk('tasks', 'project_id', 'instance_uuid', 'state'),
        _walk('tasks', 'instance_uuid'),
        _walk('tasks', 'instance_uuid', 'state'),
        _index('tasks', 'request_id'),
        _index('tasks', 'ended_at'),
        _index('tasks', 'updated_at'),
        _walk('tasks', 'project_id', 'tag'),
        _walk('tasks', 'project_id', 'tag', 'state'),
        _walk('tasks', 'tag'),
        _walk('tasks', 'tag', 'state'),
        _index('tasks', 'project_id', 'id'),
        _index('tasks', 'project_id', 'state', 'id'),
        _index('tasks', 'state', 'id'),
        _index('tasks', 'reservation', unique=True),
        _OPTIONS,
    )

    id = sa.Column(sa.Integer, primary_key=True)
    uuid = sa.Column(_UUID, nullable=False)
    task = sa.Column(_NAME)
    state = sa.Column(sa.String(16), nullable=False)
    instance_uuid = sa.Column(_UUID)
    request_id = sa.Column(_NAME)
    user_id = sa.Column(_NAME)
    project_id = sa.Column(_EXACT)
    code = sa.Column(sa.Integer)
    message = sa.Column(sa.Text)
    owner = sa.Column(_NAME)
    ended_at = sa.Column(sa.DateTime)
    tag = sa.Column(_EXACT)
    reservation = sa.Column(sa.String(64))


class TaskInstance(Base):
    """One of the servers that a request for several has made."""

    __tablename__ = 'task_instances'
    __table_args__ = (_index('task_instances', 'instance_uuid'), _OPTIONS)

    task_id = sa.Column(
        sa.Integer,
        sa.ForeignKey('tasks.id', name='fk_task_instances_task_id'),
        primary_key=True,
    )
    position = sa.Column(sa.Integer, primary_key=True)
    instance_uuid = sa.Column(_UUID, nullable=False)


class TaskKey(Base):
    """The idempotency key of a task's request, and the answer to replay.

    ``status`` and what follows it is null until there is an answer; ``body``
    stays null when it is not stored.
    """

    __tablename__ = 'task_keys'
    __table_args__ = (_index('task_keys', 'key', unique=True), _OPTIONS)

    task_id = sa.Column(
        sa.Integer,
        sa.ForeignKey(
            'tasks.id', name='fk_task_keys_task_id', ondelete='CASCADE'
        ),
        primary_key=True,
        autoincrement=False,
    )
    key = sa.Column(sa.String(64), nullable=False)
    fingerprint = sa.Column(sa.String(64), nullable=False)
    status = sa.Column(sa.String(255))
    headers = sa.Column(sa.Text)
    body = sa.Column(sa.Text)
    omitted = sa.Column(sa.Text)
