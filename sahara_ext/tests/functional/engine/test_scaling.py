# SPDX-License-Identifier: Apache-2.0
"""Clusters grow and shrink, or stay what they were and say why."""

import functools

from sahara_ext import exception
from sahara_ext.objects.fields import ClusterStatus
from sahara_ext.plugins import fake
from sahara_ext.tests import requested
from sahara_ext.tests.functional.engine import base
from sahara_ext.tests.functional.engine import cloud

scaling = functools.partial(base.counts, step_type='scaling')


class ScalingTestCase(base.EngineTestCase):
    """A test of a cluster that is up."""

    def create_and_wait(self, **fake):
        return self.wait_for(self.create(**fake))

    def scale(self, cluster, resize=None, *add, **kwargs):
        """Scale a cluster; return it when that is over."""
        begun = self.api.scale_cluster(
            self.context, cluster, resize or {}, add, **kwargs
        )
        self.assertEqual(ClusterStatus.SCALING, begun.status)
        self.assertIsNotNone(begun.operation_id)
        return self.wait_for(cluster.id)


class TestScaling(ScalingTestCase):
    def setUp(self):
        super().setUp()
        self.cloud = cloud.Cloud(self.conf)
        self.start(self.cloud)
        self.cluster = self.create_and_wait()

    def check_servers(self, cluster):
        """Make sure that there is what the database says, and no more."""
        stored = {
            instance.id: instance.instance_id
            for group in cluster.node_groups
            for instance in group.instances
        }
        self.assertEqual(self.cloud.servers, stored)

    def test_up(self):
        scaled = self.scale(self.cluster, {'worker': 5})
        self.assertEqual(
            {'master': (1, 1), 'worker': (5, 5)}, base.sizes(scaled)
        )
        self.assertEqual({'active'}, base.states(scaled))
        self.assertIn('demo-worker-005', base.names(scaled, 'worker'))
        self.assertEqual(
            [
                *((name, 2, 0, 2, True) for name in base.ADDING),
                (fake.CONFIGURING_NEW, 2, 0, 2, True),
                (fake.STARTING_NEW, 2, 0, 2, True),
            ],
            scaling(scaled),
        )
        self.check_servers(scaled)

    def test_down(self):
        scaled = self.scale(self.cluster, {'worker': 1})
        self.assertEqual(
            {'master': (1, 1), 'worker': (1, 1)}, base.sizes(scaled)
        )
        self.assertEqual(['demo-worker-001'], base.names(scaled, 'worker'))
        self.assertEqual(
            [
                (fake.DECOMMISSIONING, 2, 0, 2, True),
                ('Deleting instances', 2, 0, 2, True),
            ],
            scaling(scaled),
        )
        self.check_servers(scaled)

    def test_everything_at_once(self):
        scaled = self.scale(
            self.cluster,
            {'worker': 1, 'master': 2},
            requested.group('extra', 3),
        )
        self.assertEqual(
            {'master': (2, 2), 'worker': (1, 1), 'extra': (3, 3)},
            base.sizes(scaled),
        )
        self.assertEqual(
            [4, 4, 4, 4, 4, 2, 2], [line[1] for line in scaling(scaled)]
        )
        self.check_servers(scaled)

    def test_what_is_to_come_is_planned(self):
        self.cloud.gate.clear()
        begun = self.api.scale_cluster(
            self.context, self.cluster, {'worker': 1, 'master': 2}
        )
        self.assertEqual(
            [
                *((name, 0, 0, 1, None) for name in base.ADDING),
                (fake.CONFIGURING_NEW, 0, 0, None, None),
                (fake.STARTING_NEW, 0, 0, None, None),
                (fake.DECOMMISSIONING, 0, 0, None, None),
                ('Deleting instances', 0, 0, 2, None),
            ],
            scaling(begun),
        )
        self.assertEqual({'active', 'planned', 'removing'}, base.states(begun))
        self.cloud.gate.set()
        self.wait_for(self.cluster.id)

    def test_those_users_name_go_first(self):
        first, *_ = base.names(self.cluster, 'worker')
        scaled = self.scale(
            self.cluster, {'worker': 1}, remove={'worker': [first]}
        )
        self.assertEqual(['demo-worker-002'], base.names(scaled, 'worker'))

    def test_more_than_once(self):
        cluster = self.cluster
        for count in (5, 2, 4):
            cluster = self.scale(cluster, {'worker': count})
            self.assertEqual((count, count), base.sizes(cluster)['worker'])
            self.check_servers(cluster)

    def test_to_nothing(self):
        scaled = self.scale(self.cluster, {'worker': 0, 'master': 0})
        self.assertEqual(
            {'master': (0, 0), 'worker': (0, 0)}, base.sizes(scaled)
        )
        self.assertEqual({}, self.cloud.servers)

    def test_to_what_it_is(self):
        same = self.api.scale_cluster(
            self.context, self.cluster, {'worker': 3}
        )
        self.assertEqual(ClusterStatus.ACTIVE, same.status)
        self.assertIsNone(self.load(self.cluster.id).operation_id)

    def test_one_at_a_time(self):
        self.cloud.gate.clear()
        self.api.scale_cluster(self.context, self.cluster, {'worker': 4})
        # As it was loaded before, and as it is now.
        for cluster in (self.cluster, self.load(self.cluster.id)):
            error = self.assertRaises(
                exception.ClusterInvalidStatus,
                self.api.scale_cluster,
                self.context,
                cluster,
                {'worker': 5},
            )
            self.assertIn('Scaling', str(error))
        self.cloud.gate.set()
        scaled = self.wait_for(self.cluster.id)
        self.assertEqual((4, 4), base.sizes(scaled)['worker'])

    def test_not_while_protected(self):
        self.api.update_cluster(
            self.context, self.cluster, {'is_protected': True}
        )
        self.assertRaises(
            exception.ClusterProtected,
            self.api.scale_cluster,
            self.context,
            self.cluster,
            {'worker': 5},
        )


class TestImpossible(ScalingTestCase):
    """Requests that are refused before anything is stored."""

    def setUp(self):
        super().setUp()
        self.start()
        self.cluster = self.create_and_wait()

    def check_refused(self, error, resize=None, *add, **kwargs):
        self.assertRaises(
            error,
            self.api.scale_cluster,
            self.context,
            self.cluster,
            resize or {},
            add,
            **kwargs,
        )
        found = self.load(self.cluster.id)
        self.assertEqual(ClusterStatus.ACTIVE, found.status)
        self.assertEqual([], scaling(found))

    def test_unknown_group(self):
        self.check_refused(exception.NodeGroupNotFound, {'unknown': 5})

    def test_name_of_another_group(self):
        self.check_refused(
            exception.NodeGroupNameExists, {}, requested.group('Worker', 1)
        )

    def test_unknown_process(self):
        group = {**requested.group('extra', 1), 'node_processes': ['sorcerer']}
        self.check_refused(exception.NodeProcessNotFound, {}, group)

    def test_too_many(self):
        self.settings.set('engine', max_instances=10)
        self.check_refused(exception.TooManyInstances, {'worker': 10})

    def test_unknown_instances(self):
        self.check_refused(
            exception.InvalidConfiguration,
            {'worker': 1},
            remove={'worker': ['demo-master-001']},
        )

    def test_more_instances_than_are_to_go(self):
        self.check_refused(
            exception.InvalidConfiguration,
            {'worker': 2},
            remove={'worker': base.names(self.cluster, 'worker')},
        )


class TestFailure(ScalingTestCase):
    def create_unlucky(self, method, *names):
        self.cloud = cloud.Unlucky(self.conf, method, *names)
        self.start(self.cloud)
        return self.create_and_wait()

    def test_growing(self):
        cluster = self.create_unlucky('wait_for_ssh', 'demo-worker-005')
        scaled = self.scale(cluster, {'worker': 6})
        self.assertEqual(ClusterStatus.ACTIVE, scaled.status)
        self.assertIn('no wait_for_ssh', base.reason(scaled))
        self.assertEqual(
            {'master': (1, 1), 'worker': (3, 3)}, base.sizes(scaled)
        )
        self.assertEqual({'active'}, base.states(scaled))
        self.assertEqual(4, len(self.cloud.servers))
        self.assertEqual(
            [
                ('Launching instances', 3, 0, 3, True),
                ('Assigning IPs', 3, 0, 3, True),
                ('Waiting for ssh', 2, 1, 3, False),
                (fake.CONFIGURING_NEW, 0, 0, None, None),
                (fake.STARTING_NEW, 0, 0, None, None),
            ],
            scaling(scaled),
        )

    def test_a_new_group_stays_as_an_empty_one(self):
        cluster = self.create_unlucky('launch', 'demo-extra-001')
        scaled = self.scale(cluster, {}, requested.group('extra', 2))
        self.assertEqual((0, 0), base.sizes(scaled)['extra'])
        self.assertEqual(4, len(self.cloud.servers))
        # It can be tried again.
        self.cloud.names = ()
        scaled = self.scale(scaled, {'extra': 2})
        self.assertEqual((2, 2), base.sizes(scaled)['extra'])
        self.assertIsNone(scaled.status_description)

    def test_shrinking_in_the_plugin(self):
        in_cloud = cloud.Cloud(self.conf)
        self.start(in_cloud)
        cluster = self.create_and_wait(
            fail_step=fake.DECOMMISSIONING, fail_instances=1
        )
        scaled = self.scale(cluster, {'worker': 1})
        self.assertEqual(
            {'master': (1, 1), 'worker': (3, 3)}, base.sizes(scaled)
        )
        self.assertEqual(4, len(in_cloud.servers))
        self.assertIn(fake.DECOMMISSIONING, base.reason(scaled))

    def test_shrinking_in_the_cloud(self):
        cluster = self.create_unlucky('delete', 'demo-worker-003')
        scaled = self.scale(cluster, {'worker': 1})
        self.assertEqual((2, 2), base.sizes(scaled)['worker'])
        self.assertEqual(
            ['demo-worker-001', 'demo-worker-003'],
            base.names(scaled, 'worker'),
        )
        self.assertEqual(3, len(self.cloud.servers))
        self.assertEqual(
            [
                (fake.DECOMMISSIONING, 2, 0, 2, True),
                ('Deleting instances', 1, 1, 2, False),
            ],
            scaling(scaled),
        )

    def test_what_cannot_be_rolled_back_stays_recorded(self):
        cluster = self.create_unlucky('delete', 'demo-worker-004')

        def scale(plugin, context, cluster, instances, progress):
            raise OSError('out of luck')

        self.patch(fake.FakePlugin, 'scale', scale)
        scaled = self.scale(cluster, {'worker': 5})
        self.assertEqual((4, 4), base.sizes(scaled)['worker'])
        self.assertEqual(5, len(self.cloud.servers))
        self.assertIn('out of luck', base.reason(scaled))
