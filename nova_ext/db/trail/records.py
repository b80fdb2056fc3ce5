# SPDX-License-Identifier: Apache-2.0
"""Records of one server in the trail, as :mod:`server_records` returns them.

The server decides who may see them, as it does in its cell. A server that
several cells had, or several lives of one, is answered from where it was seen
last.
"""

from collections.abc import Mapping, Sequence
import copy
from typing import Any

import sqlalchemy as sa

from ext_lib import exception as ext_exception
from ext_lib import paging
from ext_lib.context import RequestContext
from ext_lib.db import query
from nova_ext import exception
from nova_ext.db.api import migration
from nova_ext.db.api import server_records
from nova_ext.db.trail import models
from nova_ext.db.trail.facade import facade

_Server, _Action = models.servers.c, models.actions.c
_Event, _Migration = models.events.c, models.migrations.c
#: Filters of lists of migrations that name a column.
_FILTERS = (
    'status', 'migration_type', 'instance_uuid', 'user_id', 'project_id',
    'hidden',
)  # fmt: skip


def actions_get(
    context: RequestContext,
    server_id: str,
    page: paging.Page,
    filters: Mapping[str, Any],
    read_deleted: bool,
) -> server_records.Found:
    """Return the actions of a server, newest first.

    :raises InstanceNotFound: as :func:`server_records.actions_get` does
    """
    source, server = _server(context, server_id, read_deleted)
    is_its = sa.and_(
        _Action.source_id == source, _Action.instance_uuid == server[0]
    )
    marker = None
    if page.marker is not None:
        is_marker = query.equals(_Action.request_id, page.marker)
        found = _newest(context, models.actions, is_its, is_marker)
        if not found:
            return server_records.Found(server, False, [], False)
        marker = found[0]
    if page.limit == 0:
        return server_records.Found(server, False, [])
    statement = sa.select(*_columns(models.actions, server_records.ACTION))
    statement = query.changed_between(
        statement.where(is_its), _Action, filters
    )
    statement = query.paginate(statement, _Action, page, marker)
    rows = _fetch(context, statement)
    return server_records.Found(server, False, rows)


def action_get(
    context: RequestContext,
    server_id: str,
    request_id: str,
    read_deleted: bool,
) -> server_records.Found:
    """Return the newest action of a request on a server, with its events.

    :returns: as :func:`server_records.action_get` does
    :raises InstanceNotFound: as it does
    """
    source, server = _server(context, server_id, read_deleted)
    found = _newest(
        context,
        models.actions,
        _Action.source_id == source,
        _Action.instance_uuid == server[0],
        query.equals(_Action.request_id, request_id),
    )
    if not found:
        return server_records.Found(server, False, [])
    action = tuple(getattr(found[0], n) for n in server_records.ACTION)
    statement = sa.select(*_columns(models.events, server_records.EVENT))
    statement = statement.where(
        _Event.source_id == source, _Event.action_id == found[0].id
    )
    events = _fetch(context, query.newest_first(statement, _Event))
    without = (None,) * len(server_records.EVENT)
    rows = [(*action, *event) for event in events or [without]]
    return server_records.Found(server, False, rows)


def migrations_get(
    context: RequestContext,
    server_id: str,
    migration_id: int | None = None,
) -> server_records.Found:
    """Return migrations of a server, those it had when it was seen last.

    :returns: as :func:`server_records.migrations_get` does
    :raises InstanceNotFound: as it does
    """
    source, server = _server(context, server_id, read_deleted=True)
    conditions = [
        _Migration.source_id == source,
        _Migration.instance_uuid == server[0],
    ]
    if migration_id is None:
        conditions += [
            _Migration.migration_type == 'live-migration',
            _Migration.status.in_(migration.IN_PROGRESS),
        ]
    else:
        conditions.append(_Migration.id == migration_id)
    names = server_records.MIGRATION
    statement = sa.select(*_columns(models.migrations, names))
    statement = statement.where(*conditions).order_by(_Migration.id)
    rows = _completed(context, names, _fetch(context, statement))
    return server_records.Found(server, False, rows)


def migrations_of(
    context: RequestContext,
    filters: Mapping[str, Any],
    page: paging.Page | None,
    columns: tuple[str, ...],
) -> Sequence[Any]:
    """Return the migrations of one server that pass all filters.

    :param filters: those of a list of migrations, ``instance_uuid`` among
        them
    :raises MarkerNotFound: as the list does
    """
    found = _find(context, filters['instance_uuid'], is_anyones=True)
    if found is None:
        if page is not None and page.marker is not None:
            raise ext_exception.MarkerNotFound(marker=page.marker)
        return []
    source, _ = found
    statement = sa.select(*_columns(models.migrations, columns)).where(
        _Migration.source_id == source, *_conditions(filters)
    )
    statement = query.changed_between(statement, _Migration, filters)
    if page is not None and page.limit == 0:
        return []
    if page is None:
        statement = statement.order_by(_Migration.id)
    else:
        marker = _marker(context, source, filters, page)
        statement = query.paginate(statement, _Migration, page, marker)
    return _completed(context, columns, _fetch(context, statement))


def _conditions(filters: Mapping[str, Any]) -> list[Any]:
    conditions = [
        query.equals(_Migration[name], filters[name])
        for name in _FILTERS
        if filters.get(name) is not None
    ]
    host, source = filters.get('host'), filters.get('source_compute')
    if host is not None:
        ends = (_Migration.source_compute, _Migration.dest_compute)
        conditions.append(sa.or_(*(query.equals(end, host) for end in ends)))
    elif source is not None:
        conditions.append(query.equals(_Migration.source_compute, source))
    return conditions


def _marker(
    context: RequestContext,
    source: int,
    filters: Mapping[str, Any],
    page: paging.Page,
) -> Any:
    """Return the migration after which a page begins, None without one."""
    if page.marker is None:
        return None
    is_marker = query.equals(_Migration.uuid, page.marker)
    if page.marker.isdecimal():
        is_marker = query.equals(_Migration.id, page.marker)
    elif migration.is_without_uuid(context, page.marker):
        is_marker = _Migration.id == int(page.marker[-12:], 16)
    conditions = [_Migration.source_id == source, is_marker]
    if 'marker_project_id' in filters:
        owner = filters['marker_project_id']
        conditions.append(query.equals(_Migration.project_id, owner))
    found = _newest(context, models.migrations, *conditions)
    if not found:
        raise ext_exception.MarkerNotFound(marker=page.marker)
    return found[0]


def _server(
    context: RequestContext, server_id: str, read_deleted: bool
) -> tuple[int, Sequence[Any]]:
    """Return the source of a server, and its columns SERVER.

    :param read_deleted: whether the caller is shown deleted servers, as this
        one is by now
    :raises InstanceNotFound: when there is none that the caller may see
    """
    found = _find(context, server_id) if read_deleted else None
    if found is None:
        raise exception.InstanceNotFound(instance_id=server_id)
    return found


def _find(
    context: RequestContext, server_id: str, is_anyones: bool = False
) -> tuple[int, Sequence[Any]] | None:
    source = models.sources
    names = [_Server[name] for name in server_records.SERVER]
    statement = (
        sa.select(*names, _Server.hidden, source.c.id, source.c.cell)
        .join(source, source.c.id == _Server.source_id)
        .where(query.equals(_Server.uuid, server_id))
        .order_by(source.c.life.desc(), source.c.id)
    )
    if not context.is_admin and not is_anyones:
        owner = context.project_id or ()
        statement = statement.where(query.equals(_Server.project_id, owner))
    rows = _fetch(context, statement)
    if not rows:
        return None
    row = min(rows, key=lambda row: bool(row.hidden))
    # Migrations without a uuid get one that is derived from the cell.
    context.shard = row.cell or None
    return row[-2], row[: len(names)]


def _newest(context: RequestContext, table: Any, *conditions: Any) -> Any:
    statement = sa.select(table).where(*conditions)
    statement = query.newest_first(statement, table.c).limit(1)
    return _fetch(context, statement)


def _fetch(context: RequestContext, statement: Any) -> list[Any]:
    there = copy.copy(context)
    # That is the name of a cell.
    there.shard = None
    return facade.fetch(there, statement)


def _columns(table: Any, names: Sequence[str]) -> list[Any]:
    return [table.c[name] for name in names]


def _completed(
    context: RequestContext, names: tuple[str, ...], rows: Sequence[Any]
) -> list[Any]:
    make = migration.record(names)._make
    return [migration.completed(context, names, make(row)) for row in rows]
