# SPDX-License-Identifier: Apache-2.0
"""The databases of a real nova's cells."""

from collections.abc import Sequence
import functools
import re
from typing import Any

import fixtures
import sqlalchemy as sa

from ext_lib.testing import schemas
from ext_lib.tests.realcloud import cloud

_COUNTER = re.compile(r' AUTO_INCREMENT=\d+')
#: More than there are migrations.
_NUMBERS = 10000


@functools.cache
def _engine(path: str = '') -> sa.engine.Engine:
    # To make one is dear, and there are hundreds of tables.
    return sa.create_engine(
        f'{cloud.SERVER}{path}',
        isolation_level='AUTOCOMMIT',
        poolclass=sa.pool.NullPool,
    )


def execute(*statements: str) -> list[Any]:
    """Execute statements as the database's root; return the last's rows."""
    rows: list[Any] = []
    with _engine().connect() as connection:
        for statement in statements:
            result = connection.execute(sa.text(statement))
            rows = list(result) if result.returns_rows else []
    return rows


def tables(database: str) -> dict[str, str]:
    """Return the statements that would create the tables again."""
    found = schemas.definitions(_engine(f'/{database}'))
    # How many rows there have been is not part of it.
    return {name: _COUNTER.sub('', text) for name, text in found.items()}


def checksums(database: str, *names: str) -> dict[str, Any]:
    """Return checksums of the rows of tables."""
    listed = ', '.join(f'{database}.{name}' for name in names)
    rows = execute(f'CHECKSUM TABLE {listed}')
    return {name.partition('.')[2]: checksum for name, checksum in rows}


def servers(database: str, among: Sequence[str]) -> list[str]:
    """Return the servers that are in the database of a cell."""
    rows = execute(
        f'SELECT uuid FROM {database}.instances WHERE uuid IN {_in(among)}'
    )
    found = {uuid for (uuid,) in rows}
    return [server for server in among if server in found]


class SecondCell(fixtures.Fixture):
    """A cell without hosts, for servers of the first one.

    ``database`` is the name of its database. The servers go back with the
    test.

    :param of: the cloud of the nova
    """

    def __init__(self, of: cloud.Cloud) -> None:
        super().__init__()
        self._cloud = of
        name = of.settings['REALCLOUD_NAME']
        self._first = f'{name}_nova'
        self._api = f'{name}_nova_api'
        self.database = f'{name}_nova_cell2'

    def _setUp(self) -> None:
        self.addCleanup(execute, f'DROP DATABASE IF EXISTS {self.database}')
        execute(f'CREATE DATABASE {self.database} CHARACTER SET utf8mb4')
        for table in tables(self._first):
            execute(
                f'CREATE TABLE {self.database}.{table} '
                f'LIKE {self._first}.{table}'
            )
        self._cloud.manage(
            *('cell_v2', 'create_cell', '--name', 'cell2'),
            *('--database_connection', f'{cloud.SERVER}/{self.database}'),
            *('--transport-url', 'fake://'),
        )
        self.addCleanup(self._remove)

    def _remove(self) -> None:
        execute(f"DELETE FROM {self._api}.cell_mappings WHERE name = 'cell2'")
        self._cloud.restart_nova()

    def take(self, servers: Sequence[str]) -> None:
        """Move servers, with all that belongs to them, into the cell."""
        self.addCleanup(
            self._move, servers, self.database, self._first, 'cell1'
        )
        self._move(servers, self._first, self.database, 'cell2')
        self._cloud.restart_nova()

    def tie(self) -> None:
        """Give migrations of both cells the same numbers and times.

        Those of one server keep theirs, for :meth:`leave_copy`.
        """
        [(self._copied,)] = execute(
            f'SELECT instance_uuid FROM {self.database}.migrations '
            'GROUP BY instance_uuid ORDER BY COUNT(*) DESC LIMIT 1'
        )
        first, second = (
            execute(
                f'SELECT uuid, id, created_at FROM {database}.migrations '
                f"WHERE instance_uuid <> '{self._copied}' ORDER BY id"
            )
            for database in (self._first, self.database)
        )
        for (_, *there), (uuid, *here) in zip(first, second, strict=False):
            self.addCleanup(self._place, uuid, *here)
            self._place(uuid, *there)

    def _place(self, uuid: str, number: int, created_at: Any) -> None:
        execute(
            f'UPDATE {self.database}.migrations SET id = {number}, '
            f"created_at = '{created_at}' WHERE uuid = '{uuid}'"
        )

    def leave_copy(self) -> None:
        """Leave in the first cell what a move out of it leaves of a server.

        It is hidden there, and no service updates the records of its
        migrations; some were touched last there all the same. They have
        numbers of their own: nova leaves open which of two copies is shown
        that are equal in number and times.
        """
        server = self._copied
        self.addCleanup(self._delete, [server], self._first)
        self._copy([server], self.database, self._first)
        theirs = f"instance_uuid = '{server}'"
        execute(
            f'UPDATE {self._first}.instances SET hidden = 1 '
            f"WHERE uuid = '{server}'",
            f"UPDATE {self._first}.migrations SET status = 'failed', "
            f'id = id + {_NUMBERS}, updated_at = created_at '
            f'WHERE {theirs} ORDER BY id DESC',
            f'UPDATE {self._first}.migrations SET '
            'updated_at = created_at + INTERVAL 1 HOUR '
            f'WHERE {theirs} ORDER BY id LIMIT 1',
        )

    def _move(
        self, servers: Sequence[str], source: str, target: str, cell: str
    ) -> None:
        self._copy(servers, source, target)
        self._delete(servers, source)
        execute(
            f'UPDATE {self._api}.instance_mappings SET cell_id = '
            f'(SELECT id FROM {self._api}.cell_mappings '
            f"WHERE name = '{cell}') WHERE instance_uuid IN {_in(servers)} "
            'AND cell_id IN (SELECT id FROM '
            f"{self._api}.cell_mappings WHERE name <> 'cell0')"
        )

    def _copy(self, servers: Sequence[str], source: str, target: str) -> None:
        for table, condition in self._rows(servers, source):
            execute(
                f'INSERT INTO {target}.{table} '
                f'SELECT * FROM {source}.{table} WHERE {condition}'
            )

    def _delete(self, servers: Sequence[str], source: str) -> None:
        for table, condition in reversed(self._rows(servers, source)):
            execute(f'DELETE FROM {source}.{table} WHERE {condition}')

    def _rows(
        self, servers: Sequence[str], source: str
    ) -> list[tuple[str, str]]:
        """Return tables, each with the condition of what is to be moved."""
        theirs = f'instance_uuid IN {_in(servers)}'
        tables_ = [
            name
            for (name,) in execute(
                'SELECT table_name FROM information_schema.columns '
                f"WHERE table_schema = '{source}' "
                "AND column_name = 'instance_uuid' "
                "AND table_name NOT LIKE 'shadow%' "
                "AND table_name NOT LIKE 'task%'"
            )
        ]
        actions = f'SELECT id FROM {source}.instance_actions WHERE {theirs}'
        return [
            ('instances', f'uuid IN {_in(servers)}'),
            *((name, theirs) for name in tables_),
            ('instance_actions_events', f'action_id IN ({actions})'),
        ]


def _in(values: Sequence[str]) -> str:
    listed = ', '.join(f"'{value}'" for value in values)
    return f'({listed})'
