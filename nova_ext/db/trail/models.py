# SPDX-License-Identifier: Apache-2.0
"""Tables of the trail.

A record is identified by its source, a cell in one of its lives, and by the
number that it has there. Names of columns are those of nova.

Indexes begin with what a question filters by and end with the order of its
answer, so that each page is one index scan, the last one too.
"""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql

metadata = sa.MetaData()

_UUID = sa.String(36)
_NAME = sa.String(255)
#: Text that is compared with case, unlike in the default collation of MySQL.
_EXACT = sa.String(255).with_variant(
    mysql.VARCHAR(255, collation='utf8mb4_bin'), 'mysql'
)
_TEXT = sa.Text().with_variant(mysql.LONGTEXT(), 'mysql')
#: Some cells store fractions of a second.
_TIME = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), 'mysql')
_FLAG = sa.Boolean
_COUNTER = sa.BigInteger


def _index(table: str, name: str, *columns: str) -> sa.Index:
    return sa.Index(f'trail_{table}_{name}_idx', *columns)


def _scan_index(table: str, *columns: str) -> sa.Index:
    """Return an index that is scanned for the newest rows with some values."""
    name = '_'.join(columns)
    return _index(table, name, *columns, 'created_at', 'source_id', 'id')


def _table(name: str, *parts: Any) -> sa.Table:
    return sa.Table(
        f'trail_{name}',
        metadata,
        *parts,
        mysql_engine='InnoDB',
        mysql_charset='utf8mb4',
    )


def _key() -> list[sa.Column]:
    """Return the columns that identify a record."""
    return [
        sa.Column('source_id', sa.Integer, primary_key=True),
        sa.Column('id', sa.BigInteger, primary_key=True, autoincrement=False),
    ]


def _state() -> list[sa.Column]:
    """Return the columns that say how often a record is read again.

    ``watch`` is 0 for a record that has ended, or that its cell no longer has;
    1 for one that may change at any time, 2 for one that is about to.
    """
    return [
        sa.Column('watch', sa.SmallInteger, nullable=False),
        *_sealed(),
    ]


def _sealed() -> list[sa.Column]:
    """Return the columns on later lives, and on seals.

    ``is_superseded`` is true when a later life of the cell has the record,
    too. ``sealed`` is the sequence of its newest digest; null while it has
    none, or has changed since.
    """
    return [
        sa.Column('is_superseded', _FLAG, nullable=False),
        sa.Column('sealed', sa.BigInteger),
    ]


def as_dicts(table: sa.Table, rows: Iterable[Any]) -> list[dict[str, Any]]:
    """Return rows of a table by the names of its columns."""
    names = table.columns.keys()
    return [dict(zip(names, row, strict=True)) for row in rows]


def _columns(kind: Any, *names: str) -> list[sa.Column]:
    return [sa.Column(name, kind) for name in names]


#: A cell in one of its lives: when it is restored from a backup, another
#: begins. ``read_at`` is when it had last been read to its end.
sources = _table(
    'sources',
    sa.Column('id', sa.Integer, primary_key=True),
    sa.Column('cell', _EXACT, nullable=False),
    sa.Column('life', sa.Integer, nullable=False),
    sa.Column('begun_at', _TIME, nullable=False),
    sa.Column('read_at', _TIME),
    sa.UniqueConstraint('cell', 'life', name='uniq_trail_sources0cell0life'),
)

#: How far a table of a source is copied: up to the number ``number``. Up to
#: ``closed`` no row can come late any more; up to ``closing`` that will be
#: so some time after ``closing_since``.
positions = _table(
    'positions',
    sa.Column('source_id', sa.Integer, primary_key=True, autoincrement=False),
    sa.Column('kind', sa.String(16), primary_key=True),
    sa.Column('number', sa.BigInteger, nullable=False),
    sa.Column('closed', sa.BigInteger, nullable=False),
    sa.Column('closing', sa.BigInteger, nullable=False),
    sa.Column('closing_since', _TIME, nullable=False),
)

#: The one collector that may write, by its name and its turn.
leases = _table(
    'leases',
    sa.Column('id', sa.Integer, primary_key=True, autoincrement=False),
    sa.Column('owner', _NAME, nullable=False),
    sa.Column('turn', sa.BigInteger, nullable=False),
    sa.Column('expires_at', _TIME, nullable=False),
)

servers = _table(
    'servers',
    *_key(),
    sa.Column('uuid', _UUID, nullable=False),
    *_columns(_EXACT, 'display_name', 'user_id', 'project_id', 'host'),
    *_columns(_NAME, 'node', 'availability_zone', 'vm_state'),
    *_columns(
        sa.Integer,
        'instance_type_id',
        'memory_mb',
        'vcpus',
        'root_gb',
        'ephemeral_gb',
    ),
    *_columns(
        _TIME,
        'created_at',
        'updated_at',
        'launched_at',
        'terminated_at',
        'deleted_at',
    ),
    sa.Column('deleted', sa.BigInteger),
    sa.Column('hidden', _FLAG),
    *_state(),
    _index('servers', 'uuid', 'uuid', 'source_id'),
    _index('servers', 'watch', 'source_id', 'watch', 'id'),
    _index('servers', 'sealed', 'sealed', 'source_id', 'id'),
    _scan_index('servers', 'display_name'),
    _scan_index('servers', 'project_id', 'display_name'),
    _scan_index('servers', 'user_id'),
    _scan_index('servers', 'host'),
)

#: ``server_project_id`` and ``server_name`` are those of its server when it
#: was copied; ``outcome`` is success, error or unfinished.
actions = _table(
    'actions',
    *_key(),
    sa.Column('action', _EXACT),
    sa.Column('instance_uuid', _UUID),
    *_columns(_EXACT, 'request_id', 'user_id', 'project_id'),
    *_columns(_TIME, 'start_time', 'finish_time'),
    sa.Column('message', _NAME),
    *_columns(_TIME, 'created_at', 'updated_at'),
    *_columns(_EXACT, 'server_project_id', 'server_name'),
    sa.Column('outcome', sa.String(16), nullable=False),
    *_state(),
    _index('actions', 'watch', 'source_id', 'watch', 'id'),
    _index('actions', 'sealed', 'sealed', 'source_id', 'id'),
    _index('actions', 'time', 'created_at', 'source_id', 'id'),
    _scan_index('actions', 'instance_uuid'),
    _scan_index('actions', 'request_id'),
    _scan_index('actions', 'user_id'),
    _scan_index('actions', 'project_id'),
    _scan_index('actions', 'server_name'),
    _scan_index('actions', 'action'),
    _scan_index('actions', 'outcome'),
    _scan_index('actions', 'server_project_id'),
    _scan_index('actions', 'server_project_id', 'user_id'),
    _scan_index('actions', 'server_project_id', 'server_name'),
    _scan_index('actions', 'server_project_id', 'action'),
    _scan_index('actions', 'server_project_id', 'outcome'),
    _scan_index('actions', 'user_id', 'action'),
    _scan_index('actions', 'user_id', 'outcome'),
    _scan_index('actions', 'server_name', 'action'),
    _scan_index('actions', 'action', 'outcome'),
)

events = _table(
    'events',
    *_key(),
    sa.Column('event', _NAME),
    sa.Column('action_id', sa.BigInteger),
    *_columns(_TIME, 'start_time', 'finish_time'),
    sa.Column('result', sa.String(255)),
    sa.Column('traceback', _TEXT),
    sa.Column('host', _EXACT),
    sa.Column('details', _TEXT),
    *_columns(_TIME, 'created_at', 'updated_at'),
    *_sealed(),
    _index('events', 'action', 'source_id', 'action_id'),
    _index('events', 'sealed', 'sealed', 'source_id', 'id'),
    _scan_index('events', 'host'),
    _scan_index('events', 'host', 'result'),
)

migrations = _table(
    'migrations',
    *_key(),
    *_columns(_UUID, 'uuid', 'instance_uuid'),
    sa.Column('status', _EXACT),
    sa.Column('migration_type', sa.String(255)),
    *_columns(_EXACT, 'source_compute', 'dest_compute'),
    *_columns(_NAME, 'source_node', 'dest_node', 'dest_host'),
    *_columns(sa.Integer, 'old_instance_type_id', 'new_instance_type_id'),
    sa.Column('hidden', _FLAG),
    *_columns(
        _COUNTER,
        'memory_total',
        'memory_processed',
        'memory_remaining',
        'disk_total',
        'disk_processed',
        'disk_remaining',
    ),
    sa.Column('cross_cell_move', _FLAG),
    *_columns(_EXACT, 'user_id', 'project_id'),
    *_columns(_TIME, 'created_at', 'updated_at', 'deleted_at'),
    sa.Column('deleted', sa.BigInteger),
    *_state(),
    _index('migrations', 'uuid', 'uuid'),
    _index('migrations', 'watch', 'source_id', 'watch', 'id'),
    _index('migrations', 'sealed', 'sealed', 'source_id', 'id'),
    _index('migrations', 'time', 'created_at', 'source_id', 'id'),
    _scan_index('migrations', 'instance_uuid'),
    _scan_index('migrations', 'user_id'),
    _scan_index('migrations', 'project_id'),
    _scan_index('migrations', 'source_compute'),
    _scan_index('migrations', 'dest_compute'),
    _scan_index('migrations', 'status'),
    _scan_index('migrations', 'migration_type'),
)

#: The chain: each seal names the one before by its digest. ``kind`` is seal,
#: import or purge; the digests of records from ``first`` to ``last`` belong to
#: it. ``closed`` says, as JSON, up to which number of each table of a cell no
#: record can come any more; ``removed``, the digests of purged records.
seals = _table(
    'seals',
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
)

#: Digests of records when they were sealed. ``is_new`` says that a record had
#: not been sealed before, ``purge`` is the seal with which it was removed.
digests = _table(
    'digests',
    sa.Column(
        'sequence', sa.BigInteger, primary_key=True, autoincrement=False
    ),
    sa.Column('seal', sa.BigInteger, nullable=False),
    sa.Column('kind', sa.String(16), nullable=False),
    sa.Column('source_id', sa.Integer, nullable=False),
    sa.Column('id', sa.BigInteger, nullable=False),
    sa.Column('is_new', _FLAG, nullable=False),
    sa.Column('is_ended', _FLAG, nullable=False),
    sa.Column('created_at', _TIME),
    sa.Column('digest', sa.String(64), nullable=False),
    sa.Column('purge', sa.BigInteger),
    _index('digests', 'seal', 'seal', 'sequence'),
    _index('digests', 'record', 'kind', 'source_id', 'id'),
    _index('digests', 'purge', 'purge', 'sequence'),
)

#: Content of records that had ended, were sealed and have changed since.
versions = _table(
    'versions',
    sa.Column(
        'sequence', sa.BigInteger, primary_key=True, autoincrement=False
    ),
    sa.Column('content', _TEXT, nullable=False),
)
