# SPDX-License-Identifier: Apache-2.0
"""Both services as operators run them, with the keystone of a real cloud.

Their programs are known by name only: this package knows no service.
"""

from collections.abc import Callable, Mapping, Sequence
import configparser
import dataclasses
import pathlib
import re
import socket
import sys
from typing import Any, Final

import fixtures
import requests

from ext_lib.tests import broker
from ext_lib.tests import polling
from ext_lib.tests import process
from ext_lib.tests.realcloud import cloud
from ext_lib.tests.realcloud import realm

#: Sections of options.
Options = Mapping[str, Mapping[str, Any]]

_UWSGI = cloud.SOURCES / 'etc' / 'uwsgi'
_SECONDS = 120


@dataclasses.dataclass(frozen=True)
class Service:
    """What there is to know of a service.

    :param package: its Python package; what operators type is made of it
    :param service_type: in the catalog
    :param version: what its endpoint ends with
    :param projects: in which its user is a member
    """

    package: str
    service_type: str
    version: str
    projects: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What operators call it."""
        return self.package.replace('_', '-')


COMPUTE: Final = Service('nova_ext', 'compute', 'v2.1')
CLUSTERS: Final = Service(
    'sahara_ext', 'data-processing', 'v1.1', ('demo', 'alt')
)
SERVICES: Final = (COMPUTE, CLUSTERS)
#: Processes of each API.
WORKERS: Final = 2
#: Seconds without a sign of life until a host or an engine counts as dead:
#: long enough for a busy machine, short enough to wait for.
DOWN_TIME: Final = 8

_OF_SERVICES: Mapping[Service, Options] = {
    COMPUTE: {
        'DEFAULT': {
            'host': 'controller',
            'report_interval': 1,
            'service_down_time': DOWN_TIME,
        },
    },
    CLUSTERS: {
        'engine': {
            'heartbeat_interval': 1,
            'heartbeat_timeout': DOWN_TIME,
            'search_interval': 1,
        },
        'infra': {'driver': 'compute'},
        'infra_compute': {
            'interface': 'public',
            'network': 'none',
            'poll_interval': 0.5,
            'wait_for': 'active',
        },
    },
}

class Deployment(fixtures.Fixture):
    """Both APIs under uWSGI, and any number of the programs behind them.

    ``region`` is where the catalog has them, ``clouds`` the file that leads
    clients there, ``urls`` the endpoints and ``apis`` the processes by type
    of service, ``programs`` the other processes by their hosts.

    :param of: the cloud with the keystone
    :param create_database: creates an empty one of a name; returns its URL
    :param options: of both services, over the usual ones
    """

    def __init__(
        self,
        of: cloud.Cloud,
        create_database: Callable[[str], str],
        options: Options | None = None,
    ) -> None:
        super().__init__()
        self._cloud = of
        self._create_database = create_database
        self._options = options or {}
        self.urls: dict[str, str] = {}
        self.apis: dict[str, process.Program] = {}
        self.programs: dict[str, process.Process] = {}

    def _setUp(self) -> None:
        self.directory = self.useFixture(fixtures.TempDir()).path
        self._realm = self.useFixture(realm.Realm(self._cloud))
        self.region = self._realm.region
        self._broker = self.useFixture(broker.VirtualHost())
        self.clouds = pathlib.Path(self.directory, 'clouds.yaml')
        self._realm.write_clouds(self.clouds)
        # One needs the other's endpoint, and nobody's before it begins.
        ports = {service.service_type: _free_port() for service in SERVICES}
        for service in SERVICES:
            self._publish(service, ports[service.service_type])
        for service in SERVICES:
            self._configure(service)
        for service in SERVICES:
            self._serve(service, ports[service.service_type])

    def _publish(self, service: Service, port: int) -> None:
        url = f'http://127.0.0.1:{port}/{service.version}'
        self.urls[service.service_type] = url
        self._realm.add_endpoint(service.service_type, url)

    def _configure(self, service: Service) -> None:
        user = self._realm.add_user(service.name, *service.projects)
        config = configparser.RawConfigParser()
        config.read_dict(
            _merged(
                self._usual(user, self._create_database(service.package)),
                _OF_SERVICES.get(service, {}),
                self._options,
            )
        )
        with self.config(service).open('w') as file:
            config.write(file)
        sync = self._run(service, 'manage', ['db', 'sync'])
        if sync.process.wait(_SECONDS):
            raise AssertionError(sync.output.read_text())

    def config(self, service: Service) -> pathlib.Path:
        """Return the configuration file of a service."""
        return pathlib.Path(self.directory, f'{service.name}.conf')

    def _usual(self, user: str, database: str) -> Options:
        credentials = self._realm.credentials(user)
        return {
            'DEFAULT': {'transport_url': self._broker.url},
            'api': {'auth_strategy': 'keystone'},
            'database': {'connection': database},
            'keystone_authtoken': {
                **credentials,
                'www_authenticate_uri': self._cloud.identity_url,
                'project_name': 'service',
                'project_domain_id': 'default',
                'memcached_servers': f'127.0.0.1:{self._cloud.memcached}',
                'service_token_roles': 'service',
                'service_token_roles_required': 'true',
            },
            'infra_compute': credentials,
        }

    def _serve(self, service: Service, port: int) -> None:
        name = f'{service.name}-api'
        ini = pathlib.Path(self.directory, f'{name}.ini')
        ini.write_text(_moved((_UWSGI / f'{name}.ini').read_text(), port))
        variable = f'OS_{service.package.upper()}_CONFIG_FILES'
        self.apis[service.service_type] = self.useFixture(
            process.Program(
                [self._cloud.uwsgi, '--ini', str(ini), '--home', sys.prefix],
                self.directory,
                {variable: str(self.config(service))},
                name=name,
            )
        )

    def workers(self, service: Service) -> list[int]:
        """Return the ids of the processes that answer for a service."""
        master = self.apis[service.service_type].process.pid
        children = pathlib.Path(f'/proc/{master}/task/{master}/children')
        return [int(pid) for pid in children.read_text().split()]

    def wait_for_apis(self) -> None:
        """Return when both services answer."""
        for service in SERVICES:
            self.wait_for_api(service)

    def wait_for_api(self, service: Service) -> None:
        """Return when a service answers."""
        url = self.urls[service.service_type].removesuffix(service.version)

        def answers() -> bool:
            self.apis[service.service_type].check()
            try:
                answer = requests.get(f'{url}healthcheck', timeout=_SECONDS)
            except requests.ConnectionError:
                return False
            return bool(answer.ok)

        polling.wait_until(answers, f'{service.name} to answer', _SECONDS)

    def start(self, service: Service, program: str, host: str) -> None:
        """Start a program on a host where it does not run."""
        self.programs[host] = self._run(service, program, ['--host', host])

    def _run(
        self, service: Service, program: str, arguments: Sequence[str]
    ) -> process.Process:
        return self.useFixture(
            process.Process(
                f'{service.package}.cmd.{program}',
                ['--config-file', str(self.config(service)), *arguments],
                self.directory,
            )
        )


def _merged(*layers: Options) -> Options:
    """Return sections of options, later layers over earlier ones."""
    sections: dict[str, dict[str, Any]] = {}
    for layer in layers:
        for name, values in layer.items():
            sections.setdefault(name, {}).update(values)
    return sections


def _moved(ini: str, port: int) -> str:
    """Return a file of uWSGI's with what differs on each machine."""
    for option, value in (
        ('http-socket', f'127.0.0.1:{port}'),
        ('processes', str(WORKERS)),
    ):
        form = rf'^{option} = .*$'
        ini, count = re.subn(form, f'{option} = {value}', ini, flags=re.M)
        if count != 1:
            raise AssertionError(f'{option} is in the file {count} times')
    return ini


def _free_port() -> int:
    with socket.create_server(('127.0.0.1', 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
