# SPDX-License-Identifier: Apache-2.0
"""Benchmark of questions across servers, beside bare SELECTs.

README.rst describes the method, and how to run it.
"""

import argparse
from collections.abc import Callable, Sequence
import dataclasses
import functools
import importlib
import json
import os
import pathlib
import random
import statistics
import sys
import time
from typing import Any
import urllib.parse

import sqlalchemy as sa
import webob

from benchmarks import comparison
from benchmarks import reads_servers
from benchmarks import trail_data
from nova_ext.db.trail import models

#: Targets: of a bare SELECT of the same rows, and of the first page.
FLOOR, DEEP = 2.5, 1.2
_LIMIT = 50
_DEEP_PAGE = 10_000
_WARM_UP = 20
_TOKEN = 'admin:admin'  # noqa: S105 (of no authentication)
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
    return statement.order_by(*order).limit(_LIMIT)


def _actions(query: dict[str, Any], *conditions: Any) -> tuple[str, list[Any]]:
    text = urllib.parse.urlencode({**query, 'limit': _LIMIT})
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
    host = f'host{number * 13 % trail_data.HOSTS}'
    begin = number * 100_003 % seconds // 2
    end = begin + seconds // 2
    since, before = map(trail_data.moment, (begin, end))
    path = '/audit/actions?' + urllib.parse.urlencode(
        {
            'host': host,
            'result': 'error',
            'since': since.isoformat(),
            'before': before.isoformat(),
            'limit': _LIMIT,
        }
    )
    statement = (
        _select(_a, _ACTION)
        .select_from(
            models.events.join(
                models.actions,
                sa.and_(
                    _a.source_id == _e.source_id, _a.id == _e.action_id
                ),
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
    return f'/audit/servers/{uuid}/migrations?limit={_LIMIT}', [
        _select(_s, _SERVER, _s.uuid == uuid),
        _page(statement, _m),
    ]


def questions(engine: sa.engine.Engine) -> list[Question]:
    """Return the eight questions."""
    with engine.connect() as connection:
        [[servers]] = connection.execute(sa.select(sa.func.max(_s.id)))
        [[actions]] = connection.execute(sa.select(sa.func.max(_a.id)))
        step = max(actions // 100, 1)
        wanted = _a.id.in_(range(1, actions, step))
        ids = [r[0] for r in connection.execute(_select(_a, ['request_id'], wanted))]
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


class Service:
    """The audit, in this process."""

    def __init__(self, url: str, state: pathlib.Path) -> None:
        path = state / 'trail.conf'
        path.write_text(
            '[DEFAULT]\ndefault_log_levels = ext_lib=WARNING\n'
            '[api]\nauth_strategy = noauth\n'
            '[cells]\ndatabases = cell1\n'
            f'[cell1]\nconnection = {url}\n'
            f'[trail]\nconnection = {url}\n'
        )
        os.environ['OS_NOVA_EXT_CONFIG_FILES'] = str(path)
        self._app = importlib.import_module('nova_ext.wsgi.audit').application

    def get(self, path: str) -> Any:
        """Return the body of an answer."""
        req = webob.Request.blank(f'/v2.1{path}')
        req.headers['X-Auth-Token'] = _TOKEN
        response = req.get_response(self._app)
        if response.status_int != 200:
            raise RuntimeError(f'{path}: {response.text}')
        return response.body

    def time(self, path: str) -> float:
        """Return the seconds that an answer takes."""
        begin = time.perf_counter()
        self.get(path)
        return time.perf_counter() - begin


class Floor:
    """Bare SELECTs, whose rows become JSON."""

    def __init__(self, engine: sa.engine.Engine) -> None:
        self._connection = engine.connect()

    def get(self, statements: Sequence[Any]) -> str:
        """Return the rows as JSON."""
        rows = [
            dict(row._mapping)
            for statement in statements
            for row in self._connection.execute(statement)
        ]
        return json.dumps(rows, default=str)

    def time(self, statements: Sequence[Any]) -> float:
        """Return the seconds that they take."""
        begin = time.perf_counter()
        self.get(statements)
        return time.perf_counter() - begin


def deep_pages(engine: sa.engine.Engine, page: int) -> dict[str, tuple[str, str]]:
    """Return first pages and deep ones of long lists, by what they list."""
    found = {}
    for name, query, conditions in (
        ('all actions', '', ()),
        ('what succeeded', 'result=success&', (_a.outcome == 'success',)),
    ):
        rows = (page - 1) * _LIMIT - 1
        statement = _page(
            _select(_a, ('source_id', 'id'), *conditions), _a
        ).limit(1)
        with engine.connect() as connection:
            [[source, number]] = connection.execute(statement.offset(rows))
        path = f'/audit/actions?{query}limit={_LIMIT}'
        found[name] = path, f'{path}&marker={source}-{number}'
    return found


def measure(options: Any, engine: Any, service: Service) -> list[str]:
    """Print the times; return the targets that are missed."""
    missed = []
    floor = Floor(engine)
    for question in questions(engine):

        def ask(chance: float, question: Question = question) -> float:
            return service.time(question.ask(int(chance * 1e6))[0])

        def select(chance: float, question: Question = question) -> float:
            return floor.time(question.ask(int(chance * 1e6))[1])

        times = comparison.alternate(
            {'ours': ask, 'floor': select}, options.rounds, _WARM_UP
        )
        missed += _report(question.name, times, 'ours', 'floor', FLOOR)
    share = options.share
    page = max(int(_DEEP_PAGE * share), 2)
    for name, (first, deep) in deep_pages(engine, page).items():
        times = comparison.alternate(
            {
                'deep': lambda _, path=deep: service.time(path),
                'first': lambda _, path=first: service.time(path),
            },
            options.rounds,
            _WARM_UP,
        )
        title = f'{name}, page {page:,}'
        missed += _report(title, times, 'deep', 'first', DEEP)
    return missed


def _report(
    name: str, times: dict[str, list[float]], one: str, other: str, most: float
) -> list[str]:
    ratio = comparison.ratio(times[one], times[other])
    texts = (
        f'{which} {statistics.median(times[which]) * 1000:.2f} ms'
        for which in (one, other)
    )
    line = f'{name}: {ratio}, at most {most}; {", ".join(texts)}'
    sys.stdout.write(f'{line}\n')
    sys.stdout.flush()
    return [line] if ratio.value > most else []


def parse(arguments: Sequence[str] | None = None) -> Any:
    """Return the options in a command line."""
    parser = argparse.ArgumentParser(
        prog='python -m benchmarks.trail',
        description='Measure questions across servers beside bare SELECTs. '
        'The exit status is 1 when a target is missed, 2 when something is '
        'missing.',
    )
    add = parser.add_argument
    add('--state', default='.trail', help='directory to keep databases in')
    add('--share', type=float, default=1.0, help='of the rows')
    add('--rounds', type=int, default=200)
    add('--pool', default='4G', help="size of MariaDB's buffer pool")
    return parser.parse_args(arguments)


def main() -> int:
    """Compare; return 1 when a target is missed, 2 if something is missing."""
    options = parse()
    random.seed(1)
    state = pathlib.Path(options.state).resolve()
    state.mkdir(parents=True, exist_ok=True)
    try:
        server = reads_servers.MariaDB(state, options.pool)
        server.start()
    except reads_servers.MissingError as error:
        sys.stderr.write(f'{error}\n')
        return 2
    try:
        engine = _filled(server, options.share)
        service = Service(str(engine.url), state)
        missed = measure(options, engine, service)
    finally:
        server.stop()
    for line in missed:
        sys.stdout.write(f'missed: {line}\n')
    return int(bool(missed))


def _filled(server: reads_servers.MariaDB, share: float) -> sa.engine.Engine:
    """Return an engine of the database with so many records."""
    name = f'trail_{round(share * 1000)}'
    connection = server.connect()
    with connection.cursor() as cursor:
        is_new = not cursor.execute('SHOW DATABASES LIKE %s', (name,))
        if is_new:
            cursor.execute(f'CREATE DATABASE {name} CHARACTER SET utf8mb4')
    engine = sa.create_engine(server.url(name), isolation_level='AUTOCOMMIT')
    if is_new:
        begin = time.monotonic()
        trail_data.fill(engine, share)
        took = time.monotonic() - begin
        sys.stdout.write(f'Filled in {took:.0f} s.\n')
    return engine


if __name__ == '__main__':
    sys.exit(main())
