# SPDX-License-Identifier: Apache-2.0
"""Records of one server, found together with the server.

One statement finds both, be there any records or not: who may see them
depends on the server. Statements are built once for each of their forms.
"""

from collections.abc import Callable, Mapping, Sequence
import types
from typing import Any, NamedTuple

import sqlalchemy as sa

from ext_lib import paging
from ext_lib.context import RequestContext
from ext_lib.db import prepared
from ext_lib.db import query
from nova_ext import exception
from nova_ext.db import cells
from nova_ext.db import models
from nova_ext.db.api import migration
from nova_ext.db.facade import facade

_Server = models.Instance.__table__.c
_Action = models.InstanceAction.__table__.c
_Event = models.InstanceActionEvent.__table__.c
_Migration = models.Migration.__table__.c

#: Columns of each, in the order of the rows; the first of records is their
#: number.
SERVER = ('uuid', 'project_id', 'deleted')
ACTION = (
    'id', 'action', 'instance_uuid', 'request_id', 'user_id', 'project_id',
    'start_time', 'message', 'updated_at',
)  # fmt: skip
EVENT = (
    'id', 'event', 'start_time', 'finish_time', 'result', 'traceback', 'host',
    'details',
)  # fmt: skip
MIGRATION = (
    'id', 'uuid', 'instance_uuid', 'status', 'migration_type',
    'source_compute', 'dest_compute', 'source_node', 'dest_node', 'dest_host',
    'old_instance_type_id', 'new_instance_type_id', 'memory_total',
    'memory_processed', 'memory_remaining', 'disk_total', 'disk_processed',
    'disk_remaining', 'user_id', 'project_id', 'created_at', 'updated_at',
)  # fmt: skip

_TYPE = MIGRATION.index('migration_type')
_LIMIT = sa.bindparam('limit', type_=sa.Integer())


class Found(NamedTuple):
    """A server, and rows of its records.

    :param server: its columns SERVER
    :param has_marker: whether there is what the page is to come after
    """

    server: Sequence[Any]
    hidden: bool | None
    rows: Sequence[Sequence[Any]]
    has_marker: bool = True

    @property
    def deleted(self) -> int:
        """Return what the column holds."""
        return int(self.server[-1])


@cells.locating
def actions_get(
    context: RequestContext,
    server_id: str,
    page: paging.Page,
    filters: Mapping[str, Any],
    read_deleted: bool,
) -> Found:
    """Return the actions of a server, newest first: rows of ACTION.

    :param page: its marker is a request id
    :param filters: may have ``changes-since`` and ``changes-before``
    :raises InstanceNotFound: when there is none, or the caller is not an
        administrator and it is another project's
    """
    texts = {'server': server_id}
    if page.marker is not None:
        texts['marker'] = page.marker
    times = {
        name: query.moment(filters[name])
        for name in ('changes-since', 'changes-before')
        if filters.get(name) is not None
    }
    values = {name.replace('-', '_'): time for name, time in times.items()}
    is_page = page.limit is not None
    found = _fetch(
        context,
        _actions,
        texts,
        {**values, 'limit': page.limit or 1},
        read_deleted,
        is_page,
        tuple(times),
    )
    if page.limit == 0:
        return found._replace(rows=[])
    return found


def _actions(
    texts: prepared.Terms,
    read_deleted: bool,
    is_page: bool,
    times: Sequence[str],
) -> Any:
    other = models.InstanceAction.__table__.alias()
    columns = [_Action[name] for name in (*ACTION, 'created_at')]
    bounds = {name: sa.bindparam(name.replace('-', '_')) for name in times}
    statement = query.changed_between(sa.select(*columns), _Action, bounds)
    lead = query.Lead(_Action.instance_uuid, texts['server'], never='')
    limit = _LIMIT if is_page else None
    marker = None
    numbers = []
    if 'marker' in texts:
        is_it = sa.and_(
            query.equals(other.c.instance_uuid, texts['server']),
            query.equals(other.c.request_id, texts['marker']),
        )
        marker = types.SimpleNamespace(
            **{
                name: query.newest_first(sa.select(column), other.c)
                .where(is_it)
                .limit(1)
                .scalar_subquery()
                for name, column in other.c.items()
                if name in ('created_at', 'id')
            }
        )
        numbers = [marker.id]
    statement = query.paginate(
        statement, _Action, paging.Page(limit), marker, lead
    )
    found = statement.subquery('page')
    shown = [found.c[name] for name in ACTION]
    # Whether there is the marker each row says last.
    whole = _select(texts, read_deleted, *shown, *numbers)
    joined = _Server.id.table.outerjoin(found, sa.true())
    return query.newest_first(whole.select_from(joined), found.c)


@cells.locating
def action_get(
    context: RequestContext,
    server_id: str,
    request_id: str,
    read_deleted: bool,
) -> Found:
    """Return the newest action of a request on a server, with its events.

    :returns: rows of ACTION and EVENT, the newest event first; EVENT is null
        for an action without any, and there is no row without an action
    :raises InstanceNotFound: as :func:`actions_get` does
    """
    texts = {'server': server_id, 'request': request_id}
    return _fetch(context, _action, texts, {}, read_deleted)


def _action(texts: prepared.Terms, read_deleted: bool) -> Any:
    columns = [_Action[name] for name in ACTION]
    newest = query.newest_first(sa.select(*columns), _Action).where(
        query.equals(_Action.instance_uuid, texts['server']),
        query.equals(_Action.request_id, texts['request']),
    )
    action = newest.limit(1).subquery('action')
    events = [_Event[name] for name in EVENT]
    whole = _select(texts, read_deleted, *action.c, *events)
    joined = _Server.id.table.outerjoin(action, sa.true()).outerjoin(
        _Event.id.table, _Event.action_id == action.c.id
    )
    return query.newest_first(whole.select_from(joined), _Event)


@cells.locating
def migrations_get(
    context: RequestContext,
    server_id: str,
    migration_id: int | None = None,
) -> Found:
    """Return migrations of a server that is not deleted: rows of MIGRATION.

    :param migration_id: the number of the one to return, in progress or not;
        None for the live migrations that the API calls in progress
    :raises InstanceNotFound: as :func:`actions_get` does
    """
    found = _fetch(
        context,
        _migrations,
        {'server': server_id},
        {'number': migration_id},
        migration_id is None,
    )
    make = migration.record(MIGRATION)._make
    # There are too few to tempt a database with another index.
    return found._replace(
        rows=[
            migration.completed(context, MIGRATION, make(row))
            for row in found.rows
            if migration_id is not None or row[_TYPE] == 'live-migration'
        ]
    )


def _migrations(texts: prepared.Terms, is_list: bool) -> Any:
    conditions = [
        query.equals(_Migration.instance_uuid, texts['server']),
        _Migration.deleted == 0,
        # A list would be of any length, and the statement never ready.
        sa.or_(*(_Migration.status == one for one in migration.IN_PROGRESS))
        if is_list
        else _Migration.id == sa.bindparam('number'),
    ]
    columns = [_Migration[name] for name in MIGRATION]
    whole = _select(texts, False, *columns)
    joined = _Server.id.table.outerjoin(
        _Migration.id.table, sa.and_(*conditions)
    )
    return whole.select_from(joined).order_by(_Migration.id)


def _select(texts: prepared.Terms, read_deleted: bool, *columns: Any) -> Any:
    """Return the statement of a server, and what else there is."""
    server = [_Server[name] for name in SERVER]
    statement = sa.select(*server, _Server.hidden, *columns).where(
        query.equals(_Server.uuid, texts['server'])
    )
    if 'project' in texts:
        is_own = query.equals(_Server.project_id, texts['project'])
        statement = statement.where(is_own)
    if not read_deleted:
        statement = statement.where(_Server.deleted == 0)
    return statement


def _fetch(
    context: RequestContext,
    build: Callable[..., Any],
    texts: prepared.Terms,
    values: Mapping[str, Any],
    *form: Any,
) -> Found:
    """Return what a statement finds.

    :param build: makes it of ``texts`` and ``form``
    :param values: what else is compared
    :raises InstanceNotFound: when it finds nothing
    """
    if not context.is_admin:
        # Who has no project has no servers.
        texts = {**texts, 'project': context.project_id or ()}
    odd = {k: v for k, v in texts.items() if not query.is_plain(v)}
    plain = {k: v for k, v in texts.items() if k not in odd}
    statement = prepared.statement(build, plain, odd, *form)
    rows = facade.fetch(context, statement, {**plain, **values})
    if not rows:
        raise exception.InstanceNotFound(instance_id=texts['server'])
    first = rows[0]
    width = len(SERVER)
    has_marker = True
    record = slice(width + 1, None)
    if 'marker' in texts:
        has_marker = first[-1] is not None
        record = slice(width + 1, -1)
    return Found(
        first[:width],
        first[width],
        [row[record] for row in rows if row[width + 1] is not None],
        has_marker,
    )
