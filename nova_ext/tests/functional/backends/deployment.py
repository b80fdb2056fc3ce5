# SPDX-License-Identifier: Apache-2.0
"""The service as operators run it: a process for each part."""

from collections.abc import Mapping
import configparser
import pathlib

import fixtures

from ext_lib.testing import broker
from ext_lib.testing import polling
from ext_lib.testing import process
from nova_ext.tests.functional import user
from nova_ext.tests.functional.backends import database
from nova_ext.tests.functional.backends import web_server

CONDUCTOR = 'controller'
NODES = ('node1', 'node2')
#: Long enough for a busy machine, short enough to wait for.
DOWN_TIME = 8
API_WORKERS = 2

_SECONDS = 60
#: What the access log says of each request: who answered it.
_ACCESS = 'answered by %(p)s'


class Deployment(fixtures.Fixture):
    """A conductor, compute hosts and an API of several processes.

    ``computes`` holds the processes of the hosts by their names, ``url`` is
    the compute endpoint.

    :param database_url: of an empty database
    :param broker_url: of a virtual host of its own
    :param options: what differs, by section
    """

    def __init__(
        self,
        database_url: str,
        broker_url: str,
        options: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        super().__init__()
        self._options = options or {}
        self._database_url = database_url
        self._broker_url = broker_url
        self.computes: dict[str, process.Process] = {}

    def _setUp(self) -> None:
        self._directory = self.useFixture(fixtures.TempDir()).path
        self._config = self._write_config()
        self._sync()
        self.start_conductor()
        for host in NODES:
            self.start(host)
        self.api = self._serve()
        self.admin = user.User(self.url)
        self._wait_for_api()
        for host in NODES:
            self.wait_until_up(host)

    def _write_config(self) -> str:
        config = configparser.RawConfigParser()
        config['DEFAULT'] = {
            'host': CONDUCTOR,
            'transport_url': self._broker_url,
            'report_interval': '1',
            'service_down_time': str(DOWN_TIME),
            # A conductor that waits for a host must not make the host wait.
            'executor_thread_pool_size': '1',
        }
        config['database'] = {'connection': self._database_url}
        config['api'] = {'auth_strategy': 'noauth'}
        for section, options in self._options.items():
            if section not in config:
                config[section] = {}
            config[section].update(options)
        path = pathlib.Path(self._directory, 'nova-ext.conf')
        with path.open('w') as file:
            config.write(file)
        return str(path)

    def _run(
        self,
        module: str,
        *arguments: str,
        environment: Mapping[str, str] | None = None,
    ) -> process.Process:
        return self.useFixture(
            process.Process(
                module,
                ['--config-file', self._config, *arguments],
                self._directory,
                environment,
            )
        )

    def _sync(self) -> None:
        done = self._run('nova_ext.cmd.manage', 'db', 'sync')
        if done.process.wait(_SECONDS):
            raise AssertionError(done.output.read_text())

    def _serve(self) -> process.Process:
        server = self.useFixture(
            web_server.WebServer(
                self._directory,
                {'OS_NOVA_EXT_CONFIG_FILES': self._config},
                *('--workers', str(API_WORKERS), '--threads', '4'),
                *('--access-logfile', '-', '--access-logformat', _ACCESS),
            )
        )
        self.url = server.url
        return server.process

    def _wait_for_api(self) -> None:
        def all_answer() -> bool:
            self.api.check()
            self.admin.get('/flavors')
            return len(self.api_workers()) == API_WORKERS

        polling.wait_until(all_answer, 'all API processes to answer')

    def api_workers(self) -> set[str]:
        """Return the ids of the processes that answered requests."""
        lines = self.api.output.read_text().splitlines()
        return {line for line in lines if line.startswith('answered by')}

    def start_conductor(self, host: str = CONDUCTOR) -> None:
        """Start a conductor; ``conductor`` is its process."""
        self.conductor = self._run('nova_ext.cmd.conductor', '--host', host)

    def start(
        self,
        host: str,
        module: str = 'nova_ext.cmd.compute',
        **environment: str,
    ) -> None:
        """Start a compute host that does not run.

        :param module: the program
        :param environment: further variables
        """
        self.computes[host] = self._run(
            module, '--host', host, environment=environment
        )

    def restart(
        self,
        host: str,
        module: str = 'nova_ext.cmd.compute',
        **environment: str,
    ) -> None:
        """Start a compute host that does not run; return when it works."""
        before = self.admin.services()[host]['updated_at']
        self.start(host, module, **environment)
        polling.wait_until(
            lambda: self.admin.services()[host]['updated_at'] != before,
            f'a sign of life of {host}',
        )
        self.wait_until_up(host)

    def wait_until_up(self, host: str) -> None:
        """Wait until a compute host can be sent to work."""

        def is_up() -> bool:
            self.computes[host].check()
            service = self.admin.services().get(host)
            return service is not None and service['state'] == 'up'

        polling.wait_until(is_up, f'{host} to be up')


class DeploymentTestCase(database.ServerTestCase):
    """A test of a deployment, once for each kind of database server."""

    #: By section, what differs from an ordinary one.
    options: Mapping[str, Mapping[str, str]] = {}

    def setUp(self) -> None:
        super().setUp()
        self.deployment = self.useFixture(
            Deployment(self.url, self.find_broker(), self.options)
        )
        self.admin = self.deployment.admin
        self.computes = self.deployment.computes

    def find_broker(self) -> str:
        """Return the URL of a virtual host that is used by this test alone."""
        return self.useFixture(broker.VirtualHost()).url

    def create_on(self, host: str, name: str = 'one') -> str:
        """Create a server; return its id once it runs on ``host``."""
        server_id = self.admin.create(name, host=host)
        server = self.admin.wait_for(server_id, 'ACTIVE')
        self.assertEqual(host, server['OS-EXT-SRV-ATTR:host'])
        return server_id

    def slow_down(self, host: str) -> None:
        """Make sure that whatever a host begins it does not end."""
        self.assertEqual(0, self.computes[host].stop())
        self.deployment.restart(host, OS_FAKE__SECONDS='600')
