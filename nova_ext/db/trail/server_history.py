# SPDX-License-Identifier: Apache-2.0
"""Records of one server, from all cells that had it."""

from collections.abc import Iterable, Sequence
import copy
import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from ext_lib import exception as ext_exception
from ext_lib import paging
from ext_lib.context import RequestContext
from ext_lib.db import query
from nova_ext import exception
from nova_ext.db.api import migration
from nova_ext.db.trail import action_events
from nova_ext.db.trail import action_list
from nova_ext.db.trail import index_scans
from nova_ext.db.trail import models
from nova_ext.db.trail import record_id
from nova_ext.db.trail.facade import facade

#: What is read of a migration, in this order.
MIGRATION = (
    'source_id', 'id', 'uuid', 'instance_uuid', 'status', 'migration_type',
    'source_compute', 'dest_compute', 'source_node', 'dest_node', 'dest_host',
    'old_instance_type_id', 'new_instance_type_id', 'user_id', 'project_id',
    'created_at', 'updated_at',
)  # fmt: skip
#: Kinds of entries, in the order that those of one moment have.
KINDS = ('action', 'event', 'migration', 'task')
_ACTION, _EVENT, _MIGRATION, _ = KINDS
_actions, _events = models.actions, models.events
_migrations, _sources = models.migrations, models.sources


class Server(NamedTuple):
    """A server as it was seen last."""

    uuid: str
    name: str | None
    project_id: str | None
    user_id: str | None
    created_at: datetime.datetime | None
    deleted_at: datetime.datetime | None


class Place(NamedTuple):
    """The place of an entry in a timeline, by which entries are ordered.

    :param kind: index in KINDS
    """

    moment: datetime.datetime
    kind: int
    source_id: int
    number: int


def server_get(
    context: RequestContext, server_id: str, project_id: str | None
) -> Server:
    """Return a server, the one that users saw last if there are several.

    :param project_id: of its owner; None if it may be any
    :raises InstanceNotFound: when there is none
    """
    t = models.servers.c
    statement = (
        sa.select(
            t.uuid, t.display_name, t.project_id, t.user_id, t.created_at,
            t.deleted_at, t.hidden,
        )
        .join(_sources, _sources.c.id == t.source_id)
        .where(query.equals(t.uuid, server_id))
        .order_by(_sources.c.life.desc(), t.source_id.desc())
    )  # fmt: skip
    if project_id is not None:
        owned = query.equals(t.project_id, project_id)
        statement = statement.where(owned)
    found = facade.fetch(context, statement)
    if not found:
        raise exception.InstanceNotFound(instance_id=server_id)
    row = min(found, key=lambda row: bool(row.hidden))
    return Server(*row[:-1])


def migrations_get(
    context: RequestContext,
    server_id: str,
    filters: dict[str, str],
    page: paging.Page,
) -> Sequence[Any]:
    """Return a page of the migrations of a server, newest first.

    :param filters: ``status`` and ``migration_type``
    :param page: its marker is a RecordId
    :raises MarkerNotFound: when the server has no such migration
    """
    statement = _migrations_with_cell().where(
        ~_migrations.c.is_superseded,
        *(query.equals(_migrations.c[n], v) for n, v in filters.items()),
    )
    statement = index_scans.along(
        statement, _migrations, {'instance_uuid': server_id}
    )
    if page.marker is not None:
        marker = record_id.parse(page.marker)
        place = place_of(context, server_id, _MIGRATION, marker)
        if place is None:
            raise ext_exception.MarkerNotFound(marker=page.marker)
        bounds = (place.moment, *marker)
        statement = statement.where(index_scans.before(_migrations, bounds))
    if page.limit == 0:
        return []
    rows = facade.fetch(context, statement.limit(page.limit))
    return [_completed(context, row) for row in rows]


def entries_get(
    context: RequestContext,
    server_id: str,
    kind: str,
    after: Place | None,
    limit: int,
    columns: Sequence[str],
) -> Sequence[Any]:
    """Return the first entries of one kind that come after a place.

    :param kind: any of KINDS but tasks
    :param columns: of an event
    """
    statement = _BUILD[kind](server_id, columns)
    if after is not None:
        statement = statement.where(_follow(kind, after))
    rows = facade.fetch(context, statement.limit(limit))
    if kind == _MIGRATION:
        return [_completed(context, row) for row in rows]
    return rows


def outcomes_get(
    context: RequestContext, server_id: str, request_ids: Iterable[str]
) -> dict[str, str]:
    """Return the outcomes of actions of a server, by their request ids."""
    statement = sa.select(_actions.c.request_id, _actions.c.outcome).where(
        ~_actions.c.is_superseded,
        query.equals(_actions.c.instance_uuid, server_id),
        _actions.c.request_id.in_(list(request_ids)),
    )
    return dict(facade.fetch(context, statement))


def place_of(
    context: RequestContext,
    server_id: str,
    kind: str,
    marker: record_id.RecordId,
) -> Place | None:
    """Return the place of a record of a server, None if there is none."""
    t = _TABLES[kind].c
    statement = sa.select(t.created_at).where(
        t.source_id == marker.source_id, t.id == marker.number
    )
    owner = _actions if kind == _EVENT else _TABLES[kind]
    if kind == _EVENT:
        statement = statement.join(_actions, action_events.IS_OF_ACTION)
    is_its = query.equals(owner.c.instance_uuid, server_id)
    found = facade.fetch(context, statement.where(is_its))
    if not found:
        return None
    return Place(found[0][0], KINDS.index(kind), *marker)


def follows(kind: str, after: Place, columns: Sequence[Any]) -> Any:
    """Return the condition that rows of a kind come after a place.

    :param columns: time, source and number of such a row
    """
    rank = KINDS.index(kind)
    moment = sa.literal(after.moment, columns[0].type)
    if rank == after.kind:
        bounds = (moment, after.source_id, after.number)
        kinds = (column.type for column in columns)
        return query.precedes(
            [query.as_sql(v, k) for v, k in zip(bounds, kinds, strict=True)],
            columns,
        )
    return columns[0] >= moment if rank > after.kind else columns[0] > moment


def _follow(kind: str, after: Place) -> Any:
    columns = [_TABLES[kind].c[name] for name in index_scans.ORDER]
    return follows(kind, after, columns)


def _action_entries(server_id: str, _: Sequence[str]) -> Any:
    columns = (_actions.c[name] for name in action_list.ACTION)
    statement = sa.select(*columns).where(~_actions.c.is_superseded)
    return index_scans.along(
        statement, _actions, {'instance_uuid': server_id}, False
    )


def _event_entries(server_id: str, columns: Sequence[str]) -> Any:
    # Of an action that is shown, all events are.
    statement = (
        sa.select(
            *(_events.c[name] for name in columns),
            _actions.c.project_id.label('action_project_id'),
        )
        .join(_actions, action_events.IS_OF_ACTION)
        .where(
            query.equals(_actions.c.instance_uuid, server_id),
            ~_actions.c.is_superseded,
        )
    )
    return statement.order_by(*(_events.c[name] for name in index_scans.ORDER))


def _migration_entries(server_id: str, _: Sequence[str]) -> Any:
    statement = _migrations_with_cell().where(~_migrations.c.is_superseded)
    return index_scans.along(
        statement, _migrations, {'instance_uuid': server_id}, False
    )


def _migrations_with_cell() -> Any:
    cell = sa.select(_sources.c.cell).where(
        _sources.c.id == _migrations.c.source_id
    )
    columns = (_migrations.c[name] for name in MIGRATION)
    return sa.select(*columns, cell.scalar_subquery().label('cell'))


def _completed(context: RequestContext, row: Any) -> Any:
    """Return a migration, completed with columns that an old nova lacks."""
    there = copy.copy(context)
    there.shard = row.cell or None
    names = (*MIGRATION, 'cell')
    return migration.completed(there, names, row)


_TABLES = {_ACTION: _actions, _EVENT: _events, _MIGRATION: _migrations}
_BUILD = {
    _ACTION: _action_entries,
    _EVENT: _event_entries,
    _MIGRATION: _migration_entries,
}
