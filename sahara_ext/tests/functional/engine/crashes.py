# SPDX-License-Identifier: Apache-2.0
"""Crashes and lost connections, in spite of which clusters come up."""

import os
import random
import threading
import time

from testtools import content

from ext_lib.testing import polling
from sahara_ext import exception
from sahara_ext.objects.fields import ClusterStatus
from sahara_ext.tests.functional.engine import processes

#: How often engines are killed at a random point.
ROUNDS = int(os.environ.get('SAHARA_EXT_CRASH_ROUNDS', '4'))
SEED = os.environ.get('SAHARA_EXT_CRASH_SEED')

#: How long an engine lives at most, in seconds.
_LIFE = 1.5
#: How large groups become.
_SIZE = 40
#: More than are worked on at the same time.
_MANY = 100


class RandomDeath(processes.EnginesTestCase):
    """Users ask for all kinds of things while engines are killed."""

    def setUp(self):
        super().setUp()
        seed = SEED or str(time.time_ns())
        self.addDetail('seed', content.text_content(seed))
        self.random = random.Random(seed)
        #: How many workers each cluster is to have.
        self.wanted = {}
        self.doomed = set()
        self.pause = threading.Event()

    def test_rounds(self):
        alive = []
        for number in range(ROUNDS):
            self.ask(number)
            alive.append(self.engines.start(f'node{number}'))
            self.pause.wait(self.random.uniform(0, _LIFE))
            self.ask_amid()
            self.pause.wait(self.random.uniform(0, _LIFE))
            # Sometimes one is left that can continue.
            self.random.shuffle(alive)
            for _ in range(self.random.randint(1, len(alive))):
                alive.pop().kill()
        self.engines.start('last')
        clusters = [self.wait_for(cluster_id) for cluster_id in self.wanted]
        for cluster_id in self.doomed:
            self.wait_until_gone(cluster_id)
        for cluster in clusters:
            self.check(cluster, worker=self.wanted[cluster.id])
        self.check_servers(*clusters)

    def ask(self, number):
        """Ask for a new cluster."""
        size = self.random.randint(1, _SIZE)
        cluster_id = self.create({'worker': size}, name=f'demo{number}')
        self.wanted[cluster_id] = size

    def ask_amid(self):
        """Ask for changes of those there are."""
        for cluster_id in list(self.wanted):
            choice = self.random.random()
            if choice < 0.2:
                self.api.delete_cluster(self.context, self.load(cluster_id))
                self.doomed.add(cluster_id)
                del self.wanted[cluster_id]
            elif choice < 0.8:
                self.scale(cluster_id, self.random.randint(1, _SIZE))

    def scale(self, cluster_id, size):
        cluster = self.load(cluster_id)
        try:
            self.api.scale_cluster(self.context, cluster, {'worker': size})
        except exception.ClusterInvalidStatus:
            # Busy; another time.
            return
        self.wanted[cluster_id] = size


class Frozen(processes.EnginesTestCase):
    """An engine is frozen for so long that others take it for dead."""

    def test_it_wakes_up_and_lets_go(self):
        frozen = self.engines.start('frozen')
        self.engines.directory_cloud.hold('wait_for_address', 5)
        cluster_id = self.create({'worker': _MANY})
        self.wait_for_step(cluster_id, 'Assigning IPs', 5)
        frozen.freeze()
        self.assertEqual(ClusterStatus.WAITING, self.load(cluster_id).status)
        self.engines.directory_cloud.release('wait_for_address')
        awake = self.engines.start('awake')
        cluster = self.wait_for(cluster_id)
        self.assertTrue(awake.has_said(': creating: begun'))
        frozen.thaw()
        polling.wait_until(
            lambda: frozen.has_said(f'Released cluster {cluster_id}'),
            'it to notice',
        )
        after = self.load(cluster_id)
        self.check(after, worker=_MANY)
        self.check_servers(after)
        self.assertEqual(cluster.updated_at, after.updated_at)

    def test_it_wakes_up_after_a_deletion(self):
        frozen = self.engines.start('frozen')
        self.engines.directory_cloud.hold('launch', 5)
        cluster_id = self.create({'worker': _MANY})
        self.wait_for_step(cluster_id, 'Launching instances', 5)
        frozen.freeze()
        self.engines.directory_cloud.release('launch')
        self.api.delete_cluster(self.context, self.load(cluster_id))
        self.engines.start('awake')
        self.wait_until_gone(cluster_id)
        frozen.thaw()
        polling.wait_until(
            lambda: frozen.has_said(f'Released cluster {cluster_id}'),
            'it to notice',
        )
        self.assertTrue(self.is_gone(cluster_id))


class Stopped(processes.EnginesTestCase):
    """An engine that is to stop lets another continue at once."""

    options = {'heartbeat_timeout': 600}

    def test_another_goes_on(self):
        first = self.engines.start('first')
        second = self.engines.start('second')
        self.engines.directory_cloud.hold('wait_for_address', 5)
        cluster_id = self.create({'worker': _MANY})
        self.wait_for_step(cluster_id, 'Assigning IPs', 5)
        busy, idle = first, second
        if second.has_said(': creating: begun'):
            busy, idle = second, first
        self.assertEqual(0, busy.stop())
        self.engines.directory_cloud.release('wait_for_address')
        polling.wait_until(
            lambda: idle.has_said(': creating: begun'), 'the other to begin'
        )
        cluster = self.wait_for(cluster_id)
        self.check(cluster, worker=_MANY)
        self.check_servers(cluster)
        self.assertEqual(1, len(processes.alive()))
