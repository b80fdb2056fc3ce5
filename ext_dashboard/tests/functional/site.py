# SPDX-License-Identifier: Apache-2.0
"""A trial dashboard with relays before the services."""

import pathlib
import re
import sqlite3

import fixtures
from keystoneauth1 import adapter
from keystoneauth1 import session
from keystoneauth1.identity import v3
from keystoneclient.v3 import client

from ext_lib.testing import polling
from ext_lib.testing import process
from ext_lib.testing import relay

_PROGRAM = 'ext_dashboard.trial.command'
_USER = re.compile('^user: (.*), password: (.*)$', re.MULTILINE)
_URL = re.compile('^([a-z-]+): (http://[^:]+:([0-9]+).*)$', re.MULTILINE)
_SERVICES = ('compute', 'data-processing')
_IMAGE = '70a599e0-31e7-49b7-b260-868f441e862b'
_START = 240
#: So that a cluster has 10,000 instances that fail.
_ENVIRONMENT = {'OS_ENGINE__MAX_INSTANCES': '10000'}


class Site(fixtures.Fixture):
    """Horizon, keystone and both services.

    ``relays`` are those in the catalog, by type of service, and ``urls`` the
    addresses by part, ``passwords`` those by user.
    """

    def _setUp(self):
        self.state = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self._program = self.useFixture(
            process.Process(
                _PROGRAM,
                [
                    *('--state-dir', str(self.state)),
                    *('--dashboard-port', '0', '--identity-port', '0'),
                    *('--compute-port', '0', '--data-processing-port', '0'),
                ],
                self.useFixture(fixtures.TempDir()).path,
                _ENVIRONMENT,
            )
        )
        self.addCleanup(self._program.stop)
        polling.wait_until(self._is_ready, 'the dashboard', _START)
        output = self._program.output.read_text()
        self.passwords = dict(_USER.findall(output))
        self.urls = {name: url for name, url, _port in _URL.findall(output)}
        ports = {name: int(port) for name, _url, port in _URL.findall(output)}
        self.relays = {
            name: self.useFixture(relay.Relay(ports[name]))
            for name in _SERVICES
        }
        self._publish_relays(ports)

    def _is_ready(self):
        self._program.check()
        return self._program.output.read_text().endswith('ready\n')

    def _publish_relays(self, ports):
        keystone = client.Client(session=self.session('admin'))
        for endpoint in keystone.endpoints.list():
            for name, one in self.relays.items():
                if f':{ports[name]}/' in endpoint.url:
                    url = endpoint.url.replace(
                        f':{ports[name]}/', f':{one.port}/'
                    )
                    keystone.endpoints.update(endpoint, url=url)

    def session(self, user):
        """Return a session of a user."""
        return session.Session(
            v3.Password(
                auth_url=self.urls['identity'],
                username=user,
                password=self.passwords[user],
                user_domain_id='default',
                project_name='demo',
                project_domain_id='default',
            )
        )

    def api(self, service, user='demo', microversion=None):
        """Return an API that is asked beside the relay."""
        return adapter.Adapter(
            self.session(user),
            endpoint_override=self.urls[service],
            service_type=service,
            default_microversion=microversion,
        )

    def execute(self, database, statement, *values):
        """Change a database behind the back of its service."""
        path = self.state / 'services' / f'{database}.sqlite'
        with sqlite3.connect(path, timeout=60) as connection:
            connection.execute(statement, values)
        connection.close()

    def create_cluster(self, name, count=30, groups=1, **faults):
        """Create a cluster; return its id.

        :param faults: of the fake plugin
        """
        body = {
            'name': name,
            'plugin_name': 'fake',
            'hadoop_version': '0.1',
            'default_image_id': _IMAGE,
            'cluster_configs': {'fake': faults},
            'node_groups': [
                {
                    'name': f'worker{number}',
                    'count': count // groups,
                    'flavor_id': '1',
                    'node_processes': ['datanode'],
                }
                for number in range(groups)
            ],
        }
        api = self.api('data-processing')
        return api.post('/clusters', json=body).json()['cluster']['id']

    def progress(self, cluster):
        """Return what a cluster says of its provisioning."""
        path = f'/clusters/{cluster}/provisioning'
        api = self.api('data-processing')
        return api.get(path).json()['provisioning']

    def wait_for_cluster(self, cluster, status, seconds=60):
        """Wait until a cluster has a status."""
        polling.wait_until(
            lambda: self.progress(cluster)['status'] == status,
            f'the cluster to be {status}',
            seconds,
        )

    def create_server(self, name, tag=None, **metadata):
        """Create a server; return its id once it is active."""
        body = {
            'server': {
                'name': name,
                'flavorRef': '1',
                'imageRef': _IMAGE,
                'metadata': metadata,
            }
        }
        headers = {'Task-tag': tag} if tag else {}
        api = self.api('compute')
        found = api.post('/servers', json=body, headers=headers).json()
        server = found['server']['id']
        self.wait_for_server(server, 'ACTIVE')
        return server

    def wait_for_server(self, server, status):
        """Wait until a server has a status."""
        api = self.api('compute')
        polling.wait_until(
            lambda: api.get(f'/servers/{server}').json()['server']['status']
            == status,
            f'the server to be {status}',
        )

    def act(self, server, user='demo', **action):
        """Send an action on a server."""
        self.api('compute', user).post(
            f'/servers/{server}/action', json=action
        )

    def log(self):
        """Return what Horizon has logged."""
        return (self.state / 'log' / 'dashboard.log').read_text()

