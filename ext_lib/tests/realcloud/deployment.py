# SPDX-License-Identifier: Apache-2.0
"""Both services as operators run them, with the keystone of a real cloud.

Their programs are known by name only: this package knows no service.
"""

from collections.abc import Callable, Mapping, Sequence
import dataclasses
import pathlib
import shutil
from typing import Final

import fixtures

from ext_lib.testing import broker
from ext_lib.testing import ports
from ext_lib.testing import process
from ext_lib.tests.realcloud import api
from ext_lib.tests.realcloud import cloud
from ext_lib.tests.realcloud import options
from ext_lib.tests.realcloud import realm

_SECONDS = 120


@dataclasses.dataclass(frozen=True)
class Service:
    """Names of a service.

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
        """The name of the service in programs and files."""
        return self.package.replace('_', '-')


COMPUTE: Final = Service('nova_ext', 'compute', 'v2.1')
CLUSTERS: Final = Service(
    'sahara_ext', 'data-processing', 'v1.1', ('demo', 'alt')
)
SERVICES: Final = (COMPUTE, CLUSTERS)
#: Seconds without a sign of life until a host or an engine counts as dead:
#: long enough for a busy machine, short enough to wait for.
DOWN_TIME: Final = 8
#: Seconds until an operation that no process has begun counts as lost.
LOST: Final = 20

_OF_SERVICES: Mapping[Service, options.Options] = {
    COMPUTE: {
        'DEFAULT': {
            'host': 'controller',
            'report_interval': 1,
            'service_down_time': DOWN_TIME,
        },
        'conductor': {'lost_after': LOST},
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
    :param more: options of both services, over the usual ones
    """

    def __init__(
        self,
        of: cloud.Cloud,
        create_database: Callable[[str], str],
        more: options.Options | None = None,
    ) -> None:
        super().__init__()
        self._cloud = of
        self._create_database = create_database
        self._options = more or {}
        self.urls: dict[str, str] = {}
        self.apis: dict[str, api.Api] = {}
        self.programs: dict[str, process.Process] = {}

    def _setUp(self) -> None:
        self.directory = self.useFixture(fixtures.TempDir()).path
        self.addCleanup(self._keep_logs)
        self._realm = self.useFixture(realm.Realm(self._cloud))
        self.region = self._realm.region
        self._broker = self.useFixture(broker.VirtualHost())
        self.clouds = pathlib.Path(self.directory, 'clouds.yaml')
        self._realm.write_clouds(self.clouds)
        # One service needs the endpoint of the other before that starts.
        chosen = {
            service.service_type: ports.free_port() for service in SERVICES
        }
        for service in SERVICES:
            self._publish(service, chosen[service.service_type])
        for service in SERVICES:
            self._configure(service)
        for service in SERVICES:
            name = f'{service.name}-api'
            self.apis[service.service_type] = self.useFixture(
                api.Api(
                    self._cloud.uwsgi,
                    name,
                    chosen[service.service_type],
                    self.config(service),
                    f'OS_{service.package.upper()}_CONFIG_FILES',
                )
            )

    def _keep_logs(self) -> None:
        """Leave what was written for those who ask what went wrong."""
        kept = self._cloud.place / 'services'
        shutil.rmtree(kept, ignore_errors=True)
        kept.mkdir()
        for log in pathlib.Path(self.directory).glob('*.log'):
            shutil.copy(log, kept)

    def _publish(self, service: Service, port: int) -> None:
        url = f'http://127.0.0.1:{port}/{service.version}'
        self.urls[service.service_type] = url
        self._realm.add_endpoint(service.service_type, url)

    def _configure(self, service: Service) -> None:
        user = self._realm.add_user(service.name, *service.projects)
        options.write(
            self.config(service),
            self._usual(user, self._create_database(service.package)),
            _OF_SERVICES[service],
            self._options,
        )
        self.manage(service, 'db', 'sync')

    def manage(self, service: Service, *command: str) -> str:
        """Run a command of an operator's; return what it prints."""
        program = self._run(service, 'manage', command)
        status = program.process.wait(_SECONDS)
        printed = program.output.read_text()
        if status:
            raise AssertionError(printed)
        return printed

    def config(self, service: Service) -> pathlib.Path:
        """Return the configuration file of a service."""
        return pathlib.Path(self.directory, f'{service.name}.conf')

    def _usual(self, user: str, database: str) -> options.Options:
        return {
            'DEFAULT': {'transport_url': self._broker.url},
            'api': {'auth_strategy': 'keystone'},
            'database': {'connection': database},
            'keystone_authtoken': self._realm.authtoken(user),
            'infra_compute': self._realm.credentials(user),
        }

    def wait_for_apis(self) -> None:
        """Return when both services answer."""
        for one in self.apis.values():
            one.wait()

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
