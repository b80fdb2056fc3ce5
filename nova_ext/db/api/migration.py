# SPDX-License-Identifier: Apache-2.0
"""Statements on migrations of servers."""

import collections
from collections.abc import Mapping, Sequence
import functools
import re
from typing import Any
import zlib

import sqlalchemy as sa

from ext_lib.context import RequestContext
from ext_lib.db import query
from nova_ext import exception
from nova_ext.db import models
from nova_ext.db.api.instance import UNSET
from nova_ext.db.facade import facade

_Migration = models.Migration

#: How the uuid of a row without one continues after what stands for the cell;
#: the row's number follows.
_WITHOUT_UUID = '-0000-8000-8000-'
_NUMBER = re.compile('[0-9a-f]{12}')

#: What the API calls a live migration in progress.
IN_PROGRESS = ('queued', 'preparing', 'running', 'post-migrating')

#: Every status after which something more is to be expected.
_UNFINISHED = (
    *IN_PROGRESS,
    'accepted',
    'pre-migrating',
    'migrating',
    'finished',
    'confirming',
    'reverting',
)


@facade.writer
def migration_create(
    context: RequestContext, values: Mapping[str, Any]
) -> models.Migration:
    """Store a migration."""
    row = _Migration(**values)
    context.session.add(row)
    context.session.flush()
    return row


@facade.reader
def migration_get(
    context: RequestContext, migration_id: int
) -> models.Migration:
    """Return a migration by its number.

    :raises MigrationNotFound: when there is none
    """
    row = _first(context, query.equals(_Migration.id, migration_id))
    if row is None:
        raise exception.MigrationNotFound(migration_id=migration_id)
    return row


@facade.reader
def migration_get_by_uuid(
    context: RequestContext, uuid: str
) -> models.Migration:
    """Return a migration by its uuid.

    :raises MigrationNotFound: when there is none
    """
    row = _first(context, identified_by(context, uuid))
    if row is None:
        raise exception.MigrationNotFound(migration_id=uuid)
    return row


def uuid_of(context: RequestContext, number: int) -> str:
    """Return the uuid by which a migration without one is known.

    Rows older than uuids have none. To read changes nothing, and may be all
    that is allowed: theirs follows from the number, and from the name of the
    cell, since each cell begins to count at one.

    :param context: that of the cell the row is in
    """
    return f'{_without_uuid(context)}{number:012x}'


def completed(
    context: RequestContext, names: tuple[str, ...], row: Any
) -> Any:
    """Return a row with the uuid and the type that one of an old nova lacks.

    Nothing of it is stored.

    :param context: that of the cell the row is in
    :param names: of the columns of the row
    """
    if row.uuid is not None and row.migration_type is not None:
        return row
    values = dict(zip(names, row, strict=True))
    values['uuid'] = row.uuid or uuid_of(context, row.id)
    values['migration_type'] = row.migration_type or guess_type(row)
    return record(names)(**values)


@functools.cache
def record(names: tuple[str, ...]) -> Any:
    """Return the class of rows that have these columns."""
    return collections.namedtuple('Migration', names)


def guess_type(row: Any) -> str:
    """Return the type of a row without one: a cold migration, or a resize."""
    is_resize = row.old_instance_type_id != row.new_instance_type_id
    return 'resize' if is_resize else 'migration'


def identified_by(context: RequestContext, uuid: str) -> Any:
    """Return the condition that a migration is known by ``uuid``.

    :param context: that of the cell to ask
    """
    if not is_without_uuid(context, uuid):
        return query.equals(_Migration.uuid, uuid)
    number = int(uuid.removeprefix(_without_uuid(context)), 16)
    return sa.and_(
        query.equals(_Migration.id, number), _Migration.uuid.is_(None)
    )


def is_without_uuid(context: RequestContext, uuid: str) -> bool:
    """Return whether ``uuid`` stands for a migration that has none.

    :param context: that of the cell to ask
    """
    prefix = _without_uuid(context)
    number = uuid.removeprefix(prefix)
    return number != uuid and bool(_NUMBER.fullmatch(number))


def _without_uuid(context: RequestContext) -> str:
    shard = context.shard or ''
    return f'{zlib.crc32(shard.encode()):08x}{_WITHOUT_UUID}'


@facade.reader
def migration_get_by_id_and_instance(
    context: RequestContext, migration_id: int, instance_uuid: str
) -> models.Migration:
    """Return a migration by its number if it is the server's.

    :raises MigrationNotFoundForInstance: when it is not, or there is none
    """
    row = _first(
        context,
        query.equals(_Migration.id, migration_id),
        query.equals(_Migration.instance_uuid, instance_uuid),
    )
    if row is None:
        raise exception.MigrationNotFoundForInstance(
            migration_id=migration_id, instance_id=instance_uuid
        )
    return row


def _first(
    context: RequestContext, *conditions: Any
) -> models.Migration | None:
    row: models.Migration | None = context.session.scalars(
        _alive().where(*conditions)
    ).first()
    return row


def _alive() -> Any:
    return sa.select(_Migration).where(_Migration.deleted == 0)


@facade.writer
def migration_update(
    context: RequestContext,
    migration_id: int,
    values: Mapping[str, Any],
    expected_status: Any = UNSET,
) -> models.Migration:
    """Change a migration; one statement checks its status as well.

    :param expected_status: a status, or a list of which any will do
    :raises MigrationNotFound: when there is none
    :raises InvalidMigrationState: when its status is another
    """
    statement = sa.update(_Migration).where(
        _Migration.id == migration_id, _Migration.deleted == 0
    )
    if expected_status is not UNSET:
        statement = statement.where(
            query.equals(_Migration.status, expected_status)
        )
    changed = context.session.execute(
        statement.values(dict(values)),
        execution_options={'synchronize_session': False},
    ).rowcount
    row = migration_get(context, migration_id)
    if not changed:
        raise exception.InvalidMigrationState(
            migration_id=migration_id,
            instance_uuid=row.instance_uuid,
            state=row.status,
            method='update',
        )
    return row


@facade.reader
def migration_get_in_progress_by_instance(
    context: RequestContext,
    instance_uuid: str,
    migration_type: str | None = None,
) -> Sequence[models.Migration]:
    """Return the migrations of a server that the API calls in progress."""
    statement = _alive().where(
        query.equals(_Migration.instance_uuid, instance_uuid),
        _Migration.status.in_(IN_PROGRESS),
    )
    rows = context.session.scalars(statement.order_by(_Migration.id))
    # There are too few to tempt a database with another index.
    return [
        row for row in rows if migration_type in (None, row.migration_type)
    ]


@facade.reader
def migration_get_unfinished_by_host(
    context: RequestContext, host: str
) -> Sequence[models.Migration]:
    """Return the migrations from or to a host that have not ended."""
    statement = _alive().where(
        _Migration.status.in_(_UNFINISHED),
        sa.or_(
            _Migration.source_compute == host, _Migration.dest_compute == host
        ),
    )
    return list(context.session.scalars(statement.order_by(_Migration.id)))
