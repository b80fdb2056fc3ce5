# SPDX-License-Identifier: Apache-2.0
"""Reads of our own services, and starts of their programs."""

from collections.abc import Iterator, Sequence
import itertools
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import time
from typing import Any, NamedTuple
import uuid

import sqlalchemy as sa
from sqlalchemy import orm

from benchmarks import reads_meter
from benchmarks import reads_servers
from nova_ext.db import models as nova_models
from nova_ext.tests import base as nova_base
from nova_ext.tests.functional import rows as nova_rows
from sahara_ext.db import models as sahara_models
from sahara_ext.tests import base as sahara_base
from sahara_ext.tests.functional import rows as sahara_rows

#: Rows of the two databases of each service.
SERVERS = (1_000, 10_000)
CLUSTERS = (100, 1_000)
_PARTS = 4
_ONE = str(uuid.UUID(int=1))
_CHUNK = 500
_TOKENS = {
    'nova_ext': f'{nova_base.USER}:{nova_base.PROJECT}',
    'sahara_ext': f'{sahara_base.USER}:{sahara_base.PROJECT}',
}
READS = (
    ('nova_ext', 'GET /servers, 100', '/v2.1/servers?limit=100'),
    ('nova_ext', 'GET /servers/detail, 100', '/v2.1/servers/detail?limit=100'),
    ('nova_ext', 'GET /servers/{id}', f'/v2.1/servers/{_ONE}'),
    ('sahara_ext', 'GET /clusters, 20', '/v2/clusters?limit=20'),
    ('sahara_ext', 'GET /clusters/{id}', f'/v2/clusters/{_ONE}'),
    (
        'sahara_ext',
        'GET /clusters/{id}/progress',
        f'/v2/clusters/{_ONE}/progress',
    ),
    (
        'sahara_ext',
        'GET /clusters/{id}/provisioning',
        f'/v2/clusters/{_ONE}/provisioning',
    ),
)
STARTS = (
    ('import of nova_ext.wsgi.api', '-c', 'import nova_ext.wsgi.api'),
    (
        'all-in-one to ready',
        *('-m', 'nova_ext.cmd.allinone', '--compute-port', '0'),
        *('--data-processing-port', '0', '--state-dir'),
    ),
)


class Side(NamedTuple):
    """A checkout of ours, and the Python that serves it."""

    name: str
    checkout: pathlib.Path
    python: str


class Databases:
    """Databases of both services with few and with many rows."""

    def __init__(
        self, server: reads_servers.MariaDB, state: pathlib.Path
    ) -> None:
        self._server = server
        self._filled = state / 'own-filled'

    def urls(self, size: int, driver: str) -> dict[str, str]:
        """Return the URLs of those of a size, 0 or 1, by service."""
        return {
            package: self._server.url(f'reads_{package}_{size}', driver)
            for package in _TOKENS
        }

    def make(self) -> None:
        """Make and fill them, unless they are there."""
        if self._filled.exists():
            return
        for size in (0, 1):
            urls = self.urls(size, 'pymysql')
            servers, clusters = SERVERS[size], CLUSTERS[size]
            self._fill(urls['nova_ext'], nova_models, _servers(servers))
            self._fill(urls['sahara_ext'], sahara_models, _clusters(clusters))
        self._filled.touch()

    def _fill(self, url: str, models: Any, rows: Iterator[Any]) -> None:
        name = sa.engine.make_url(url).database
        connection = self._server.connect()
        with connection, connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS {name}')
            cursor.execute(f'CREATE DATABASE {name}')
        # The rows of a chunk are inserted in any order.
        unordered = {'init_command': 'SET foreign_key_checks = 0'}
        engine = sa.create_engine(url, connect_args=unordered)
        models.Base.metadata.create_all(engine)
        with orm.Session(engine) as session:
            while chunk := list(itertools.islice(rows, _CHUNK)):
                session.add_all(chunk)
                session.commit()
        engine.dispose()


def _servers(count: int) -> Iterator[Any]:
    for number in range(1, count + 1):
        key = str(uuid.UUID(int=number))
        created = nova_rows.moment(number)
        yield nova_rows.server(uuid=key, created_at=created)
        yield nova_models.InstanceMetadata(
            instance_uuid=key, key='key', value='value', deleted=0
        )


def _clusters(count: int) -> Iterator[Any]:
    for number in range(1, count + 1):
        key = str(uuid.UUID(int=number))
        yield from sahara_rows.whole_cluster(key, _PARTS)


def request(package: str, path: str) -> bytes:
    """Return a request to one of the services, as it is sent."""
    return reads_meter.request(path, {'X-Auth-Token': _TOKENS[package]})


def measure(
    databases: Databases,
    database: int,
    sides: Sequence[Side],
    driver: str,
    state: pathlib.Path,
    rounds: int,
    seconds: float,
) -> Iterator[tuple[str, dict[tuple[str, int], reads_meter.Median]]]:
    """Yield what each read costs, by name of a side and size.

    :return: CPU of server and database in ms
    """
    for package in _TOKENS:
        servers = {}
        try:
            for side, size in itertools.product(sides, (0, 1)):
                name = f'{package}-{side.name}-{size}'
                urls = databases.urls(size, driver)
                servers[side.name, size] = reads_servers.WSGIServer(
                    name,
                    side.python,
                    f'{package}.wsgi.api',
                    state,
                    side.checkout,
                    **reads_servers.own_environment(
                        state / name, side.checkout, urls
                    ),
                )
            for server in servers.values():
                server.wait()
            for owner, name, path in READS:
                if owner == package:
                    data = request(package, path)
                    yield (
                        name,
                        _compare(servers, data, database, rounds, seconds),
                    )
        finally:
            for server in servers.values():
                server.stop()


def _compare(
    servers: Any, data: bytes, database: int, rounds: int, seconds: float
) -> dict[tuple[str, int], reads_meter.Median]:
    found: dict[tuple[str, int], list[float]] = {key: [] for key in servers}
    for number in range(rounds + 1):
        for key, server in servers.items():
            run = reads_meter.measure(server, database, [data], seconds)
            if number:
                found[key].append(run.server + run.database)
    return {key: reads_meter.Median.of(runs) for key, runs in found.items()}


def starts(
    sides: Sequence[Side], state: pathlib.Path, rounds: int
) -> Iterator[tuple[str, dict[str, tuple[Any, Any]]]]:
    """Yield what starts take, by name of a side: seconds, seconds of CPU."""
    for name, *arguments in STARTS:
        found: dict[str, list[tuple[float, float]]] = {}
        for number, side in itertools.product(range(rounds + 1), sides):
            took = _start(side, arguments, state)
            if number:
                found.setdefault(side.name, []).append(took)
        yield (
            name,
            {
                side: (
                    reads_meter.Median.of(took for took, _ in runs),
                    reads_meter.Median.of(used for _, used in runs),
                )
                for side, runs in found.items()
            },
        )


def _start(
    side: Side, arguments: Sequence[str], state: pathlib.Path
) -> tuple[float, float]:
    """Start a program; return its seconds, and those of CPU, to the end.

    That of one that serves is when it says that it is ready.
    """
    with tempfile.TemporaryDirectory(dir=state) as directory:
        url = f'sqlite:///{directory}/nova-ext.db'
        place = pathlib.Path(directory, 'own')
        urls = {'nova_ext': url, 'sahara_ext': url}
        given = reads_servers.own_environment(place, side.checkout, urls)
        begin, used = time.perf_counter(), _cpu_of_children()
        serves = arguments[0] == '-m'
        process = subprocess.Popen(  # noqa: S603 (ours)
            [
                *(side.python, '-W', 'ignore', *arguments),
                *([directory] if serves else []),
            ],
            env={
                **os.environ,
                **({} if serves else given),
                'PYTHONPATH': str(side.checkout),
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=directory,
        )
        assert process.stdout is not None
        try:
            is_done = _is_ready if serves else _is_over
            if not is_done(process.stdout):
                raise reads_servers.MissingError(
                    f'{" ".join(arguments[:2])} does not start'
                )
            took = time.perf_counter() - begin
            if serves:
                return took, reads_meter.cpu([process.pid])
        finally:
            if serves:
                process.kill()
            process.wait()
            process.stdout.close()
        if process.returncode:
            raise reads_servers.MissingError(f'{arguments[1]} fails')
        return took, _cpu_of_children() - used


def _is_ready(output: Any) -> bool:
    return any(line == 'ready\n' for line in output)


def _is_over(output: Any) -> bool:
    return output.read() == ''


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def own(name: str = 'ours') -> Side:
    """Return these sources, with the Python that runs."""
    return Side(name, reads_servers.own_checkout(), sys.executable)
