# SPDX-License-Identifier: Apache-2.0
"""nova, the floor and ours, measured in turn."""

from collections.abc import Iterator
import contextlib
import dataclasses
import json
import math
import random
import re
import sys
import time
from typing import Any

from benchmarks import reads_meter
from benchmarks import reads_servers
from benchmarks.reads_requests import NovaReads
from benchmarks.reads_requests import Read

#: Times the CPU of the first page that a deep one may take.
DEEP = 1.2
#: Seconds for which nova waits for a cell; then it leaves it out of its list,
#: and no option of nova's says otherwise.
CELL_TIMEOUT = 60
_COMPARED = 5
_NAMES = {False: 'as nova leaves it', True: 'with our indexes'}
_HOSTS = re.compile(rb'https?://[^/"]+')


@dataclasses.dataclass
class Report:
    """The tables, and the targets that were missed."""

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

    def differences(
        self, servers: dict[str, Any], read: Read
    ) -> tuple[list[str], bool]:
        """Compare bodies.

        :returns: the names of those whose bodies are not nova's, and whether
            nova has none because its database took too long; they are
            compared with the floor's then
        """
        found, has_timed_out = set(), False
        for data in read.requests[:_COMPARED]:
            if not has_timed_out:
                began = time.monotonic()
                expected = _body(servers['nova'], data)
                has_timed_out = time.monotonic() - began >= CELL_TIMEOUT
            if has_timed_out:
                expected = _body(servers['floor'], data)
            for name in servers.keys() - {'nova'}:
                if _body(servers[name], data) != expected:
                    found.add(name)
        return sorted(found), has_timed_out

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
            _compare_read(
                report, comparison, servers, read, name, done, others
            )


def _is_chosen(options: Any, name: str) -> bool:
    return not options.requests or any(
        word in name for word in options.requests
    )


def _compare_read(
    report: Report, comparison: Comparison, servers: Any, read: Read,
    name: str, done: dict[str, float], others: list[str],
) -> None:  # fmt: skip
    different, has_timed_out = comparison.differences(servers, read)
    if different:
        report.missed.append(f'{name}: other bodies of {different}')
        report.line(read.name, f'bodies differ: {", ".join(different)}')
        return
    commands = comparison.commands(servers['ours'], read)
    if has_timed_out:
        servers = {k: v for k, v in servers.items() if k != 'nova'}
    runs = comparison.measure(servers, read)
    if has_timed_out:
        # Each of its two processes needs more time than this.
        most = 2 / CELL_TIMEOUT
        runs['nova'] = [reads_meter.Run(most, math.nan, math.nan)]
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
    texts = {who: f'{costs[who]} + {database[who].value:.2f}' for who in costs}
    if has_timed_out:
        texts['nova'] = f'no answer in {CELL_TIMEOUT} s'
    report.line(
        read.name,
        *(texts[who] for who in ('ours', *others)),
        f'{"more than " * has_timed_out}{nova:.3g}',
        *(f'{floor:.2f}', f'{commands:g}'),
        ', '.join(dict.fromkeys(verdicts)) or 'none',
    )
