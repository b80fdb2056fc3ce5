# SPDX-License-Identifier: Apache-2.0
"""Spark clusters of engines that are processes of their own."""

import json
import pathlib
from typing import Any, ClassVar
import urllib.request

import fixtures
import oslo_messaging as messaging

from ext_lib.testing import polling
from ext_lib.testing import process
from sahara_ext.objects.cluster import Cluster
from sahara_ext.objects.cluster_event import ClusterEventList
from sahara_ext.objects.cluster_instance import ClusterInstance
from sahara_ext.tests import base as tests_base
from sahara_ext.tests.functional.engine import base
from sahara_ext.tests.functional.spark import dying_engine
from sahara_ext.tests.functional.spark import servers

IMAGE = '70a599e0-31e7-49b7-b260-868f441e862b'
FLAVOR = '2'
#: As little as Spark runs with.
CONFIGS = {
    'Spark': {'Daemon memory': 96, 'Worker memory': 512, 'Worker cores': 1}
}
#: How long a whole cluster may take, in seconds.
SECONDS = 180
_TEST_SECONDS = 900
_ENGINE = 'sahara_ext.cmd.engine'
_TAKEOVER = {
    'heartbeat_interval': 0.2,
    'heartbeat_timeout': 1.5,
    'search_interval': 0.2,
}


class SparkTestCase(base.ClusterTestCase, tests_base.MessagingTestCase):
    """Tests that share a compute API, each with clusters of its own."""

    servers: ClassVar[servers.Servers]

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.servers = servers.Servers()
        cls.servers.setUp()
        cls.addClassCleanup(cls.servers.cleanUp)

    def setUp(self) -> None:
        self.directory = self.useFixture(fixtures.TempDir()).path
        self.secret = pathlib.Path(self.directory, 'secret')
        self.secret.write_text('a secret of the tests, long enough\n')
        self.secret.chmod(0o600)
        super().setUp()
        self.useFixture(fixtures.Timeout(_TEST_SECONDS, gentle=True))
        for group, values in self.options().items():
            self.settings.set(group, **values)
        self.compute = self.servers.compute(
            tests_base.USER, tests_base.PROJECT
        )
        self.addCleanup(self.delete_servers)

    def get_transport(self) -> messaging.Transport:
        """Return the way within this process; engines do not hear of it."""
        return self.rpc.transport

    def options(self) -> dict[str, dict[str, Any]]:
        """Return the options of the service and of engines, by group."""
        return {
            **self.servers.options(),
            'api': {'auth_strategy': 'noauth'},
            'infra': {'driver': 'compute'},
            'infra_compute': {
                'endpoint_override': self.servers.service.url,
                'poll_interval': 0.2,
                'refusal_timeout': 1,
            },
            'ssh': {
                'secret_file': str(self.secret),
                'username': servers.LOGIN,
                'connect_timeout': 5,
            },
        }

    def engine(
        self, point: str | None = None, **options: dict[str, Any]
    ) -> process.Process:
        """Start an engine.

        :param point: of its death
        :param options: in place of the usual ones, by group
        """
        all_options = {**self.options(), 'engine': _TAKEOVER}
        for group, values in options.items():
            all_options[group] = {**all_options.get(group, {}), **values}
        variables = {
            **servers.variables(all_options),
            'OS_DATABASE__CONNECTION': self.database.url,
            'OS_DEFAULT__TRANSPORT_URL': 'fake://',
        }
        module = _ENGINE
        if point is not None:
            module = dying_engine.__name__
            variables[dying_engine.POINT] = point
        return self.useFixture(
            process.Process(module, (), self.directory, variables)
        )

    def die_at(self, point: str) -> None:
        """Have an engine work until its death at a point."""
        engine = self.engine(point)
        polling.wait_until(
            lambda: engine.process.poll() is not None, point, SECONDS
        )
        self.assertEqual(-9, engine.process.returncode, str(engine.output))

    def ask(self, workers: int = 1, **values: Any) -> str:
        """Ask for a cluster; return its id."""
        [cluster] = self.api.create_clusters(
            self.context, {**request(workers), **values}
        )
        return str(cluster.id)

    def wait(self, cluster_id: str, *statuses: str) -> Cluster:
        """Return a cluster once it has a status, Active unless given."""
        statuses = statuses or ('Active',)
        found: list[Cluster] = []

        def has_come() -> bool:
            found[:] = [self.load(cluster_id)]
            return found[0].status in (*statuses, 'Error')

        polling.wait_until(has_come, f'{cluster_id} {statuses}', SECONDS)
        [cluster] = found
        why = str(cluster.status_description)
        self.assertIn(cluster.status, statuses, why)
        return cluster

    def failures(self, cluster: Cluster) -> dict[str, str]:
        """Return what failed of the last step that did, by instance."""
        step = next(s for s in cluster.provision_steps if s.failed)
        events = ClusterEventList.get_by_step(self.context, step.id)
        return {
            str(event.instance_name): str(event.event_info)
            for event in events
            if not event.successful
        }

    def delete_servers(self) -> None:
        """Delete all servers and keypairs of the user."""
        for server in self.compute.servers(details=False):
            self.compute.delete_server(server.id)
        for keypair in self.compute.keypairs():
            self.compute.delete_keypair(keypair)
        polling.wait_until(
            lambda: not list(self.compute.servers(details=False)),
            'all servers to be gone',
        )


def request(workers: int = 1) -> dict[str, Any]:
    """Return what a request for a cluster says."""
    return {
        'name': 'demo',
        'plugin_name': 'spark',
        'plugin_version': servers.VERSION,
        'default_image_id': IMAGE,
        'cluster_configs': CONFIGS,
        'node_groups': [group('master', 1), group('worker', workers)],
    }


def group(name: str, count: int, *processes: str) -> dict[str, Any]:
    """Return what a request says of a node group."""
    return {
        'name': name,
        'count': count,
        'flavor_id': FLAVOR,
        'node_processes': list(processes or (name,)),
    }


def instances(cluster: Cluster) -> dict[str, ClusterInstance]:
    """Return the instances of a cluster by their names."""
    return {each.instance_name: each for each in cluster.instances()}


def alive_workers(cluster: Cluster) -> list[str]:
    """Return the addresses of the workers that the master gives work."""
    url = cluster.info['Spark']['Web UI']
    with urllib.request.urlopen(f'{url}/json/', timeout=30) as answer:
        found = json.load(answer)['workers']
    return sorted(w['host'] for w in found if w['state'] == 'ALIVE')
