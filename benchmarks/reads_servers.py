# SPDX-License-Identifier: Apache-2.0
"""The servers that are compared, and the MariaDB they ask.

All that they need is in one directory, which can be kept for another run.
"""

from collections.abc import Mapping, Sequence
import os
import pathlib
import re
import shutil
import socket
import subprocess
import time
from typing import Any

import pymysql

from benchmarks import reads_meter

_ROOT = pathlib.Path(__file__).parent.parent
_PATH = f'{os.environ.get("PATH", "")}:/usr/sbin:/usr/local/sbin'
_SECONDS = 300
#: Schemes of the drivers.
DRIVERS = {'pymysql': 'mysql+pymysql', 'mysqlclient': 'mysql+mysqldb'}


class MissingError(Exception):
    """Something that the benchmark needs is not there; says what."""


def find_program(name: str, *directories: pathlib.Path) -> str:
    """Return the path of a program.

    :param directories: to look into before PATH
    :raises MissingError: when there is none
    """
    path = os.pathsep.join([*map(str, directories), _PATH])
    found = shutil.which(name, path=path)
    if found is None:
        raise MissingError(f'{name} is not installed')
    return found


def run(command: Sequence[str], log: pathlib.Path, **environment: str) -> None:
    """Run a program to its end.

    :raises MissingError: when it fails; names the log
    """
    with log.open('ab') as output:
        status = subprocess.run(  # noqa: S603 (what callers name)
            command,
            env={**os.environ, **environment},
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        ).returncode
    if status:
        raise MissingError(
            f'{" ".join(command[:3])} ended with {status}, see {log}'
        )


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.create_server(('127.0.0.1', 0)) as listener:
        return int(listener.getsockname()[1])


class MariaDB:
    """A private server with a root that needs no password.

    :param state: directory; its data are in a part of it
    :param pool: size of InnoDB's buffer pool, which the data should fit
    """

    def __init__(self, state: pathlib.Path, pool: str) -> None:
        self._state = state
        self._data = state / 'mariadb'
        self._program = find_program('mariadbd')
        self._pool = pool
        self.port = free_port()

    def start(self) -> None:
        """Start it; return when it answers."""
        options = ['--no-defaults', f'--datadir={self._data}']
        if os.geteuid() == 0:
            options.append('--user=root')
        log = self._state / 'mariadb.log'
        if not self._data.exists():
            install = find_program('mariadb-install-db')
            authentication = '--auth-root-authentication-method=normal'
            run([install, *options, authentication], log)
        # A path of a socket is short.
        place = f'/tmp/reads-{self.port}.sock'  # noqa: S108 (not secret)
        with log.open('ab') as output:
            self._process = subprocess.Popen(  # noqa: S603 (what callers name)
                [
                    self._program,
                    *options,
                    '--bind-address=127.0.0.1',
                    f'--port={self.port}',
                    f'--socket={place}',
                    f'--innodb-buffer-pool-size={self._pool}',
                    '--innodb-log-file-size=512M',
                    '--innodb-flush-log-at-trx-commit=2',
                ],
                stdout=output,
                stderr=output,
            )
        self.pid = self._process.pid
        _wait(self._answers, f'MariaDB does not answer, see {log}')

    def _answers(self) -> bool:
        try:
            self.connect().close()
        except pymysql.err.OperationalError:
            return False
        return True

    def stop(self) -> None:
        """Stop it gracefully."""
        self._process.terminate()
        self._process.wait(_SECONDS)

    def connect(self, database: str | None = None) -> Any:
        """Return a connection that commits each statement."""
        return pymysql.connect(
            host='127.0.0.1',
            port=self.port,
            user='root',
            database=database,
            autocommit=True,
            charset='utf8mb4',
        )

    def url(self, database: str, driver: str = 'pymysql') -> str:
        """Return the URL of a database."""
        address = f'root@127.0.0.1:{self.port}/{database}?charset=utf8mb4'
        return f'{DRIVERS[driver]}://{address}'


class WSGIServer:
    """uWSGI with two processes of one thread.

    :param python: of the environment that has uWSGI and the application
    :param module: of the application
    """

    def __init__(
        self,
        name: str,
        python: str,
        module: str,
        state: pathlib.Path,
        path: pathlib.Path | None = None,
        **environment: str,
    ) -> None:
        self.name = name
        self.port = free_port()
        self._log = state / f'{name}-uwsgi.log'
        directory = pathlib.Path(python).parent
        command = [
            find_program('uwsgi', directory),
            *('--http11-socket', f'127.0.0.1:{self.port}'),
            *('--module', f'{module}:application'),
            *('--virtualenv', str(directory.parent)),
            *('--processes', '2', '--buffer-size', '65535'),
            *('--socket-timeout', '180', '--so-keepalive', '--tcp-nodelay'),
            *('--master', '--enable-threads', '--lazy-apps', '--need-app'),
            *('--die-on-term', '--disable-logging'),
        ]
        given = {**os.environ, **environment}
        if path is not None:
            given['PYTHONPATH'] = str(path)
        with self._log.open('ab') as output:
            self._process = subprocess.Popen(  # noqa: S603 (what callers name)
                command, env=given, stdout=output, stderr=output, cwd=state
            )

    def wait(self) -> None:
        """Return when both processes answer."""
        _wait(self._is_ready, f'{self.name} does not start, see {self._log}')

    def _is_ready(self) -> bool:
        if self._process.poll() is not None:
            raise MissingError(f'{self.name} has ended, see {self._log}')
        try:
            reads_meter.fetch(self.port, reads_meter.request('/', {}))
        except (OSError, ValueError):
            return False
        return len(self.pids) == 3

    @property
    def pids(self) -> list[int]:
        """The ids of the master and of what it has started."""
        return reads_meter.processes(self._process.pid)

    @property
    def workers(self) -> list[int]:
        """The ids of those that answer."""
        return self.pids[1:]

    def stop(self) -> None:
        """Stop it."""
        self._process.terminate()
        try:
            self._process.wait(_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(_SECONDS)


def _wait(question: Any, message: str) -> None:
    limit = time.monotonic() + _SECONDS
    while not question():
        if time.monotonic() > limit:
            raise MissingError(message)
        time.sleep(0.1)


def without_token(paste: pathlib.Path, to: pathlib.Path) -> None:
    """Copy a paste file without the filter that validates tokens."""
    text = paste.read_text()
    pipelines = re.compile(r'^(keystone = .*) authtoken\b', re.MULTILINE)
    to.write_text(pipelines.sub(r'\1', text))


def environment(
    directory: pathlib.Path, checkout: pathlib.Path, urls: Mapping[str, str]
) -> dict[str, str]:
    """Write the files of an audit; return the variables that name them.

    :param urls: of the databases of cells, by name
    """
    directory.mkdir(parents=True, exist_ok=True)
    paste = directory / 'nova-ext-paste.ini'
    without_token(checkout / 'etc/nova_ext/api-paste.ini', paste)
    lines = [
        '[DEFAULT]',
        f'log_file = {directory}/nova-ext.log',
        '[wsgi]',
        f'api_paste_config = {paste}',
        '[cells]',
        f'databases = {", ".join(urls)}',
    ]
    for name, url in urls.items():
        lines += [f'[{name}]', f'connection = {url}']
    return {'OS_NOVA_EXT_CONFIG_FILES': _written(directory, 'nova-ext', lines)}


def own_environment(
    directory: pathlib.Path, checkout: pathlib.Path, urls: Mapping[str, str]
) -> dict[str, str]:
    """Write the files of our own services; return the variables for them.

    :param urls: of the databases, by the names nova_ext and sahara_ext
    """
    directory.mkdir(parents=True, exist_ok=True)
    variables = {}
    for package, url in urls.items():
        name = package.replace('_', '-')
        lines = [
            '[DEFAULT]',
            f'log_file = {directory}/{name}.log',
            'transport_url = fake:/',
            '[api]',
            'auth_strategy = noauth',
            '[wsgi]',
            f'api_paste_config = {checkout}/etc/{package}/api-paste.ini',
            '[database]',
            f'connection = {url}',
        ]
        variable = f'OS_{package.upper()}_CONFIG_FILES'
        variables[variable] = _written(directory, name, lines)
    return variables


def _written(directory: pathlib.Path, name: str, lines: Sequence[str]) -> str:
    file = directory / f'{name}.conf'
    file.write_text('\n'.join([*lines, '']))
    return str(file)


def own_checkout() -> pathlib.Path:
    """Return the directory of these sources."""
    return _ROOT
