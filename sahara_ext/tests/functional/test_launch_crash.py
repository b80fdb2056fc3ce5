# SPDX-License-Identifier: Apache-2.0
"""Engines are killed while they launch servers, and none is launched twice."""

import itertools
import os

import fixtures

from ext_lib.testing import polling
from ext_lib.testing import process
from sahara_ext.engine.api import EngineAPI
from sahara_ext.objects.cluster import Cluster
from sahara_ext.tests import base
from sahara_ext.tests.functional import compute_service

SERVERS = int(os.environ.get('SAHARA_EXT_CRASH_SERVERS', '100'))
KILLS = int(os.environ.get('SAHARA_EXT_CRASH_KILLS', '20'))
_NAME = 'crash'
_SECONDS = 900
#: Takes over from a dead one soon, and does little at a time.
_ENGINE = {
    'OS_DEFAULT__TRANSPORT_URL': 'fake://',
    'OS_ENGINE__HEARTBEAT_INTERVAL': '0.2',
    'OS_ENGINE__HEARTBEAT_TIMEOUT': '1',
    'OS_ENGINE__SEARCH_INTERVAL': '0.2',
    'OS_ENGINE__INSTANCE_WORKERS': '1',
}


class TestLaunchCrash(base.MessagingTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.useFixture(fixtures.Timeout(_SECONDS, gentle=True))
        self.compute = self.useFixture(
            compute_service.ComputeService(base.USER, base.PROJECT)
        )
        self.addCleanup(self.compute.delete, _NAME)
        self.context.project_id = self.compute.project_id
        self.output = self.useFixture(fixtures.TempDir()).path
        self.settings.set('infra', driver='compute')
        self.cluster_id = self.create()

    def create(self) -> str:
        """Ask for a cluster, of which an engine learns by its search."""
        [cluster] = EngineAPI(self.conf, self.rpc.transport).create_clusters(
            self.context,
            {
                'name': _NAME,
                'plugin_name': 'fake',
                'plugin_version': '0.1',
                'default_image_id': self.compute.image,
                'node_groups': [
                    {
                        'name': 'worker',
                        'count': SERVERS,
                        'flavor_id': self.compute.flavor,
                        'node_processes': ['datanode'],
                    }
                ],
            },
        )
        return str(cluster.id)

    def engine(self) -> process.Process:
        """Start an engine in a process of its own."""
        variables = {
            **_ENGINE,
            **self.compute.options(),
            'OS_DATABASE__CONNECTION': self.database.url,
        }
        return self.useFixture(
            process.Process(
                'sahara_ext.cmd.engine', (), self.output, variables
            )
        )

    def cluster(self) -> Cluster:
        return Cluster.get(self.context, self.cluster_id)

    def servers(self) -> dict[str, str]:
        return self.compute.servers(_NAME)

    def test_every_instance_has_one_server(self) -> None:
        kills = itertools.takewhile(self.kill_amid, range(1, KILLS + 1))
        self.assertLess(KILLS // 4, len(list(kills)))
        engine = self.engine()

        def is_up() -> bool:
            engine.check()
            return bool(self.cluster().status in ('Active', 'Error'))

        polling.wait_until(is_up, 'the cluster', _SECONDS)
        self.check()

    def kill_amid(self, kill: int) -> bool:
        """Let an engine launch some servers, then kill it.

        :returns: whether there was more to launch; on a busy machine the
            rest may be launched before the first are counted
        """
        before = len(self.servers())
        goal = max(before + 1, SERVERS * kill // (2 * KILLS))
        engine = self.engine()

        def is_amid() -> bool:
            engine.check()
            cluster = self.cluster()
            why = str(cluster.status_description)
            self.assertNotEqual('Error', cluster.status, why)
            return len(self.servers()) >= goal

        polling.wait_until(is_amid, f'{goal} servers')
        engine.kill()
        is_amid_still = len(self.servers()) < SERVERS
        if is_amid_still:
            self.assertEqual('Spawning', self.cluster().status)
        return is_amid_still

    def check(self) -> None:
        """There are as many servers as instances, and they are theirs."""
        cluster = self.cluster()
        why = str(cluster.status_description)
        self.assertEqual('Active', cluster.status, why)
        [group] = cluster.node_groups
        instances = {
            instance.instance_id: instance.instance_name
            for instance in group.instances
        }
        self.assertEqual(SERVERS, len(instances))
        self.assertEqual(instances, self.servers())
        launching = cluster.provision_steps[0]
        self.assertEqual('Launching instances', launching.step_name)
        self.assertEqual(
            (SERVERS, SERVERS, True),
            (launching.completed, launching.total, launching.successful),
        )
