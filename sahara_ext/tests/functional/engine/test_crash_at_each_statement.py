# SPDX-License-Identifier: Apache-2.0
"""An engine dies before any one of the statements it has for a database.

Between two of them nothing happens that could be lost but servers, and those
are found again. So another engine must be able to continue from each.
"""

from collections.abc import Iterator
import itertools
import os
import random
import threading

from sqlalchemy import event
from testtools import content

from sahara_ext.db.facade import facade
from sahara_ext.engine import provisioning
from sahara_ext.engine.lease import Lease
from sahara_ext.engine.operation import Operation
from sahara_ext.objects.cluster import Cluster
from sahara_ext.objects.engine import Engine
from sahara_ext.objects.fields import ClusterStatus
from sahara_ext.plugins.registry import PluginRegistry
from sahara_ext.tests.functional.engine import base
from sahara_ext.tests.functional.engine import cloud

#: Of how many statements one is tried.
STRIDE = int(os.environ.get('SAHARA_EXT_DEATH_STRIDE', '11'))


class Killed(BaseException):
    """The process is no more."""


class Death:
    """A death: from some statement on, an engine executes none."""

    def __init__(self) -> None:
        self._left: Iterator[int] = itertools.repeat(1)
        self._is_dead = False

    def comes_after(self, statements: int) -> None:
        """Have it come after so many more statements."""
        self._left = iter(range(statements, -1, -1))

    def has_come(self) -> bool:
        """Return whether it has; the next engine is alive."""
        has_come, self._is_dead = self._is_dead, False
        self._left = itertools.repeat(1)
        return has_come

    def listen(self, *_: object) -> None:
        """Hear of a statement."""
        self._is_dead = self._is_dead or not next(self._left)
        if self._is_dead:
            raise Killed


class TestEveryDeath(base.EngineTestCase):
    def setUp(self):
        super().setUp()
        self.settings.set('engine', instance_workers=1)
        self.death = Death()
        engine = facade.get_engine()
        # Before the cursor's turn: SQLAlchemy 2.1 gives the connection up
        # that is left by such an error while it executes.
        name = 'before_execute'
        event.listen(engine, name, self.death.listen)
        self.addCleanup(event.remove, engine, name, self.death.listen)
        self.plugins = PluginRegistry(self.conf)
        self.cloud = cloud.Cloud(self.conf)
        first = random.randrange(1, STRIDE + 1)
        self.addDetail('first', content.text_content(str(first)))
        self.points = itertools.count(first, STRIDE)

    def live(self, cluster_id, statements=None):
        """Be an engine; return whether it has died before it was done."""
        engine = Engine(self.context, host='host')
        engine.register()
        engine.destroy_others()
        if statements is not None:
            self.death.comes_after(statements)
        try:
            self.work(engine, cluster_id)
        except Killed:
            pass
        return self.death.has_come()

    def work(self, engine, cluster_id):
        deadline = Engine.get_deadline(self.context, 60)
        claim = (self.context, cluster_id, engine.id, deadline)
        self.assertTrue(Cluster.claim(*claim))
        cluster = Cluster.get_for_engine(self.context, cluster_id)
        lease = Lease(cluster, threading.Event())
        provisioning.carry_out(
            Operation(self.conf, cluster, lease, self.plugins, self.cloud)
        )

    def check_each(self, prepare, check):
        """Have engines die at several points of an operation.

        :param prepare: asks for it; returns the id of the cluster
        :param check: is called with that when another has gone on
        """
        tried = 0
        for number in self.points:
            cluster_id = prepare(f'demo{number}')
            if not self.live(cluster_id, number):
                check(cluster_id)
                break
            self.assertFalse(self.live(cluster_id))
            check(cluster_id)
            tried += 1
        self.assertGreater(tried, 30 // STRIDE)

    def check(self, cluster_id, step_type, totals, **wanted):
        """Make sure that a cluster is what it should be."""
        cluster = self.load(cluster_id)
        self.assertEqual(ClusterStatus.ACTIVE, cluster.status)
        self.assertIsNone(cluster.status_description)
        self.assertEqual(
            {name: (count, count) for name, count in wanted.items()},
            base.sizes(cluster),
        )
        self.assertEqual({'active'}, base.states(cluster))
        self.assertEqual(
            [(total, 0, total, True) for total in totals],
            [line[1:] for line in base.counts(cluster, step_type)],
        )
        stored = {
            instance.id: instance.instance_id
            for group in cluster.node_groups
            for instance in group.instances
        }
        self.assertEqual(stored, self.cloud.servers)
        self.cloud.servers.clear()

    def test_creation(self):
        def check(cluster_id):
            self.check(cluster_id, 'creating', [2] * 5, worker=2)

        self.check_each(
            lambda name: self.create({'worker': 2}, name=name), check
        )

    def test_scaling(self):
        def prepare(name):
            cluster_id = self.create({'a': 1, 'b': 2}, name=name)
            self.live(cluster_id)
            cluster = self.load(cluster_id)
            self.api.scale_cluster(self.context, cluster, {'a': 3, 'b': 1})
            return cluster_id

        def check(cluster_id):
            totals = [2, 2, 2, 2, 2, 1, 1]
            self.check(cluster_id, 'scaling', totals, a=3, b=1)

        self.check_each(prepare, check)

    def test_failed_scaling(self):
        def prepare(name):
            self.cloud = cloud.Unlucky(
                self.conf, 'wait_for_ssh', f'{name}-a-002'
            )
            cluster_id = self.create({'a': 1, 'b': 2}, name=name)
            self.live(cluster_id)
            cluster = self.load(cluster_id)
            self.api.scale_cluster(self.context, cluster, {'a': 3})
            return cluster_id

        def check(cluster_id):
            cluster = self.load(cluster_id)
            self.assertEqual(ClusterStatus.ACTIVE, cluster.status)
            self.assertIn('1 of 2: Waiting for ssh', base.reason(cluster))
            self.assertEqual({'a': (1, 1), 'b': (2, 2)}, base.sizes(cluster))
            self.assertEqual({'active'}, base.states(cluster))
            self.assertEqual(3, len(self.cloud.servers))
            self.assertEqual(
                [
                    (2, 0, 2, True),
                    (2, 0, 2, True),
                    (1, 1, 2, False),
                    (0, 0, None, None),
                    (0, 0, None, None),
                ],
                [line[1:] for line in base.counts(cluster, 'scaling')],
            )

        self.check_each(prepare, check)

    def test_deletion(self):
        def prepare(name):
            cluster_id = self.create({'a': 3}, name=name)
            self.live(cluster_id)
            self.api.delete_cluster(self.context, self.load(cluster_id))
            return cluster_id

        def check(cluster_id):
            self.assertTrue(self.is_gone(cluster_id))
            self.assertEqual({}, self.cloud.servers)

        self.check_each(prepare, check)
