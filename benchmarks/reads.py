# SPDX-License-Identifier: Apache-2.0
"""Benchmark of reads, beside a real nova and beside the floor.

README.rst describes the method, and how to run it.
"""

import argparse
from collections.abc import Iterator, Sequence
import contextlib
import dataclasses
import json
import pathlib
import random
import re
import sys
from typing import Any

from benchmarks import reads_data
from benchmarks import reads_indexes
from benchmarks import reads_meter
from benchmarks import reads_servers
from benchmarks import reads_services

PARTS = ('nova', 'services', 'memory', 'starts', 'writes')
MEMORY_REQUESTS = 100_000
#: nova needs minutes for so many.
_SHARE_OF_NOVA = 20
_COMPARED = 5
_SAMPLES = 20
_CELLS = 2
_PAGE = 50
_NAMES = {False: 'as nova leaves it', True: 'with our indexes'}
_HOSTS = re.compile(rb'https?://[^/"]+')

# Targets.
POINT_NOVA, POINT_FLOOR = 12, 3
LIST_NOVA, LIST_FLOOR = 12, 2.5
#: Of a page of 50 and of 1,000, where nova walks through 1,000,000 rows.
BIG_NOVA = {50: 1000, 1000: 60}
BIG_NOVA_PLAIN, BIG_NOVA_FILTERED = 500, 10
DEEP = 1.2
MEMORY_OF_NOVA, MEMORY_GROWTH = 0.5, 1.05
#: At 10 times the rows; of the same at another checkout; of its start.
GROWTH, AGAINST, START = 1.2, 1.05, 0.5


@dataclasses.dataclass(frozen=True)
class Read:
    """A kind of request and its targets.

    :param nova: times nova's requests per second, at least
    :param floor: times the floor's CPU, at most
    :param commands: to all cells, at most
    :param shallow: name of the read whose CPU is compared
    """

    name: str
    requests: Sequence[bytes]
    nova: float | None = None
    floor: float | None = None
    commands: int | None = None
    shallow: str | None = None


@dataclasses.dataclass
class Report:
    """What is printed, and whether a target was missed."""

    missed: list[str] = dataclasses.field(default_factory=list)

    def line(self, *columns: object) -> None:
        """Print a row of a table."""
        sys.stdout.write('| ' + ' | '.join(map(str, columns)) + ' |\n')
        sys.stdout.flush()

    def table(self, title: str, *columns: str) -> None:
        """Print the head of a table."""
        sys.stdout.write(f'\n{title}\n\n')
        self.line(*columns)
        self.line(*('---' for _ in columns))

    def check(self, name: str, value: float, low: float, high: float) -> str:
        """Return whether a value is within bounds, and remember if not."""
        if low <= value <= high:
            return 'met'
        bound = f'at least {low:g}' if value < low else f'at most {high:g}'
        self.missed.append(f'{name}: {value:.3g}, {bound}')
        return f'missed ({bound})'


class NovaReads:
    """The reads that nova has, too, on databases of one size."""

    def __init__(
        self, server: reads_servers.MariaDB, databases: Any, size: Any
    ) -> None:
        self._cell = databases.name('cell1')
        self._server = server
        self._size = size

    def all(self, is_indexed: bool) -> list[Read]:
        """Return all of them with their targets."""
        return [*self._points(), *self._lists(is_indexed)]

    def _points(self) -> Iterator[Read]:
        numbers = range(0, self._size.servers, self._size.servers // 100 or 1)
        some = random.Random(1).sample(range(self._size.servers), len(numbers))
        gone = [n for n in some if reads_data.is_deleted(n)] or [3]
        there = [n for n in some if not reads_data.is_deleted(n)]
        moving = [n for n in there if reads_data.is_moving(n)]
        for suffix, servers in (('', there), (' of a deleted server', gone)):
            path = '/v2.1/servers/{}/os-instance-actions'
            yield _point(
                f'list {reads_data.ACTIONS} actions{suffix}',
                [
                    _request(path.format(_server(n)), self._owner(n))
                    for n in servers
                ],
                1,
            )
            yield _point(
                f'show an action with its events{suffix}',
                [
                    _request(f'{path.format(_server(n))}/{self._action(n)}')
                    for n in servers
                ],
                2,
            )
        yield _point(
            'migrations of a server',
            [
                _request(f'/v2.1/servers/{_server(n)}/migrations')
                for n in moving
            ],
            1,
        )

    def _owner(self, server: int) -> dict[str, str]:
        user = server % self._size.users
        return {
            'X-User-Id': reads_data.digest('user', user),
            'X-Project-Id': reads_data.digest(
                'project', user % self._size.projects
            ),
            'X-Roles': 'member,reader',
        }

    def _action(self, server: int) -> str:
        turn = server % reads_data.ACTIONS
        number = turn * self._size.servers + server + 1
        return f'req-{reads_data.uuid("request", number)}'

    def _lists(self, is_indexed: bool) -> Iterator[Read]:
        is_big = self._size.name == 'large'
        filters = {
            'user': [
                f'user_id={reads_data.digest("user", u)}'
                for u in self._users()
            ],
            'project': [
                f'project_id={reads_data.digest("project", u)}'
                for u in self._users()
            ],
            'host': [f'host=host{n}' for n in range(_SAMPLES)],
            'status': ['status=error'],
        }
        floor = LIST_FLOOR if is_indexed else None
        for limit in (_PAGE, 1000):
            name = f'os-migrations, {limit} of {self._size.migrations:,}'
            nova: float | None = LIST_NOVA if is_indexed else None
            if is_big:
                nova = BIG_NOVA[limit] if is_indexed else BIG_NOVA_PLAIN
                if limit != _PAGE and not is_indexed:
                    nova = None
            first = LIST_FLOOR if is_big and limit == _PAGE else floor
            yield _list(name, [f'limit={limit}'], nova, first)
        pages = self._size.migrations // _PAGE // 2
        deep_nova: float | None = LIST_NOVA if is_indexed else None
        if is_big:
            deep_nova = BIG_NOVA[_PAGE] if is_indexed else BIG_NOVA_PLAIN
        shallow = f'os-migrations, {_PAGE} of {self._size.migrations:,}'
        deep = _list(
            f'{shallow}, page {pages:,}',
            [f'limit={_PAGE}&marker={self._marker(pages)}'],
            deep_nova,
            floor,
        )
        yield dataclasses.replace(
            deep, shallow=shallow if is_indexed else None
        )
        for name, queries in filters.items():
            target: float | None = LIST_NOVA if is_indexed else None
            if is_big and not is_indexed and name == 'user':
                target = BIG_NOVA_FILTERED
            queries = [f'limit={_PAGE}&{query}' for query in queries]
            yield _list(f'{shallow}, by {name}', queries, target, floor)

    def _users(self) -> list[int]:
        """Return users whose servers are there."""
        return [n for n in range(2 * _SAMPLES) if not reads_data.is_deleted(n)]

    def _marker(self, pages: int) -> str:
        rows = (pages - 1) * _PAGE - 1
        [[uuid]] = reads_data.execute(
            self._server,
            self._cell,
            'SELECT uuid FROM migrations WHERE deleted = 0'  # noqa: S608
            f' ORDER BY id DESC LIMIT 1 OFFSET {rows}',
        )
        return str(uuid)


def _point(name: str, requests: Sequence[bytes], commands: int) -> Read:
    return Read(name, requests, POINT_NOVA, POINT_FLOOR, commands)


def _list(
    name: str,
    queries: Sequence[str],
    nova: float | None,
    floor: float | None,
) -> Read:
    requests = [_request(f'/v2.1/os-migrations?{query}') for query in queries]
    return Read(name, requests, nova, floor, _CELLS)


def _server(number: int) -> str:
    return reads_data.uuid('server', number)


def _request(path: str, caller: Any = None) -> bytes:
    """Return a request of a caller, an administrator by default."""
    root = {
        'X-User-Id': reads_data.ROOT,
        'X-Project-Id': reads_data.ROOT,
        'X-Roles': 'admin,member,reader',
    }
    return reads_meter.request(
        path,
        {
            **(caller or root),
            # What names the user otherwise is left out for all.
            'X-Identity-Status': 'Confirmed',
            'X-Auth-Token': 'none',
            'Accept': 'application/json',
            'OpenStack-API-Version': 'compute 2.84',
        },
    )


class Comparison:
    """nova, ours and the floor on databases of one size."""

    def __init__(self, options: Any, server: Any, databases: Any) -> None:
        self._options = options
        self._mariadb = server
        self._databases = databases
        self._state = databases.directory

    @contextlib.contextmanager
    def servers(self, is_indexed: bool) -> Iterator[dict[str, Any]]:
        """Have all servers run while the context lasts."""
        names = ('nova', 'ours', 'against', 'floor')
        found = {}
        try:
            for name in names:
                if name != 'against' or self._options.against:
                    found[name] = self._start(name, is_indexed)
            for server in found.values():
                server.wait()
            yield found
        finally:
            for server in found.values():
                server.stop()

    def _start(self, name: str, is_indexed: bool) -> Any:
        options = self._options
        if name == 'nova':
            return reads_servers.WSGIServer(
                name,
                options.nova,
                'nova.wsgi.osapi_compute',
                self._state,
                **self._databases.environment(),
            )
        urls = {
            cell: self._mariadb.url(self._databases.name(cell), options.driver)
            for cell in ('cell1', 'cell0')
        }
        if name == 'floor':
            return reads_servers.WSGIServer(
                name,
                sys.executable,
                'benchmarks.reads_floor',
                self._state,
                reads_servers.own_checkout(),
                FLOOR_URL=urls['cell1'],
                FLOOR_ORDER='time' if is_indexed else 'id',
            )
        side = options.sides[name == 'against']
        return reads_servers.WSGIServer(
            name,
            side.python,
            'nova_ext.wsgi.audit',
            self._state,
            side.checkout,
            **reads_servers.environment(
                self._state / name, side.checkout, urls
            ),
        )

    def commands(self, server: Any, read: Read) -> float:
        """Return the commands that reach MariaDB for a request."""
        requests = (read.requests * _COMPARED)[:_COMPARED]
        for data in requests:
            reads_meter.fetch(server.port, data)
        connection = self._mariadb.connect()
        with connection, connection.cursor() as cursor:
            counts = []
            for number in range(3):
                cursor.execute(
                    'SHOW GLOBAL STATUS WHERE Variable_name IN'
                    " ('Questions', 'Com_admin_commands')"
                )
                counts.append(sum(int(value) for _, value in cursor))
                if number:
                    continue
                for data in requests:
                    reads_meter.fetch(server.port, data)
        answered = counts[1] - counts[0] - (counts[2] - counts[1])
        return answered / len(requests)

    def differences(self, servers: Any, read: Read) -> list[str]:
        """Return the names of those whose bodies are not nova's."""
        found = set()
        for data in read.requests[:_COMPARED]:
            bodies = {
                name: _body(server, data) for name, server in servers.items()
            }
            found |= {n for n in bodies if bodies[n] != bodies['nova']}
        return sorted(found)

    def measure(
        self, servers: Any, read: Read
    ) -> dict[str, list[reads_meter.Run]]:
        """Return the runs of each, in rounds of random order."""
        runs: dict[str, list[reads_meter.Run]] = {n: [] for n in servers}
        for server in servers.values():
            reads_meter.load(server.port, read.requests, 2, 0.3)
        for _ in range(self._options.rounds):
            for name in random.sample(list(servers), len(servers)):
                runs[name].append(
                    reads_meter.measure(
                        servers[name],
                        self._mariadb.pid,
                        read.requests,
                        self._options.seconds,
                    )
                )
        return runs


def _body(server: Any, data: bytes) -> Any:
    """Return an answer without the names of hosts in links."""
    status, text = reads_meter.fetch(server.port, data)
    return status, json.loads(_HOSTS.sub(b'', text))


def compare(
    options: Any, report: Report, comparison: Comparison, reads: NovaReads,
    is_indexed: bool, title: str,
) -> None:  # fmt: skip
    """Print the table of one size, with our indexes or without."""
    with comparison.servers(is_indexed) as servers:
        others = [name for name in servers if name != 'ours']
        report.table(
            f'{title}, {_NAMES[is_indexed]}: CPU of server + database in ms',
            *('request', 'ours', *others, 'requests/s, ours : nova'),
            *('server CPU, ours : floor', 'commands', 'targets'),
        )
        done: dict[str, float] = {}
        for read in reads.all(is_indexed):
            name = f'{read.name}, {_NAMES[is_indexed]}'
            if not _is_chosen(options, name):
                continue
            _compare_read(report, comparison, servers, read, name, done)


def _is_chosen(options: Any, name: str) -> bool:
    return not options.requests or any(
        word in name for word in options.requests
    )


def _compare_read(
    report: Report, comparison: Comparison, servers: Any, read: Read,
    name: str, done: dict[str, float],
) -> None:  # fmt: skip
    different = comparison.differences(servers, read)
    if different:
        report.missed.append(f'{name}: other bodies of {different}')
        report.line(read.name, f'bodies differ: {", ".join(different)}')
        return
    commands = comparison.commands(servers['ours'], read)
    runs = comparison.measure(servers, read)
    rates, costs = (
        {
            who: reads_meter.Median.of(getattr(run, what) for run in found)
            for who, found in runs.items()
        }
        for what in ('rate', 'server')
    )
    database = {
        who: reads_meter.Median.of(run.database for run in found)
        for who, found in runs.items()
    }
    nova = rates['ours'].value / rates['nova'].value
    floor = costs['ours'].value / costs['floor'].value
    done[read.name] = costs['ours'].value + database['ours'].value
    verdicts = []
    endless = float('inf')
    if read.nova is not None:
        what = f'{name}, requests/s of nova'
        verdicts.append(report.check(what, nova, read.nova, endless))
    if read.floor is not None:
        what = f'{name}, CPU of the floor'
        verdicts.append(report.check(what, floor, 0, read.floor))
    if read.commands is not None:
        what = f'{name}, commands'
        verdicts.append(report.check(what, commands, 0, read.commands))
    if read.shallow in done:
        what = f'{name}, CPU of the first page'
        ratio = done[read.name] / done[read.shallow]
        verdicts.append(report.check(what, ratio, 0, DEEP))
    report.line(
        read.name,
        *(
            f'{costs[who]} + {database[who].value:.2f}'
            for who in ('ours', *(w for w in costs if w != 'ours'))
        ),
        *(f'{nova:.3g}', f'{floor:.2f}', f'{commands:g}'),
        ', '.join(dict.fromkeys(verdicts)) or 'none',
    )


def compare_memory(
    options: Any, report: Report, comparison: Comparison, reads: NovaReads
) -> None:
    """Print the memory of a worker before and after many requests."""
    kinds = [read.requests for read in reads.all(False)[:6]]
    requests = [one for some in zip(*kinds, strict=False) for one in some]
    with comparison.servers(False) as servers:
        report.table(
            'Memory of a worker in MiB',
            *('server', 'requests', 'after a tenth of them', 'after all'),
        )
        found = {}
        for name in ('nova', 'ours'):
            server = servers[name]
            count = options.memory
            if name == 'nova':
                count //= _SHARE_OF_NOVA
            sizes = []
            for part in (count // 10, count - count // 10):
                reads_meter.load(server.port, requests, 2, 86400, part)
                sizes.append(reads_meter.memory(server.workers))
            report.line(name, count, *(f'{size:.1f}' for size in sizes))
            found[name] = sizes
    report.check(
        'memory, of nova', found['ours'][1] / found['nova'][1],
        0, MEMORY_OF_NOVA,
    )  # fmt: skip
    report.check(
        'memory, growth', found['ours'][1] / found['ours'][0],
        0, MEMORY_GROWTH,
    )  # fmt: skip


def compare_services(
    options: Any, report: Report, server: Any, state: pathlib.Path
) -> None:
    """Print what reads of our own services cost."""
    databases = reads_services.Databases(server, state)
    databases.make()
    sides = options.sides
    report.table(
        'Our own services: CPU of server + database in ms',
        *('request', *(f'{s.name}, n rows' for s in sides)),
        *(f'{s.name}, 10 n rows' for s in sides),
        *('10 n : n', 'ours : against'),
    )
    for name, found in reads_services.measure(
        databases, server.pid, sides, options.driver, state,
        options.rounds, options.seconds,
    ):  # fmt: skip
        few, many = (found['ours', size].value for size in (0, 1))
        growth, against = many / few, ''
        report.check(f'{name}, at 10 times the rows', growth, 0, GROWTH)
        if len(sides) > 1:
            ratio = few / found['against', 0].value
            report.check(f'{name}, of the other', ratio, 0, AGAINST)
            against = f'{ratio:.2f}'
        report.line(
            name,
            *(found[s.name, size] for size in (0, 1) for s in sides),
            f'{growth:.2f}',
            against,
        )


def compare_starts(options: Any, report: Report, state: pathlib.Path) -> None:
    """Print what starts take."""
    sides = options.sides
    columns = [
        f'{side.name}, {what}' for side in sides for what in ('s', 's of CPU')
    ]
    report.table('Starts', 'what', *columns)
    for name, found in reads_services.starts(sides, state, options.rounds):
        if len(sides) > 1:
            ratio = found['ours'][1].value / found['against'][1].value
            report.check(f'{name}, CPU of the other', ratio, 0, START)
        report.line(
            name, *(value for side in sides for value in found[side.name])
        )


def report_writes(
    report: Report, server: Any, databases: Any, title: str
) -> None:
    """Print what indexes cost the writes of a nova."""
    report.table(
        f'{title}: a migration written, and its status changed four times',
        *('indexes', 'ms of CPU of the database', 'ms', 'bytes of log'),
    )
    for row in reads_indexes.measure_writes(server, databases):
        report.line(*row)


def benchmark(options: Any, server: Any, state: pathlib.Path) -> Report:
    """Measure what the options choose, and print it."""
    report = Report()
    if 'services' in options.parts:
        compare_services(options, report, server, state)
    if 'starts' in options.parts:
        compare_starts(options, report, state)
    if not {'nova', 'memory', 'writes'} & set(options.parts):
        return report
    options.nova = reads_servers.nova_python(state, options.nova)
    for name in options.data:
        size = reads_data.SIZES[name]
        databases = reads_data.NovaDatabases(server, size, state, options.nova)
        databases.make()
        indexes = reads_indexes.Indexes(server, databases)
        indexes.drop_left()
        comparison = Comparison(options, server, databases)
        reads = NovaReads(server, databases, size)
        if 'nova' in options.parts:
            if 'plain' in options.indexes:
                compare(options, report, comparison, reads, False, name)
            if 'indexed' in options.indexes:
                with indexes.all():
                    compare(options, report, comparison, reads, True, name)
        if 'memory' in options.parts and name == options.data[0]:
            compare_memory(options, report, comparison, reads)
        if 'writes' in options.parts and name == options.data[-1]:
            report_writes(report, server, databases, name)
    return report


def _chosen(choices: Sequence[str]) -> Any:
    def parse(text: str) -> list[str]:
        found = text.split(',')
        for word in found:
            if word not in choices:
                raise argparse.ArgumentTypeError(
                    f'{word!r} is none of {", ".join(choices)}'
                )
        return found

    return parse


def _positive(text: str) -> float:
    value = float(text)
    if value <= 0:
        raise ValueError(text)
    return value


def parse(arguments: Sequence[str] | None = None) -> Any:
    """Return the options in a command line."""
    parser = argparse.ArgumentParser(
        prog='python -m benchmarks.reads',
        description='Measure reads beside nova and beside the floor. The exit '
        'status is 1 when a target is missed, 2 when something is missing.',
    )
    add = parser.add_argument
    add('--state', default='.reads', help='directory to keep databases in')
    add('--data', type=_chosen(list(reads_data.SIZES)), default='small,large')
    add('--parts', type=_chosen(PARTS), default=','.join(PARTS))
    add(
        '--indexes',
        type=_chosen(('plain', 'indexed')),
        default='plain,indexed',
        help="with nova's indexes only, or with ours, too",
    )
    add(
        '--requests',
        type=lambda text: text.split(';'),
        help='only those with one of these words in their names, e.g. '
        "'list 20;by user'",
    )
    add('--rounds', type=int, default=5)
    add('--seconds', type=_positive, default=4.0, help='of each run')
    add(
        '--memory',
        type=int,
        default=MEMORY_REQUESTS,
        metavar='REQUESTS',
        help='sent before the memory of a worker counts',
    )
    add('--nova', metavar='PYTHON', help='of an environment with nova')
    add('--driver', choices=sorted(reads_servers.DRIVERS), default='pymysql')
    add('--pool', default='4G', help="size of MariaDB's buffer pool")
    add('--against', metavar='CHECKOUT', help='other sources of ours')
    options = parser.parse_args(arguments)
    if options.rounds < 1 or options.memory < 1000:
        parser.error('at least 1 round and 1000 requests')
    options.sides = [reads_services.own()]
    if options.against:
        checkout = pathlib.Path(options.against).resolve()
        if not (checkout / 'nova_ext').is_dir():
            parser.error(f'{checkout} has no nova_ext')
        options.sides.append(
            reads_services.Side('against', checkout, sys.executable)
        )
    return options


def main() -> int:
    """Compare; return 1 when a target is missed, 2 if something is missing."""
    options = parse()
    state = pathlib.Path(options.state).resolve()
    state.mkdir(parents=True, exist_ok=True)
    try:
        reads_servers.find_program(
            'uwsgi', pathlib.Path(sys.executable).parent
        )
        server = reads_servers.MariaDB(state, options.pool)
        server.start()
        try:
            report = benchmark(options, server, state)
        finally:
            server.stop()
    except reads_servers.MissingError as error:
        sys.stderr.write(f'{error}\n')
        return 2
    for line in report.missed:
        sys.stdout.write(f'missed: {line}\n')
    return int(bool(report.missed))


if __name__ == '__main__':
    sys.exit(main())
