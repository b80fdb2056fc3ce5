# SPDX-License-Identifier: Apache-2.0
"""The indexes that a cell can have beyond nova's, and what writes pay them."""

from collections.abc import Iterator
import contextlib
import pathlib
import sys
import time
from typing import Any

from benchmarks import reads_data
from benchmarks import reads_meter
from benchmarks import reads_nova
from benchmarks import reads_servers

#: Rows written for each set of indexes, and how they are divided.
_ROWS = 2_000
_BATCHES = 10
#: The one for all lists, and another for those of users.
WALK = ('deleted', 'created_at', 'id')
OF_USER = ('deleted', 'user_id', 'created_at', 'id')

Databases = reads_nova.NovaDatabases


class Indexes:
    """Those of the migrations of a cell."""

    def __init__(
        self, server: reads_servers.MariaDB, databases: Databases
    ) -> None:
        self._server = server
        self._databases = databases
        self._cell = databases.name('cell1')

    @contextlib.contextmanager
    def all(self) -> Iterator[None]:
        """Have all of ours, as our program adds them, for a while."""
        before = self._databases.indexes()
        file = self._databases.directory / 'indexes.conf'
        url = self._server.url(self._cell)
        file.write_text(f'[database]\nconnection = {url}\n')
        command = ('-W', 'ignore', '-m', 'nova_ext.cmd.manage')
        reads_servers.run(
            [
                *(sys.executable, *command, '--config-file', str(file)),
                *('db', 'create_indexes'),
            ],
            pathlib.Path(f'{file}.log'),
            PYTHONPATH=str(reads_servers.own_checkout()),
        )
        try:
            yield
        finally:
            self._drop(self._databases.indexes() - before)

    @contextlib.contextmanager
    def some(self, *indexes: tuple[str, ...]) -> Iterator[None]:
        """Have these while the context lasts."""
        names = {'reads_' + '_'.join(columns): columns for columns in indexes}
        for name, columns in names.items():
            self._execute(
                f'ALTER TABLE migrations ADD INDEX {name}'
                f' ({", ".join(columns)})'
            )
        self._analyze()
        try:
            yield
        finally:
            self._drop(set(names))

    def _drop(self, names: set[str]) -> None:
        for name in names:
            self._execute(f'ALTER TABLE migrations DROP INDEX {name}')
        self._analyze()

    def _analyze(self) -> None:
        self._execute('ANALYZE TABLE migrations')

    def _execute(self, statement: str) -> None:
        reads_nova.execute(self._server, self._cell, statement)

    def drop_left(self) -> None:
        """Drop what an interrupted run has left."""
        found = self._databases.indexes()
        # nova names none of its own like this.
        ours = {n for n in found if n.endswith('_created_at_id')}
        ours |= {n for n in found if n.endswith('_created_at_id_idx')}
        self._drop(ours)


def measure_writes(
    server: reads_servers.MariaDB, databases: Databases
) -> Iterator[tuple[str, reads_meter.Median, reads_meter.Median, int]]:
    """Yield what a migration costs nova's database, for sets of indexes.

    A migration is written once and changes its status four times, each in a
    transaction of its own.

    :return: the name of the set; CPU of the database in ms, time in ms and
        bytes in InnoDB's log of a migration
    """
    indexes = Indexes(server, databases)
    for name, context in (
        ("nova's own", contextlib.nullcontext()),
        ('one more: deleted, created_at, id', indexes.some(WALK)),
        (
            'two more: and deleted, user_id, created_at, id',
            indexes.some(WALK, OF_USER),
        ),
        ('all of create_indexes', indexes.all()),
        ("nova's own, again", contextlib.nullcontext()),
    ):
        with context:
            yield (name, *_write(server, databases))


def _write(
    server: reads_servers.MariaDB, databases: Databases
) -> tuple[reads_meter.Median, reads_meter.Median, int]:
    connection = server.connect(databases.name('cell1'))
    cpu, times = [], []
    with connection, connection.cursor() as cursor:
        cursor.execute('SELECT MAX(id) FROM migrations')
        [[last]] = cursor.fetchall()
        logged = _logged(cursor)
        for batch in range(_BATCHES):
            begun = time.perf_counter(), reads_meter.cpu([server.pid])
            for number in range(_ROWS // _BATCHES):
                _migrate(cursor, last + 1 + batch * _ROWS + number)
            ended = time.perf_counter(), reads_meter.cpu([server.pid])
            took, used = (b - a for a, b in zip(begun, ended, strict=True))
            times.append(1000 * took / (_ROWS // _BATCHES))
            cpu.append(1000 * used / (_ROWS // _BATCHES))
        logged = (_logged(cursor) - logged) // _ROWS
        cursor.execute('DELETE FROM migrations WHERE id > %s', (last,))
    return reads_meter.Median.of(cpu), reads_meter.Median.of(times), logged


def _logged(cursor: Any) -> int:
    cursor.execute("SHOW GLOBAL STATUS LIKE 'Innodb_os_log_written'")
    [[_, count]] = cursor.fetchall()
    return int(count)


def _migrate(cursor: Any, number: int) -> None:
    execute = cursor.execute
    user = reads_data.digest('user', number % 1000)
    execute(
        'INSERT INTO migrations (id, created_at, updated_at, deleted, uuid,'
        ' instance_uuid, status, migration_type, source_compute, source_node,'
        ' dest_compute, dest_node, user_id, project_id, hidden,'
        ' cross_cell_move) VALUES (%s, NOW(), NOW(), 0, %s, %s, %s, %s, %s,'
        ' %s, %s, %s, %s, %s, 0, 0)',
        (
            number,
            reads_data.uuid('written', number),
            reads_data.uuid('server', number % 1000),
            'accepted',
            'live-migration',
            *(f'host{number % 200}', f'host{number % 200}'),
            *(f'host{number % 199}', f'host{number % 199}'),
            user,
            user,
        ),
    )
    for status in ('queued', 'preparing', 'running', 'completed'):
        execute(
            'UPDATE migrations SET status = %s, updated_at = NOW()'
            ' WHERE id = %s',
            (status, number),
        )
