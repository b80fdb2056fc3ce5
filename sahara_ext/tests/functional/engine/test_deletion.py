# SPDX-License-Identifier: Apache-2.0
"""Clusters are deleted, whatever is being done to them."""

from concurrent import futures

from ext_lib.testing import polling
from sahara_ext import exception
from sahara_ext.objects.cluster_event import ClusterEventList
from sahara_ext.objects.fields import ClusterStatus
from sahara_ext.plugins import fake
from sahara_ext.tests.functional.engine import base
from sahara_ext.tests.functional.engine import cloud


class TestDeletion(base.EngineTestCase):
    def setUp(self):
        super().setUp()
        self.cloud = cloud.Cloud(self.conf)
        self.start(self.cloud)

    def delete(self, cluster_id, force=False):
        self.api.delete_cluster(self.context, self.load(cluster_id), force)

    def test_nothing_is_left(self):
        cluster_id = self.create()
        step_ids = [s.id for s in self.wait_for(cluster_id).provision_steps]
        self.delete(cluster_id)
        self.wait_until_gone(cluster_id)
        self.assertEqual({}, self.cloud.servers)
        for step_id in step_ids:
            self.assertEqual(
                [], list(ClusterEventList.get_by_step(self.context, step_id))
            )

    def test_its_steps_show_while_it_lasts(self):
        cluster_id = self.create()
        self.wait_for(cluster_id)
        self.cloud.gate.clear()
        self.delete(cluster_id)
        self.wait_for_step(cluster_id, 'Deleting instances')
        cluster = self.load(cluster_id)
        self.assertEqual(ClusterStatus.DELETING, cluster.status)
        self.assertEqual({'removing'}, base.states(cluster))
        self.assertEqual(
            [
                (fake.STOPPING, 4, 0, 4, True),
                ('Deleting instances', 0, 0, 4, None),
            ],
            base.counts(cluster, 'deleting'),
        )
        self.cloud.gate.set()
        self.wait_until_gone(cluster_id)

    def test_amid_its_creation(self):
        self.cloud.gate.clear()
        cluster_id = self.create({'worker': 50})
        self.wait_for_step(cluster_id, 'Launching instances')
        # Some are under way, most have not begun.
        for _ in range(self.conf.engine.instance_workers):
            self.cloud.waiting.acquire()
        self.delete(cluster_id)
        polling.wait_until(
            lambda: self.cloud.count('delete'), 'the deletion to begin'
        )
        self.cloud.gate.set()
        self.wait_until_gone(cluster_id)
        self.assertEqual({}, self.cloud.servers)
        self.assertEqual(32, self.cloud.count('launch'))
        self.assertEqual(50, self.cloud.count('delete'))

    def test_amid_its_creation_servers_do_not_get_lost(self):
        def delete(cluster, method):
            if method == 'wait_for_address':
                self.delete(cluster.id)

        self.cloud._watch = delete
        cluster_id = self.create({'worker': 50})
        self.wait_until_gone(cluster_id)
        self.assertEqual(50, self.cloud.count('launch'))
        self.assertEqual({}, self.cloud.servers)

    def test_amid_its_scaling(self):
        cluster_id = self.create()
        cluster = self.wait_for(cluster_id)
        self.cloud.gate.clear()
        self.api.scale_cluster(
            self.context, cluster, {'worker': 1, 'master': 3}
        )
        polling.wait_until(lambda: self.cloud.count('launch') == 6, 'it')
        self.delete(cluster_id)
        self.cloud.gate.set()
        self.wait_until_gone(cluster_id)
        self.assertEqual({}, self.cloud.servers)

    def test_by_many_at_once(self):
        cluster_id = self.create()
        cluster = self.wait_for(cluster_id)
        self.cloud.gate.clear()
        with futures.ThreadPoolExecutor(8) as pool:
            tries = [
                pool.submit(self.api.delete_cluster, self.context, cluster)
                for _ in range(8)
            ]
        self.assertEqual([None] * 8, [one.result() for one in tries])
        deleting = base.counts(self.load(cluster_id), 'deleting')
        self.assertEqual(2, len(deleting))
        self.cloud.gate.set()
        self.wait_until_gone(cluster_id)
        self.assertEqual(4, self.cloud.count('delete'))

    def test_not_while_protected(self):
        cluster = self.wait_for(self.create())
        self.api.update_cluster(self.context, cluster, {'is_protected': True})
        for force in (False, True):
            self.assertRaises(
                exception.ClusterProtected, self.delete, cluster.id, force
            )
        self.assertRaises(
            exception.ClusterProtected,
            self.api.update_cluster,
            self.context,
            cluster,
            {'name': 'other'},
        )
        self.api.update_cluster(self.context, cluster, {'is_protected': False})
        self.delete(cluster.id)
        self.wait_until_gone(cluster.id)

    def test_one_that_has_failed(self):
        cluster_id = self.create(fail_instances=1)
        self.wait_for(cluster_id, ClusterStatus.ERROR)
        self.delete(cluster_id)
        self.wait_until_gone(cluster_id)
        self.assertEqual({}, self.cloud.servers)

    def test_one_whose_plugin_is_gone(self):
        cluster_id = self.create()
        self.wait_for(cluster_id)
        self.api.plugins._plugins.clear()
        self.delete(cluster_id)
        self.wait_until_gone(cluster_id)

    def test_it_is_gone_by_now(self):
        cluster = self.wait_for(self.create())
        self.delete(cluster.id)
        self.wait_until_gone(cluster.id)
        self.assertRaises(
            exception.ClusterNotFound,
            self.api.delete_cluster,
            self.context,
            cluster,
        )


class TestFailure(base.EngineTestCase):
    def setUp(self):
        super().setUp()
        self.cloud = cloud.Unlucky(self.conf, 'delete', 'demo-worker-002')
        self.start(self.cloud)
        self.cluster = self.wait_for(self.create())

    def test_it_ends_in_error_and_can_be_tried_again(self):
        self.api.delete_cluster(self.context, self.cluster)
        failed = self.wait_for(self.cluster.id, ClusterStatus.ERROR)
        self.assertIn('no delete', base.reason(failed))
        self.assertEqual(
            [
                (fake.STOPPING, 4, 0, 4, True),
                ('Deleting instances', 3, 1, 4, False),
            ],
            base.counts(failed, 'deleting'),
        )
        self.assertEqual(1, len(self.cloud.servers))
        self.cloud.names = ()
        self.api.delete_cluster(self.context, failed)
        self.wait_until_gone(self.cluster.id)
        self.assertEqual({}, self.cloud.servers)

    def test_by_force_something_is_left(self):
        self.api.delete_cluster(self.context, self.cluster, force=True)
        self.wait_until_gone(self.cluster.id)
        self.assertEqual(1, len(self.cloud.servers))
        self.assertIn('no delete for demo-worker-002', self.log.output)

    def test_by_force_the_plugin_is_not_asked(self):
        def shutdown(plugin, context, cluster, progress):
            raise OSError('out of luck')

        self.patch(fake.FakePlugin, 'shutdown', shutdown)
        self.api.delete_cluster(self.context, self.cluster)
        failed = self.wait_for(self.cluster.id, ClusterStatus.ERROR)
        self.assertIn('out of luck', base.reason(failed))
        self.cloud.names = ()
        self.api.delete_cluster(self.context, failed, force=True)
        self.wait_until_gone(self.cluster.id)
        self.assertEqual({}, self.cloud.servers)

    def test_force_overrules_a_deletion_without(self):
        self.cloud.gate.clear()
        self.api.delete_cluster(self.context, self.cluster)
        polling.wait_until(lambda: self.cloud.count('delete') == 4, 'it')
        self.api.delete_cluster(self.context, self.cluster, force=True)
        self.cloud.gate.set()
        self.wait_until_gone(self.cluster.id)
