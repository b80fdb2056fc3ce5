# SPDX-License-Identifier: Apache-2.0
"""The eight questions, and the least that a database has to be asked."""

from collections.abc import Callable, Sequence
import dataclasses
import functools
from typing import Any
import urllib.parse

import sqlalchemy as sa

from benchmarks import trail_data
from nova_ext.db.trail import models

#: Records of a page.
LIMIT = 50
_a, _e = models.actions.c, models.events.c
_m, _s = models.migrations.c, models.servers.c
_ACTION = (
    'source_id', 'id', 'action', 'instance_uuid', 'request_id', 'user_id',
    'project_id', 'start_time', 'message', 'created_at', 'updated_at',
    'server_project_id', 'server_name', 'outcome',
)  # fmt: skip
_EVENT = (
    'source_id', 'id', 'action_id', 'event', 'start_time', 'finish_time',
    'result', 'host', 'details', 'created_at', 'traceback',
)  # fmt: skip
_MIGRATION = (
    'source_id', 'id', 'uuid', 'instance_uuid', 'status', 'migration_type',
    'source_compute', 'dest_compute', 'source_node', 'dest_node', 'dest_host',
    'old_instance_type_id', 'new_instance_type_id', 'user_id', 'project_id',
    'created_at', 'updated_at',
)  # fmt: skip
_SERVER = (
    'uuid', 'display_name', 'project_id', 'user_id', 'created_at',
    'deleted_at',
)  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Question:
    """A question, and the least that a database has to be asked for it.

    :param ask: returns a path and statements; takes a number
    """

    name: str
    ask: Callable[[int], tuple[str, list[Any]]]


def _select(columns: Any, names: Sequence[str], *conditions: Any) -> Any:
    return sa.select(*(columns[name] for name in names)).where(*conditions)


def _page(statement: Any, t: Any) -> Any:
    order = (t[name].desc() for name in ('created_at', 'source_id', 'id'))
    return statement.order_by(*order).limit(LIMIT)


def _actions(query: dict[str, Any], *conditions: Any) -> tuple[str, list[Any]]:
    text = urllib.parse.urlencode({**query, 'limit': LIMIT})
    statement = _select(_a, _ACTION, *conditions, _a.is_superseded == 0)
    return f'/audit/actions?{text}', [_page(statement, _a)]


def _deleted(number: int) -> tuple[str, list[Any]]:
    name = f'web-{number % trail_data.NAMES}'
    return _actions(
        {'server_name': name, 'action': 'delete'},
        _a.server_name == name,
        _a.action == 'delete',
    )


def _user(number: int) -> tuple[str, list[Any]]:
    user = f'user{number % trail_data.USERS}'
    return _actions({'user': user}, _a.user_id == user)


def _project(number: int) -> tuple[str, list[Any]]:
    project = f'project{number % trail_data.PROJECTS}'
    return _actions({'project': project}, _a.server_project_id == project)


def _result(number: int) -> tuple[str, list[Any]]:
    word = ('reboot', 'resize', 'rebuild')[number % 3]
    return _actions(
        {'action': word, 'result': 'error'},
        _a.action == word,
        _a.outcome == 'error',
    )


def _request(ids: Sequence[str], number: int) -> tuple[str, list[Any]]:
    request_id = ids[number % len(ids)]
    return _actions({'request_id': request_id}, _a.request_id == request_id)


def _host(seconds: int, number: int) -> tuple[str, list[Any]]:
    # Steps fail on some hosts only.
    host = f'host{(50 * number + 49) * 13 % trail_data.HOSTS}'
    begin = number * 100_003 % seconds // 2
    end = begin + seconds // 2
    since, before = map(trail_data.moment, (begin, end))
    path = '/audit/actions?' + urllib.parse.urlencode(
        {
            'host': host,
            'result': 'error',
            'since': since.isoformat(),
            'before': before.isoformat(),
            'limit': LIMIT,
        }
    )
    statement = (
        _select(_a, _ACTION)
        .select_from(
            models.events.join(
                models.actions,
                sa.and_(_a.source_id == _e.source_id, _a.id == _e.action_id),
            )
        )
        .where(
            _e.host == host,
            _e.result == 'Error',
            _e.created_at >= since,
            _e.created_at < before,
        )
    )
    return path, [_page(statement, _e)]


def _timeline(servers: int, number: int) -> tuple[str, list[Any]]:
    uuid = trail_data.uuid(trail_data.SERVER, number % servers)
    is_its = sa.and_(_a.source_id == _e.source_id, _a.id == _e.action_id)
    events = _select(_e, _EVENT).join(models.actions, is_its)
    return f'/audit/servers/{uuid}/timeline?limit=1000', [
        _select(_s, _SERVER, _s.uuid == uuid),
        _select(_a, _ACTION, _a.instance_uuid == uuid),
        events.where(_a.instance_uuid == uuid),
        _select(_m, _MIGRATION, _m.instance_uuid == uuid),
    ]


def _migrations(servers: int, number: int) -> tuple[str, list[Any]]:
    uuid = trail_data.uuid(trail_data.SERVER, number % servers)
    statement = _select(_m, _MIGRATION, _m.instance_uuid == uuid)
    return f'/audit/servers/{uuid}/migrations?limit={LIMIT}', [
        _select(_s, _SERVER, _s.uuid == uuid),
        _page(statement, _m),
    ]


def make(engine: sa.engine.Engine) -> list[Question]:
    """Return the eight questions."""
    with engine.connect() as connection:
        [[servers]] = connection.execute(sa.select(sa.func.max(_s.id)))
        [[actions]] = connection.execute(sa.select(sa.func.max(_a.id)))
        step = max(actions // 100, 1)
        wanted = _a.id.in_(range(1, actions, step))
        ids = [
            r[0]
            for r in connection.execute(_select(_a, ['request_id'], wanted))
        ]
    part = functools.partial
    return [
        Question('who deleted the server named X', _deleted),
        Question('what user U did', _user),
        Question('what failed on host H in a time', part(_host, 20 * actions)),
        Question('what was done in project P', _project),
        Question('what request R did', part(_request, ids)),
        Question('which rebuilds failed', _result),
        Question('all that was done to a server', part(_timeline, servers)),
        Question('migrations of a server', part(_migrations, servers)),
    ]


def ends(outcome: str | None) -> Any:
    """Return a SELECT of one action of a list, to have an offset.

    :param outcome: of all of them; None for any
    """
    conditions = [] if outcome is None else [_a.outcome == outcome]
    return _page(_select(_a, ('source_id', 'id'), *conditions), _a).limit(1)
