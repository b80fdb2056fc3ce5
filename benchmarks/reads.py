# SPDX-License-Identifier: Apache-2.0
"""Benchmark of reads, beside a real nova and beside the floor.

README.rst describes the method, and how to run it.
"""

import argparse
from collections.abc import Sequence
import pathlib
import sys
from typing import Any

from benchmarks import reads_data
from benchmarks import reads_indexes
from benchmarks import reads_meter
from benchmarks import reads_nova
from benchmarks import reads_servers
from benchmarks import reads_services
from benchmarks.reads_comparison import compare
from benchmarks.reads_comparison import Comparison
from benchmarks.reads_comparison import Report
from benchmarks.reads_requests import NovaReads

PARTS = ('nova', 'services', 'memory', 'starts', 'writes')
MEMORY_REQUESTS = 100_000
#: nova needs minutes for so many.
_SHARE_OF_NOVA = 20

# Targets.
MEMORY_OF_NOVA, MEMORY_GROWTH = 0.5, 1.05
#: At 10 times the rows; of the same at another checkout; of its start.
GROWTH, AGAINST, START = 1.2, 1.05, 0.5


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
    options.nova = reads_nova.nova_python(state, options.nova)
    for name in options.data:
        size = reads_data.SIZES[name]
        databases = reads_nova.NovaDatabases(server, size, state, options.nova)
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
