# SPDX-License-Identifier: Apache-2.0
"""Benchmark of questions across servers, beside bare SELECTs.

README.rst describes the method, and how to run it.
"""

import argparse
from collections.abc import Sequence
import importlib
import json
import os
import pathlib
import random
import statistics
import sys
import time
from typing import Any

import sqlalchemy as sa
import webob

from benchmarks import comparison
from benchmarks import reads_servers
from benchmarks import trail_data
from benchmarks import trail_questions
from benchmarks.trail_questions import LIMIT
from benchmarks.trail_questions import Question

#: Targets: of a bare SELECT of the same rows, and of the first page.
FLOOR, DEEP = 2.5, 1.2
_DEEP_PAGE = 10_000
_WARM_UP = 20
_TOKEN = 'admin:admin'  # noqa: S105 (of no authentication)


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
            dict(row)
            for statement in statements
            for row in self._connection.execute(statement).mappings()
        ]
        return json.dumps(rows, default=str)

    def time(self, statements: Sequence[Any]) -> float:
        """Return the seconds that they take."""
        begin = time.perf_counter()
        self.get(statements)
        return time.perf_counter() - begin


def check(service: Service, floor: Floor, question: Question) -> None:
    """Make sure that both answers have the same records.

    :raises RuntimeError: when they have not
    """
    path, statements = question.ask(1)
    body = json.loads(service.get(path))
    [name] = body.keys() & {'actions', 'migrations', 'timeline'}
    # Of a server, the first row is the server.
    first = 0 if name == 'actions' else 1
    rows = [
        f'{row["source_id"]}-{row["id"]}'
        for row in json.loads(floor.get(statements[first:]))
    ]
    ours = [one['id'] for one in body[name]]
    if name == 'timeline':
        ours = [one.partition('-')[-1] for one in ours]
    else:
        # A host may have several steps of an action.
        rows = list(dict.fromkeys(rows))
        ours = ours[: len(rows)]
    if sorted(ours) != sorted(rows) or not ours:
        raise RuntimeError(f'{path}: {ours} are not {rows}')


def deep_pages(
    engine: sa.engine.Engine, page: int
) -> dict[str, tuple[str, str]]:
    """Return first pages and deep ones of long lists, by what they list."""
    found = {}
    for name, outcome in (
        ('all actions', None),
        ('what succeeded', 'success'),
    ):
        statement = trail_questions.ends(outcome)
        rows = (page - 1) * LIMIT - 1
        with engine.connect() as connection:
            [[source, number]] = connection.execute(statement.offset(rows))
        query = f'result={outcome}&' if outcome else ''
        path = f'/audit/actions?{query}limit={LIMIT}'
        found[name] = path, f'{path}&marker={source}-{number}'
    return found


def measure(options: Any, engine: Any, service: Service) -> list[str]:
    """Print the times; return the targets that are missed."""
    missed = []
    floor = Floor(engine)
    for question in trail_questions.make(engine):
        check(service, floor, question)

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
