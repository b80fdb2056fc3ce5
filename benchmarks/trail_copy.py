# SPDX-License-Identifier: Apache-2.0
"""The first copy of a cell into a trail, against a bare INSERT ... SELECT."""

from collections.abc import Iterator
import contextlib
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
from typing import Any

import sqlalchemy as sa

from ext_lib.db import fixture
from ext_lib.testing import polling
from nova_ext.db.trail import models
from nova_ext.db.trail import record_kinds
from nova_ext.tests import nova_database

_ACTIONS = int(os.environ.get('ACTIONS', '1000000'))
_SERVERS = _ACTIONS // 20
_VARIABLES = ('NOVA_EXT_MARIADB_URL', 'NOVA_EXT_POSTGRESQL_URL')
#: What each kind has of the rows of actions.
_PER_ACTION = {'servers': 0.05, 'actions': 1, 'events': 1.5, 'migrations': 1}
#: MiB that a collector is allowed.
_MOST = 200
#: Longer than that nothing is measured.
_HOURS = 5 * 3600
_BEGUN = "TIMESTAMP '2025-01-01 00:00:00'"
#: Values of the columns that only the trail has.
_FIXED = {
    'source_id': '1',
    'is_superseded': 'FALSE',
    'watch': '0',
    'outcome': "'success'",
    'server_project_id': "MD5('project7')",
    'server_name': "'server7'",
}
_CONFIGURATION = """\
[database]
connection = {cell}
[trail]
connection = {trail}
"""


def _numbers(dialect: str, count: int) -> str:
    """Return a FROM clause with the numbers from 1 on, as ``seq``."""
    if dialect == 'mysql':
        return f'seq_1_to_{count}'
    return f'generate_series(1, {count}) AS numbers(seq)'


def _time(dialect: str, seconds: str) -> str:
    if dialect == 'mysql':
        return f'{_BEGUN} + INTERVAL {seconds} SECOND'
    return f"{_BEGUN} + INTERVAL '1 second' * {seconds}"


def _uuid(kind: str, number: str) -> str:
    found = f"MD5(CONCAT('{kind}', {number}))"
    parts = [(1, 8), (9, 4), (13, 4), (17, 4), (21, 12)]
    cut = [f'SUBSTRING({found}, {at}, {size})' for at, size in parts]
    joined = ", '-', ".join(cut)
    return f'CONCAT({joined})'


def _rows(kind: record_kinds.Kind, dialect: str) -> dict[str, str]:
    """Return expressions for the columns of a kind, by their names."""
    server = f'MOD(seq, {_SERVERS})'
    owner = {
        'user_id': f"MD5(CONCAT('user', MOD({server}, 2000)))",
        'project_id': f"MD5(CONCAT('project', MOD({server}, 500)))",
    }
    begun, ended = _time(dialect, 'seq'), _time(dialect, '(seq + 9)')
    of_all = {
        'id': 'seq', 'created_at': begun, 'updated_at': ended, 'deleted': '0',
    }  # fmt: skip
    host = f"CONCAT('compute', MOD({server}, 200))"
    if kind is record_kinds.SERVERS:
        return (
            of_all
            | owner
            | {
                'uuid': _uuid('server', 'seq'),
                'display_name': "CONCAT('server', seq)",
                'host': host,
                'vm_state': "'active'",
                'hidden': 'FALSE',
            }
        )
    if kind is record_kinds.ACTIONS:
        return (
            of_all
            | owner
            | {
                'action': "'reboot'",
                'instance_uuid': _uuid('server', f'({server} + 1)'),
                'request_id': f"CONCAT('req-', {_uuid('request', 'seq')})",
                'start_time': begun,
                'finish_time': ended,
            }
        )
    if kind is record_kinds.EVENTS:
        return of_all | {
            'event': "'compute_reboot_instance'",
            'action_id': f'1 + MOD(seq, {_ACTIONS})',
            'start_time': begun,
            'finish_time': ended,
            'result': "'Success'",
            'host': host,
        }
    return (
        of_all
        | owner
        | {
            'uuid': _uuid('migration', 'seq'),
            'instance_uuid': _uuid('server', f'({server} + 1)'),
            'status': "'completed'",
            'migration_type': "'live-migration'",
            'source_compute': host,
            'dest_compute': "'compute7'",
            'hidden': 'FALSE',
        }
    )


def _fill(engine: Any, kind: record_kinds.Kind, count: int) -> None:
    rows = _rows(kind, engine.dialect.name)
    statement = (
        f'INSERT INTO {kind.origin.name} ({", ".join(rows)}) SELECT '  # noqa: S608
        f'{", ".join(rows.values())} '
        f'FROM {_numbers(engine.dialect.name, count)}'
    )
    with engine.begin() as connection:
        connection.execute(sa.text(statement))


def _copy_bare(engine: Any, kind: record_kinds.Kind) -> float:
    """Return the seconds of one statement that copies a table."""
    fixed = {k: v for k, v in _FIXED.items() if k in kind.table.c}
    columns = ', '.join((*kind.columns, *fixed))
    values = ', '.join((*kind.columns, *fixed.values()))
    statement = (
        f'INSERT INTO {kind.table.name} ({columns}) '  # noqa: S608
        f'SELECT {values} FROM {kind.origin.name}'
    )
    began = time.monotonic()
    with engine.begin() as connection:
        connection.execute(sa.text(statement))
    return time.monotonic() - began


@contextlib.contextmanager
def _database(url: str) -> Iterator[str]:
    made = fixture.create_database(url)
    try:
        yield made
    finally:
        fixture.drop_database(made)


def _collect(
    directory: str, cell: str, trail: str
) -> tuple[float, float, int]:
    """Copy a cell; return seconds, those of CPU, and the memory in MiB."""
    file = pathlib.Path(directory, 'nova-ext.conf')
    file.write_text(_CONFIGURATION.format(cell=cell, trail=trail))
    command = [
        *(sys.executable, '-W', 'ignore', '-m', 'nova_ext.cmd.trail'),
        f'--config-file={file}',
    ]
    subprocess.run([*command, 'db', 'sync'], check=True)  # noqa: S603
    engine = sa.create_engine(trail)
    began = time.monotonic()
    with subprocess.Popen([*command, 'collect']) as process:  # noqa: S603
        polling.wait_until(
            lambda: process.poll() is not None or _is_read(engine),
            'the cell to be read to its end',
            _HOURS,
        )
        seconds = time.monotonic() - began
        [memory] = re.findall(
            r'VmHWM:\s+(\d+)',
            pathlib.Path(f'/proc/{process.pid}/status').read_text(),
        )
        process.terminate()
        _pid, _status, used = os.wait4(process.pid, 0)
        process.returncode = 0
    engine.dispose()
    return seconds, used.ru_utime + used.ru_stime, int(memory) // 1024


def _sizes(engine: Any, counts: dict[record_kinds.Kind, int]) -> str:
    """Return the bytes that a record takes, with its indexes, by kind."""
    statement = (
        'SELECT data_length + index_length FROM information_schema.tables '
        'WHERE table_schema = DATABASE() AND table_name = :name'
    )
    analyze = 'ANALYZE TABLE'
    if engine.dialect.name == 'postgresql':
        statement = 'SELECT pg_total_relation_size(:name)'
        analyze = 'ANALYZE'
    found = []
    with engine.begin() as connection:
        for kind, count in counts.items():
            name = kind.table.name
            connection.execute(sa.text(f'{analyze} {name}'))
            size = connection.execute(sa.text(statement), {'name': name})
            found.append(f'{kind.name} {size.scalar_one() // count}')
    return ', '.join(found)


def _is_read(engine: Any) -> bool:
    with engine.connect() as connection:
        found = connection.execute(sa.select(models.sources.c.read_at))
        return any(found.scalars())


def _measure(url: str) -> int:
    """Measure on a server; return the memory of the collector in MiB."""
    counts = {
        kind: int(_ACTIONS * _PER_ACTION[kind.name])
        for kind in record_kinds.ALL
    }
    rows = sum(counts.values())
    with (
        _database(url) as cell,
        _database(url) as trail,
        tempfile.TemporaryDirectory() as directory,
    ):
        engine = sa.create_engine(cell)
        nova_database.make(engine)
        # Rows that others name come first.
        for kind in sorted(
            counts, key=lambda kind: kind is record_kinds.EVENTS
        ):
            _fill(engine, kind, counts[kind])
        seconds, cpu, memory = _collect(directory, cell, trail)
        copied = sa.create_engine(trail)
        sizes = _sizes(copied, counts)
        copied.dispose()
        models.metadata.create_all(engine)
        bare = sum(_copy_bare(engine, kind) for kind in counts)
        engine.dispose()
    name = re.split(r'\W', url)[0]
    sys.stdout.write(
        f'{name}: {rows} rows, bare {bare:.0f} s ({rows / bare:.0f}/s), '
        f'collector {seconds:.0f} s ({rows / seconds:.0f}/s), '
        f'{seconds / bare:.2f} times as long, {cpu:.1f} s of CPU, '
        f'{memory} MiB; '
        f'bytes a record: {sizes}\n'
    )
    return memory


def main() -> int:
    """Measure on each server whose URL is in the environment.

    :returns: 1 if a collector took more memory than it is allowed, else 0
    """
    urls = [os.environ[name] for name in _VARIABLES if os.environ.get(name)]
    return int(max(map(_measure, urls), default=0) > _MOST)


if __name__ == '__main__':
    sys.exit(main())
