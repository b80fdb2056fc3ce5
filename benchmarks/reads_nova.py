# SPDX-License-Identifier: Apache-2.0
"""A nova: its environment, and its databases made by its own programs."""

import pathlib
import sys
from typing import Any

from benchmarks import reads_servers
from benchmarks.reads_data import Filling
from benchmarks.reads_data import Size

NOVA = '34.0.0'


class NovaDatabases:
    """The three databases of a nova with one cell beside cell0.

    :param python: of an environment with nova
    """

    def __init__(
        self,
        server: reads_servers.MariaDB,
        size: Size,
        state: pathlib.Path,
        python: str,
    ) -> None:
        self._server = server
        self._size = size
        self._python = python
        self.directory = state / size.name
        self.log = state / f'nova-manage-{size.name}.log'

    def name(self, which: str) -> str:
        """Return the name of a database: api, cell0 or cell1."""
        return f'reads_{self._size.name}_{which}'

    def configure(self) -> None:
        """Write the files of nova, for this server's port."""
        self.directory.mkdir(exist_ok=True)
        paste = nova_paste(self._python)
        if not paste.exists():
            raise reads_servers.MissingError(f'nova has no {paste}')
        reads_servers.without_token(paste, self.directory / 'api-paste.ini')
        for which in ('cell0', 'cell1'):
            text = self._configuration(which)
            (self.directory / f'nova-{which}.conf').write_text(text)

    def environment(self) -> dict[str, str]:
        """Return the variables of nova's WSGI application."""
        return {
            'OS_NOVA_CONFIG_DIR': str(self.directory),
            'OS_NOVA_CONFIG_FILES': 'api-paste.ini;nova-cell0.conf',
        }

    def make(self) -> None:
        """Make and fill them, unless they are there; enter the port."""
        self.configure()
        is_filled = self.directory / 'filled'
        if not is_filled.exists():
            self._create()
            self._fill()
            is_filled.touch()
        connection = self._server.connect(self.name('api'))
        with connection, connection.cursor() as cursor:
            cursor.execute(
                'UPDATE cell_mappings SET database_connection = REGEXP_REPLACE'
                "(database_connection, ':[0-9]+/', %s)",
                (f':{self._server.port}/',),
            )

    def _configuration(self, which: str) -> str:
        lines = [
            '[DEFAULT]',
            'transport_url = fake:/',
            f'state_path = {self.directory}',
            f'log_file = {self.directory}/nova.log',
            'use_stderr = false',
            '[api_database]',
            f'connection = {self._server.url(self.name("api"))}',
            '[database]',
            f'connection = {self._server.url(self.name(which))}',
            '[oslo_concurrency]',
            f'lock_path = {self.directory}',
        ]
        return '\n'.join([*lines, ''])

    def _create(self) -> None:
        with self._server.connect() as connection:
            for which in ('api', 'cell0', 'cell1'):
                name = self.name(which)
                with connection.cursor() as cursor:
                    cursor.execute(f'DROP DATABASE IF EXISTS {name}')
                    # As nova's guide has it made.
                    cursor.execute(
                        f'CREATE DATABASE {name} CHARACTER SET utf8mb3'
                    )
        cell0, cell1 = (
            self._server.url(self.name(which)) for which in ('cell0', 'cell1')
        )
        for which, *command in (
            ('cell0', 'api_db', 'sync'),
            ('cell0', 'cell_v2', 'map_cell0', '--database_connection', cell0),
            (
                *('cell0', 'cell_v2', 'create_cell', '--name', 'cell1'),
                *('--database_connection', cell1, '--transport-url', 'fake:/'),
            ),
            ('cell0', 'db', 'sync'),
            ('cell1', 'db', 'sync', '--local_cell'),
        ):
            file = self.directory / f'nova-{which}.conf'
            program = str(pathlib.Path(self._python).parent / 'nova-manage')
            reads_servers.run(
                [program, '--config-file', str(file), *command], self.log
            )

    def _fill(self) -> None:
        filling = Filling(self._size)
        execute(self._server, self.name('cell1'), *filling.statements())
        execute(self._server, self.name('api'), filling.mappings())

    def indexes(self, table: str = 'migrations') -> set[str]:
        """Return the names of the indexes of a table of the cell."""
        connection = self._server.connect(self.name('cell1'))
        with connection, connection.cursor() as cursor:
            cursor.execute(f'SHOW INDEX FROM {table}')
            return {row[2] for row in cursor.fetchall()}


def execute(
    server: reads_servers.MariaDB, database: str, *statements: str
) -> list[tuple[Any, ...]]:
    """Execute statements in turn; return the rows of the last one."""
    connection = server.connect(database)
    with connection, connection.cursor() as cursor:
        cursor.execute('SET unique_checks = 0, foreign_key_checks = 0')
        rows: list[tuple[Any, ...]] = []
        for statement in statements:
            cursor.execute(statement)
            rows = list(cursor.fetchall())
        return rows


def nova_python(state: pathlib.Path, given: str | None) -> str:
    """Return the Python of an environment with nova, uWSGI and PyMySQL.

    :param given: the Python of one that is there; otherwise one is made
    :raises MissingError: when that fails
    """
    if given is not None:
        reads_servers.find_program('nova-manage', pathlib.Path(given).parent)
        return given
    python = state / 'nova' / 'bin' / 'python'
    if not (python.parent / 'nova-manage').exists():
        log = state / 'nova-install.log'
        reads_servers.run(
            [sys.executable, '-m', 'venv', str(state / 'nova')], log
        )
        packages = (f'nova=={NOVA}', 'PyMySQL', 'uwsgi')
        reads_servers.run(
            [str(python), '-m', 'pip', 'install', *packages], log
        )
    return str(python)


def nova_paste(python: str) -> pathlib.Path:
    """Return nova's own paste file."""
    return pathlib.Path(python).parent.parent / 'etc/nova/api-paste.ini'
