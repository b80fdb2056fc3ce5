# SPDX-License-Identifier: Apache-2.0
"""Questions about servers on their way from host to host."""

from collections.abc import Mapping, Sequence
import datetime
from typing import Any

import sqlalchemy as sa

from ext_lib import exception as ext_exception
from ext_lib import paging
from ext_lib.context import RequestContext
from ext_lib.db import query
from nova_ext import exception
from nova_ext.db import models
from nova_ext.db.api.instance import UNSET
from nova_ext.db.facade import facade

_Migration = models.Migration

#: What the API calls a live migration in progress.
_IN_PROGRESS = ('queued', 'preparing', 'running', 'post-migrating')

#: Every status after which something more is to be expected.
_UNFINISHED = (
    *_IN_PROGRESS,
    'accepted',
    'pre-migrating',
    'migrating',
    'finished',
    'confirming',
    'reverting',
)

#: How far the clocks of two hosts may be apart.
_CLOCKS = datetime.timedelta(hours=1)

#: Filters that are columns. The host is not: it is one of two.
_FILTERS = (
    'status',
    'migration_type',
    'instance_uuid',
    'user_id',
    'project_id',
    'hidden',
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
    row = _first(context, query.equals(_Migration.uuid, uuid))
    if row is None:
        raise exception.MigrationNotFound(migration_id=uuid)
    return row


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


def _alive(*columns: Any) -> Any:
    return sa.select(*(columns or (_Migration,))).where(
        _Migration.deleted == 0
    )


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
        _Migration.status.in_(_IN_PROGRESS),
    )
    if migration_type is not None:
        statement = statement.where(
            query.equals(_Migration.migration_type, migration_type)
        )
    return list(context.session.scalars(statement.order_by(_Migration.id)))


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


@facade.reader
def migration_get_all_by_filters(
    context: RequestContext,
    filters: Mapping[str, Any],
    page: paging.Page | None = None,
) -> Sequence[models.Migration]:
    """Return the migrations that pass all filters, hidden ones too.

    :param filters: any of ``status``, ``migration_type``, ``instance_uuid``,
        ``user_id``, ``project_id``, ``hidden``, ``source_compute``,
        ``changes-since`` and ``changes-before``; with ``host``, which is
        either end of the way, ``source_compute`` is not looked at. A value of
        None is no filter.
    :param page: its marker is a uuid, a deleted migration's too; newest first.
        None for all of them, oldest first
    :raises MarkerNotFound: when no migration has that uuid
    """
    if page is not None and page.limit == 0:
        return []
    filters = {k: v for k, v in filters.items() if v is not None}
    marker = _marker(context, page)
    return list(context.session.scalars(_list(filters, page, marker)))


def _marker(context: RequestContext, page: paging.Page | None) -> Any:
    if page is None or page.marker is None:
        return None
    row = context.session.execute(
        sa.select(_Migration.created_at, _Migration.id).where(
            query.equals(_Migration.uuid, page.marker)
        )
    ).first()
    if row is None:
        raise ext_exception.MarkerNotFound(marker=page.marker)
    return row


def _list(
    filters: Mapping[str, Any], page: paging.Page | None, marker: Any
) -> Any:
    if 'host' not in filters:
        statement = _filtered(_alive(), filters)
        if 'source_compute' in filters:
            statement = statement.where(
                query.equals(
                    _Migration.source_compute, filters['source_compute']
                )
            )
        return _page(statement, page, marker)
    keys = sa.union(
        *(
            sa.select(_leg(end, filters, page, marker).subquery().c.id)
            for end in (_Migration.source_compute, _Migration.dest_compute)
        )
    ).subquery()
    statement = sa.select(_Migration).join(keys, keys.c.id == _Migration.id)
    return _page(statement, page, None)


def _leg(
    end: Any,
    filters: Mapping[str, Any],
    page: paging.Page | None,
    marker: Any,
) -> Any:
    # One walk along an index for each end: no index serves "either", and
    # together the two find no more than two pages.
    statement = _filtered(_alive(_Migration.id), filters)
    statement = statement.where(query.equals(end, filters['host']))
    return statement if page is None else _page(statement, page, marker)


def _filtered(statement: Any, filters: Mapping[str, Any]) -> Any:
    for name in _FILTERS:
        if name in filters:
            statement = statement.where(
                query.equals(getattr(_Migration, name), filters[name])
            )
    if 'changes-before' in filters:
        # What was last changed by then was created by then, give or take the
        # clocks of two hosts: begins the walk there.
        latest = query.moment(filters['changes-before']) + _CLOCKS
        statement = statement.where(_Migration.created_at <= latest)
    return query.changed_between(statement, _Migration, filters)


def _page(statement: Any, page: paging.Page | None, marker: Any) -> Any:
    if page is None:
        return statement.order_by(_Migration.id)
    return query.paginate(statement, _Migration, page, marker)
