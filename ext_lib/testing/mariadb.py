# SPDX-License-Identifier: Apache-2.0
"""A MariaDB server that a test may stop, kill and start again."""

import os
import pathlib
import shutil
import signal
import subprocess
import unittest

import fixtures
import pymysql

from ext_lib.testing import polling
from ext_lib.testing import ports
from ext_lib.testing import servers

_PATH = f'{os.environ.get("PATH", "")}:/usr/sbin'
_SECONDS = 120


def _find_program() -> str:
    program = shutil.which('mariadbd', path=_PATH)
    if program is not None:
        return program
    message = 'mariadbd is not installed'
    if os.environ.get(servers.REQUIRE):
        raise AssertionError(message)
    raise unittest.SkipTest(message)


class Server(fixtures.Fixture):
    """An empty server with a root that needs no password.

    The test is skipped where MariaDB is not installed, or fails if backends
    are required.
    """

    def setUp(self) -> None:
        # What is raised amid the preparation counts as an error.
        self._program = _find_program()
        super().setUp()

    def _setUp(self) -> None:
        self._directory = pathlib.Path(
            self.useFixture(fixtures.TempDir()).path
        )
        self._port = ports.free_port()
        self._install()
        self.start()
        self.addCleanup(self.kill)

    def _install(self) -> None:
        subprocess.run(
            [
                'mariadb-install-db',
                *self._options(),
                '--auth-root-authentication-method=normal',
                '--skip-test-db',
            ],
            check=True,
            capture_output=True,
            timeout=_SECONDS,
        )

    def _options(self) -> list[str]:
        options = ['--no-defaults', f'--datadir={self._directory / "data"}']
        # It refuses to be root unless an option permits it.
        return [*options, '--user=root'] if os.geteuid() == 0 else options

    def start(self) -> None:
        """Start the server; return when it answers."""
        with (self._directory / 'log').open('ab') as log:
            self._process = subprocess.Popen(
                [
                    self._program,
                    *self._options(),
                    '--bind-address=127.0.0.1',
                    f'--port={self._port}',
                    f'--socket={self._directory / "socket"}',
                    f'--pid-file={self._directory / "pid"}',
                    '--max-connections=500',
                    '--innodb-buffer-pool-size=256M',
                ],
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        polling.wait_until(self._answers, 'MariaDB to answer', _SECONDS)

    def _answers(self) -> bool:
        if self._process.poll() is not None:
            raise AssertionError((self._directory / 'log').read_text())
        try:
            self._connect().close()
        except pymysql.err.OperationalError:
            return False
        return True

    def _connect(self) -> pymysql.connections.Connection:
        return pymysql.connect(host='127.0.0.1', port=self._port, user='root')

    def stop(self) -> None:
        """Have the server end gracefully; return when it has."""
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(_SECONDS)

    def kill(self) -> None:
        """End the server at once."""
        self._process.kill()
        self._process.wait(_SECONDS)

    def create(self, database: str) -> str:
        """Create a database; return its URL."""
        with self._connect() as connection, connection.cursor() as cursor:
            cursor.execute(
                f'CREATE DATABASE `{database}` CHARACTER SET utf8mb4'
            )
        address = f'127.0.0.1:{self._port}'
        return f'mysql+pymysql://root@{address}/{database}'
