# SPDX-License-Identifier: Apache-2.0
"""The floor: one SELECT of SQLAlchemy Core and ``json.dumps``.

A bare WSGI callable with the bodies of a nova, and nothing else that a service
has: no objects, policies, validation or log. ``FLOOR_URL`` is the database of
a cell. With ``FLOOR_ORDER=id`` lists are read along the primary key, the least
that can be done where no index has their order.

This module imports none of the project: any Python with SQLAlchemy and the
driver will do.
"""

from collections.abc import Callable, Iterator
import hashlib
import json
import os
from typing import Any
import urllib.parse

import sqlalchemy as sa

_RUNNING = ('queued', 'preparing', 'running', 'post-migrating')
_ACTION = (
    'action', 'instance_uuid', 'request_id', 'user_id', 'project_id',
    'start_time', 'message', 'updated_at',
)  # fmt: skip
_EVENT = (
    'event', 'start_time', 'finish_time', 'result', 'traceback', 'host',
    'details',
)  # fmt: skip
_LISTED = (
    'id', 'uuid', 'source_compute', 'dest_compute', 'source_node',
    'dest_node', 'dest_host', 'old_instance_type_id', 'new_instance_type_id',
    'instance_uuid', 'status', 'migration_type', 'user_id', 'project_id',
    'created_at', 'updated_at',
)  # fmt: skip
_RUNS = (
    'id', 'uuid', 'created_at', 'updated_at', 'source_compute', 'source_node',
    'dest_compute', 'dest_node', 'dest_host', 'status', 'user_id',
    'project_id', 'memory_total', 'memory_processed', 'memory_remaining',
    'disk_total', 'disk_processed', 'disk_remaining',
)  # fmt: skip
_NAMES = [
    f'{name}_bytes' if name.startswith(('memory_', 'disk_')) else name
    for name in _RUNS
]


def _table(name: str, *columns: str) -> Any:
    return sa.table(name, *map(sa.column, dict.fromkeys(columns)))


_INSTANCES = _table('instances', 'uuid', 'project_id', 'deleted')
_ACTIONS = _table('instance_actions', 'id', 'deleted', 'created_at', *_ACTION)
_EVENTS = _table(
    'instance_actions_events', 'id', 'action_id', 'deleted', 'created_at',
    *_EVENT,
)  # fmt: skip
_MIGRATIONS = _table('migrations', 'deleted', 'hidden', *_LISTED, *_RUNS)
_FILTERS = ('user_id', 'project_id', 'status')


def _columns(table: Any, names: Any) -> list[Any]:
    return [table.c[name] for name in names]


def _newest(table: Any) -> list[Any]:
    return [table.c.created_at.desc(), table.c.id.desc()]


_OF_SERVER = sa.and_(
    _ACTIONS.c.instance_uuid == _INSTANCES.c.uuid, _ACTIONS.c.deleted == 0
)
_ONE_SERVER = _INSTANCES.c.uuid == sa.bindparam('server')
_LIST = (
    sa.select(_INSTANCES.c.project_id, *_columns(_ACTIONS, _ACTION))
    .select_from(_INSTANCES.join(_ACTIONS, _OF_SERVER))
    .where(_ONE_SERVER)
    .order_by(*_newest(_ACTIONS))
    .limit(1000)
)
_SHOW = (
    sa.select(*_columns(_ACTIONS, _ACTION), *_columns(_EVENTS, _EVENT))
    .select_from(
        _INSTANCES.join(_ACTIONS, _OF_SERVER).join(
            _EVENTS,
            sa.and_(
                _EVENTS.c.action_id == _ACTIONS.c.id, _EVENTS.c.deleted == 0
            ),
        )
    )
    .where(_ONE_SERVER, _ACTIONS.c.request_id == sa.bindparam('request'))
    .order_by(*_newest(_EVENTS))
)
_RUNNING_OF = (
    sa.select(*_columns(_MIGRATIONS, _RUNS))
    .select_from(
        _INSTANCES.join(
            _MIGRATIONS,
            sa.and_(
                _MIGRATIONS.c.instance_uuid == _INSTANCES.c.uuid,
                _MIGRATIONS.c.deleted == 0,
                _MIGRATIONS.c.migration_type == 'live-migration',
                _MIGRATIONS.c.status.in_(_RUNNING),
            ),
        )
    )
    .where(_ONE_SERVER, _INSTANCES.c.deleted == 0)
)

_connections: list[Any] = []
_pages: dict[tuple[str, ...], Any] = {}


def _ask(statement: Any, **parameters: Any) -> Any:
    if not _connections:
        engine = sa.create_engine(
            os.environ['FLOOR_URL'], isolation_level='AUTOCOMMIT'
        )
        _connections.append(engine.connect())
    return _connections[0].execute(statement, parameters).all()


def _time(value: Any) -> str | None:
    return None if value is None else f'{value.isoformat()}.000000'


def _action(values: Any) -> dict[str, Any]:
    found = dict(zip(_ACTION, values, strict=True))
    found['start_time'] = _time(found['start_time'])
    found['updated_at'] = _time(found['updated_at'])
    return found


def _event(values: Any, project: str) -> dict[str, Any]:
    found = dict(zip(_EVENT, values, strict=True))
    found['start_time'] = _time(found['start_time'])
    found['finish_time'] = _time(found['finish_time'])
    text = f'{project}{found["host"]}'.encode()
    found['hostId'] = hashlib.sha224(text).hexdigest()
    return found


def _actions(server: str) -> Any:
    rows = _ask(_LIST, server=server)
    return {'instanceActions': [_action(row[1:]) for row in rows]}


def _one_action(server: str, request: str) -> Any:
    rows = _ask(_SHOW, server=server, request=request)
    found = _action(rows[0][: len(_ACTION)])
    found['events'] = [
        _event(row[len(_ACTION) :], found['project_id']) for row in rows
    ]
    return {'instanceAction': found}


def _running(server: str) -> Any:
    return {
        'migrations': [
            {
                **dict(zip(_NAMES, row, strict=True)),
                'server_uuid': server,
                'created_at': _time(row.created_at),
                'updated_at': _time(row.updated_at),
            }
            for row in _ask(_RUNNING_OF, server=server)
        ]
    }


def _page(names: tuple[str, ...]) -> Any:
    """Return the statement of a list with these parameters."""
    columns = _MIGRATIONS.c
    statement = sa.select(*_columns(_MIGRATIONS, _LISTED)).where(
        columns.deleted == 0
    )
    for name in _FILTERS:
        if name in names:
            statement = statement.where(columns[name] == sa.bindparam(name))
    if 'host' in names:
        host = sa.bindparam('host')
        ends = (columns.source_compute == host, columns.dest_compute == host)
        statement = statement.where(sa.or_(*ends))
    order = _newest(_MIGRATIONS)
    by_id = os.environ.get('FLOOR_ORDER') == 'id'
    if 'marker' in names:
        marker = _MIGRATIONS.alias()
        place = (
            sa.select(marker.c.created_at, marker.c.id)
            .where(marker.c.uuid == sa.bindparam('marker'))
            .subquery()
        )
        statement = statement.join_from(_MIGRATIONS, place, sa.true())
        before = columns.id < place.c.id
        if not by_id:
            earlier = columns.created_at < place.c.created_at
            statement = statement.where(
                columns.created_at <= place.c.created_at
            )
            before = sa.or_(earlier, before)
        statement = statement.where(before)
    size = sa.bindparam('limit', type_=sa.Integer)
    return statement.order_by(*order[by_id:]).limit(size)


def _migrations(query: str, host: str) -> Any:
    given = dict(urllib.parse.parse_qsl(query))
    names = tuple(sorted(given))
    statement = _pages.get(names)
    if statement is None:
        statement = _pages[names] = _page(names)
    limit = int(given['limit'])
    found = [
        _migration(row, host)
        for row in _ask(statement, **{**given, 'limit': limit})
    ]
    body: dict[str, Any] = {'migrations': found}
    if len(found) == limit:
        # A marker that was given is replaced where it stands.
        parts = dict(sorted(given.items()))
        parts['marker'] = found[-1]['uuid']
        following = urllib.parse.urlencode(parts)
        href = f'http://{host}/v2.1/os-migrations?{following}'
        body['migrations_links'] = [{'rel': 'next', 'href': href}]
    return body


def _migration(row: Any, host: str) -> dict[str, Any]:
    found = dict(zip(_LISTED, row, strict=True))
    found['created_at'] = _time(row.created_at)
    found['updated_at'] = _time(row.updated_at)
    if row.migration_type == 'live-migration' and row.status in _RUNNING:
        path = f'/servers/{row.instance_uuid}/migrations/{row.id}'
        found['links'] = [
            {'rel': 'self', 'href': f'http://{host}/v2.1{path}'},
            {'rel': 'bookmark', 'href': f'http://{host}{path}'},
        ]
    return found


def application(
    environ: dict[str, Any], start_response: Callable[..., Any]
) -> Iterator[bytes]:
    """Answer one request (PEP 3333)."""
    match environ['PATH_INFO'].split('/')[2:]:
        case ['os-migrations']:
            host = environ['HTTP_HOST']
            body = _migrations(environ['QUERY_STRING'], host)
        case ['servers', server, 'os-instance-actions']:
            body = _actions(server)
        case ['servers', server, 'os-instance-actions', request]:
            body = _one_action(server, request)
        case ['servers', server, 'migrations']:
            body = _running(server)
        case _:
            body = {}
    text = json.dumps(body).encode()
    headers = [
        ('Content-Type', 'application/json'),
        ('Content-Length', str(len(text))),
    ]
    start_response('200 OK', headers)
    return iter([text])
