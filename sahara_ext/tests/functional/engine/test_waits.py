# SPDX-License-Identifier: Apache-2.0
"""A cluster that waits for the cloud says for what, until it has come."""

import re
import socket

from ext_lib.testing import polling
from sahara_ext.engine import waits
from sahara_ext.infra.compute import ComputeDriver
from sahara_ext.objects.fields import ClusterStatus
from sahara_ext.tests import compute_api
from sahara_ext.tests.functional.engine import base

_ADDRESS = {'OS-EXT-IPS:type': 'fixed', 'addr': '127.0.0.1'}
UP = {'status': 'ACTIVE', 'addresses': {'net': [_ADDRESS]}}


class WaitsTestCase(base.EngineTestCase):
    """An engine with a compute API, and how soon it tells of waits."""

    NOTICE = 0.2

    def setUp(self):
        super().setUp()
        self.cloud = self.useFixture(compute_api.ComputeAPI())
        self.settings.set(
            'infra_compute',
            endpoint_override=self.cloud.url,
            wait_for='address',
            poll_interval=0.05,
            address_timeout=60,
            ssh_timeout=60,
            delete_timeout=60,
        )
        self.settings.set('engine', wait_notice=self.NOTICE)
        self.patch(waits, '_PACE', 0.05)

    def begin(self, count=1, **shown):
        """Have a cluster created whose servers are shown like that."""
        self.cloud.shown = shown
        self.start(ComputeDriver(self.conf))
        return self.create({'worker': count})

    def description(self, cluster_id):
        return self.load(cluster_id).status_description or ''

    def wait_for_description(self, cluster_id, *words):
        polling.wait_until(
            lambda: all(w in self.description(cluster_id) for w in words),
            f'{cluster_id} to say {words}',
        )
        return self.description(cluster_id)


class TestWaits(WaitsTestCase):
    def test_a_host_that_is_down(self):
        cluster_id = self.begin(status='BUILD', host_status='DOWN')
        self.assertEqual(
            'Waiting for demo-worker-001 to be up. Its status is BUILD. '
            'Its host is down.',
            self.wait_for_description(cluster_id, 'host'),
        )
        self.assertEqual(ClusterStatus.WAITING, self.load(cluster_id).status)
        line = next(
            line
            for line in self.log.output.splitlines()
            if 'has waited' in line
        )
        self.assertIn(cluster_id, line)
        self.assertIn('demo-worker-001 to be up. Its status is BUILD.', line)

    def test_no_address_and_then_one(self):
        cluster_id = self.begin(status='ACTIVE', addresses={})
        self.wait_for_description(cluster_id, 'It has no address.')
        self.settings.set('infra_compute', wait_for='ssh')
        with socket.create_server(('127.0.0.1', 0)) as listener:
            port = listener.getsockname()[1]
        self.settings.set('infra_compute', ssh_port=port)
        self.cloud.shown = UP
        self.wait_for_description(cluster_id, 'to answer at 127.0.0.1')
        self.assertNotIn('no address', self.description(cluster_id))
        listener = socket.create_server(('127.0.0.1', port))
        self.addCleanup(listener.close)
        up = self.wait_for(cluster_id)
        self.assertIsNone(up.status_description)
        self.assertIn(
            f'Cluster {cluster_id} waits no longer for', self.log.output
        )

    def test_it_is_cleared_amid_the_operation(self):
        cluster_id = self.begin(2, status='BUILD')
        self.wait_for_description(cluster_id, 'worker-001', 'worker-002')
        # The next wait is for another reason.
        self.settings.set('infra_compute', wait_for='ssh', ssh_port=1)
        self.cloud.shown = UP
        polling.wait_until(
            lambda: 'to be up' not in self.description(cluster_id),
            'the first wait to be over',
        )
        self.wait_for_description(cluster_id, 'to answer at 127.0.0.1')

    def test_many(self):
        cluster_id = self.begin(5, status='BUILD')
        said = self.wait_for_description(cluster_id, 'And for 2 more')
        self.assertEqual(3, said.count('to be up.'))

    def test_an_unreachable_compute_api(self):
        cluster_id = self.begin(status='BUILD')
        self.wait_for_description(cluster_id, 'to be up')
        self.cloud.stop()
        said = self.wait_for_description(cluster_id, 'connect')
        self.assertIsNone(re.search('0x[0-9a-f]{6}', said), said)

    def test_a_server_that_does_not_go(self):
        cluster_id = self.begin(**UP)
        self.wait_for(cluster_id)
        self.cloud.is_stubborn = True
        self.api.delete_cluster(self.context, self.load(cluster_id))
        self.wait_for_description(
            cluster_id, 'to be gone. Its status is ACTIVE.'
        )
        self.cloud.is_stubborn = False
        self.cloud.servers.clear()
        self.wait_until_gone(cluster_id)

    def test_why_it_failed_takes_its_place(self):
        self.settings.set('infra_compute', address_timeout=1)
        cluster_id = self.begin(status='BUILD')
        self.wait_for_description(cluster_id, 'Waiting for')
        failed = self.wait_for(cluster_id, ClusterStatus.ERROR)
        for words in ('Waited 1 s in vain', 'Its status is BUILD.'):
            self.assertIn(words, base.reason(failed))


class TestShortWaits(WaitsTestCase):
    NOTICE = 1000.0

    def test_they_are_not_described(self):
        cluster_id = self.begin(status='BUILD')
        self.wait_for(cluster_id, ClusterStatus.WAITING)
        self.wait_for_step(cluster_id, 'Assigning IPs')
        self.assertEqual('', self.description(cluster_id))
        self.cloud.shown = UP
        self.wait_for(cluster_id)
        self.assertNotIn('has waited', self.log.output)


class TestDefault(base.EngineTestCase):
    def test_within_a_minute(self):
        self.assertLess(self.conf.engine.wait_notice, 60)
