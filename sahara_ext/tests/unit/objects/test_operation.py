# SPDX-License-Identifier: Apache-2.0
"""An operation is begun by requests and carried out by one engine."""

from ext_lib.paging import ALL
from sahara_ext import exception
from sahara_ext.objects.cluster import Cluster
from sahara_ext.objects.cluster import ClusterList
from sahara_ext.objects.engine import Engine
from sahara_ext.objects.fields import ClusterStatus
from sahara_ext.objects.fields import InstanceState
from sahara_ext.objects.fields import StepType
from sahara_ext.objects.operation import NewOperation
from sahara_ext.progress import Progress
from sahara_ext.tests.unit.objects import base

ANY = None


class TestBegin(base.TestCase):
    def scale(self, cluster, expected=ANY, **changes):
        return Cluster.begin_operation(
            self.context,
            cluster.id,
            NewOperation(
                StepType.SCALING, ClusterStatus.SCALING, expected, **changes
            ),
        )

    def test_what_is_to_be_done(self):
        made = self.create(groups=1)
        cluster = self.scale(made, [ClusterStatus.VALIDATING], force=True)
        self.assertEqual(made.id, cluster.id)
        self.assertNotEqual(made.operation_id, cluster.operation_id)
        self.assertEqual(StepType.SCALING, cluster.operation_type)
        self.assertEqual(ClusterStatus.SCALING, cluster.status)
        self.assertTrue(cluster.operation_force)
        self.assertEqual(set(), cluster.obj_what_changed())
        again = Cluster.get(self.context, made.id)
        self.assertEqual(cluster.operation_id, again.operation_id)

    def test_what_it_changes(self):
        made = self.create(groups=2, instances=2)
        first, second = made.node_groups
        cluster = self.scale(
            made,
            node_groups=[self.group('g2', 1, position=2)],
            instances=[self.instance('g0', 3, node_group_id=first.id)],
            counts={first.id: 3, second.id: 1},
            removing=[second.instances[0].id],
        )
        found = {
            instance.instance_name: instance.state
            for group in cluster.node_groups
            for instance in group.instances
        }
        names = ['g0-1', 'g0-2', 'g0-3', 'g1-1', 'g1-2', 'g2-1']
        self.assertEqual(names, list(found))
        self.assertEqual(InstanceState.REMOVING, found.pop('g1-1'))
        self.assertEqual({InstanceState.PLANNED}, set(found.values()))
        self.assertEqual([3, 1, 1], [g.count for g in cluster.node_groups])

    def test_refusals(self):
        made = self.create()
        self.assertRaises(
            exception.ClusterInvalidStatus,
            *(self.scale, made, [ClusterStatus.ACTIVE]),
        )
        made.is_protected = True
        made.save()
        self.assertRaises(exception.ClusterProtected, self.scale, made)
        made.id = 'x'
        self.assertRaises(exception.ClusterNotFound, self.scale, made)

    def test_an_engine_keeps_what_it_has_until_it_notices(self):
        held = self.claimed()
        cluster = self.scale(held)
        self.assertEqual(held.engine_id, cluster.engine_id)
        self.assertFalse(held.is_held())
        engine = self.engine()
        self.assertFalse(self.claim(cluster, engine))
        self.assertTrue(held.release())
        self.assertFalse(held.release())
        self.assertTrue(self.claim(cluster, engine))


class TestHeld(base.TestCase):
    def test_until_another_engine_has_it(self):
        held = self.claimed()
        self.assertTrue(held.is_held())
        Engine(self.context, id=held.engine_id).destroy()
        self.assertTrue(self.claim(held, self.engine()))
        self.assertFalse(held.is_held())
        for change in (
            lambda: held.set_status('x'),
            lambda: held.finish_operation('x'),
            held.destroy,
        ):
            self.assertRaises(exception.OperationSuperseded, change)
        self.assertFalse(held.release())

    def test_a_cluster_without_an_owner_is_not_released(self):
        cluster = self.create()
        self.assertAsks(0, cluster.release)

    def test_set_status(self):
        held = self.claimed()
        held.set_status('Waiting', 'for something')
        self.assertAsks(1, held.set_status, 'Spawning')
        for cluster in (held, Cluster.get(self.context, held.id)):
            self.assertEqual(
                ('Spawning', 'for something'),
                (cluster.status, cluster.status_description),
            )
        self.assertEqual(set(), held.obj_what_changed())

    def test_finish(self):
        held = self.claimed(groups=1, instances=2)
        gone = held.node_groups[0].instances[0].id
        held.finish_operation('Active', 'a word', [gone])
        cluster = Cluster.get(self.context, held.id)
        for found in (held, cluster):
            self.assertEqual(
                ('Active', 'a word', None, None, None, None),
                (
                    found.status,
                    found.status_description,
                    found.operation_id,
                    found.operation_type,
                    found.operation_started_at,
                    found.engine_id,
                ),
            )
        [group] = cluster.node_groups
        [instance] = group.instances
        self.assertEqual(
            ('g0-2', 'active'), (instance.instance_name, instance.state)
        )
        self.assertEqual(1, group.count)
        self.assertFalse(self.claim(held, self.engine()))

    def test_destroy(self):
        held = self.claimed(groups=1, instances=2)
        progress = Progress(
            self.context, held.id, held.operation_id, 'creating'
        )
        with progress.step('step', 2) as step:
            step.succeed(subject='1')
        held.destroy()
        self.assertRaises(
            exception.ClusterNotFound, Cluster.get, self.context, held.id
        )
        self.assertRaises(exception.OperationSuperseded, held.destroy)
        self.assertEqual([], list(ClusterList.get_page(self.context, ALL)))


class TestAbandoned(base.TestCase):
    def find(self, seconds=60, engine_id=None):
        return ClusterList.get_abandoned(
            self.context,
            Engine.get_deadline(self.context, seconds),
            10,
            engine_id,
        )

    def test_what_no_live_engine_works_on(self):
        waiting, held = self.create(), self.claimed()
        done = self.claimed()
        done.finish_operation('Active')
        self.assertEqual([waiting.id], self.find())
        self.assertEqual([waiting.id, held.id], self.find(-60))
        self.assertEqual(
            [waiting.id, held.id], self.find(engine_id=held.engine_id)
        )
        Engine(self.context, id=held.engine_id).destroy()
        self.assertEqual([waiting.id, held.id], self.find())
