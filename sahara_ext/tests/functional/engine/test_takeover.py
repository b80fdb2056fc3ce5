# SPDX-License-Identifier: Apache-2.0
"""An engine resumes the work of another, and repeats nothing."""

import datetime

import fixtures
from oslo_db import exception as db_exception
import oslo_messaging as messaging

from ext_lib import context as ext_context
from ext_lib.testing import polling
from sahara_ext import exception
from sahara_ext.db import models
from sahara_ext.db.facade import facade
from sahara_ext.engine.operation import Operation
from sahara_ext.objects.cluster import Cluster
from sahara_ext.objects.cluster_instance import ClusterInstanceList
from sahara_ext.objects.engine import Engine
from sahara_ext.objects.fields import ClusterStatus
from sahara_ext.plugins import fake
from sahara_ext.progress import Progress
from sahara_ext.tests.functional.engine import base
from sahara_ext.tests.functional.engine import cloud

STEPS = [*base.ADDING, fake.CONFIGURING, fake.STARTING]


class TestSearch(base.EngineTestCase):
    """No message is needed for an operation to be carried out."""

    def test_the_message_came_too_early(self):
        cluster_id = self.create()
        self.start()
        self.wait_for(cluster_id)

    def test_the_message_could_not_be_sent(self):
        def cast(*_args, **_kwargs):
            raise messaging.MessageDeliveryFailure('no broker')

        self.useFixture(
            fixtures.MonkeyPatch(
                'oslo_messaging.rpc.client._CallContext.cast', cast
            )
        )
        self.start()
        self.wait_for(self.create())
        self.assertIn('no broker', self.log.output)

    def test_the_engine_was_busy(self):
        self.settings.set('engine', operation_workers=1)
        self.start()
        ids = [self.create(name=f'demo{number}') for number in range(4)]
        for cluster_id in ids:
            self.wait_for(cluster_id)


class TestStop(base.EngineTestCase):
    """An engine that is to stop releases clusters between two instances."""

    def setUp(self):
        super().setUp()
        self.settings.set('engine', instance_workers=2)
        self.cloud = cloud.Cloud(self.conf)
        self.first = self.start(self.cloud)

    def stop(self):
        self.first.stop()
        self.first.wait()

    def stop_at(self, method):
        """Stop the engine when it has asked for something thrice."""
        polling.wait_until(lambda: not self.cloud.gate.is_set(), method)
        self.stop()
        self.cloud.gate.set()

    def check_released(self, cluster_id):
        cluster = self.load(cluster_id)
        self.assertIsNotNone(cluster.operation_id)
        self.assertIsNone(cluster.engine_id)
        self.assertEqual([], engines())

    def test_another_goes_on_at_once(self):
        self.cloud.close_at = ('wait_for_address', 3)
        cluster_id = self.create({'worker': 50})
        self.stop_at('wait_for_address')
        self.check_released(cluster_id)
        self.assertEqual(50, self.cloud.count('launch'))
        # Not because the first one is dead, nor by declaring it so.
        self.settings.set('engine', heartbeat_timeout=600)
        statuses = self.record_statuses()
        self.start(self.cloud, is_alone=False)
        cluster = self.wait_for(cluster_id)
        # It does not go back to those of steps that are over.
        self.assertEqual(['Preparing', 'Configuring', 'Starting'], statuses)
        self.assertEqual(
            [(name, 50, 0, 50, True) for name in STEPS], base.counts(cluster)
        )
        self.assertEqual(50, self.cloud.count('launch'))
        # What had not been done when it stopped was asked for twice.
        self.assertLess(self.cloud.count('wait_for_address'), 50 + 3)
        self.assertEqual(50, len(self.cloud.servers))

    def record_statuses(self):
        """Return a list of the statuses clusters are given from now on."""
        statuses = []
        set_status = Cluster.set_status

        def record(cluster, status, *args):
            statuses.append(status)
            set_status(cluster, status, *args)

        self.patch(Cluster, 'set_status', record)
        return statuses

    def test_amid_a_deletion(self):
        cluster_id = self.create({'worker': 50})
        self.cloud.close_at = ('delete', 3)
        self.api.delete_cluster(self.context, self.wait_for(cluster_id))
        self.stop_at('delete')
        self.check_released(cluster_id)
        self.start(self.cloud, is_alone=False)
        self.wait_until_gone(cluster_id)
        self.assertEqual({}, self.cloud.servers)
        self.assertLess(self.cloud.count('delete'), 50 + 3)

    def test_a_step_that_failed_before(self):
        cluster_id = self.create(
            {'worker': 10}, fail_step=fake.CONFIGURING, seconds=0.1
        )
        self.wait_for_step(cluster_id, fake.CONFIGURING, 3)
        self.stop()
        self.check_released(cluster_id)
        self.start(self.cloud)
        cluster = self.wait_for(cluster_id, ClusterStatus.ERROR)
        self.assertIn(
            (fake.CONFIGURING, 9, 1, 10, False), base.counts(cluster)
        )
        self.assertTrue(base.steps(cluster)[fake.STARTING].is_planned)

    def test_a_rollback(self):
        cluster = self.wait_for(self.create())
        self.cloud = cloud.Unlucky(self.conf, 'launch', 'demo-worker-009')
        self.cloud.close_at = ('delete', 3)
        self.stop()
        self.first = self.start(self.cloud)
        self.api.scale_cluster(self.context, cluster, {'worker': 30})
        self.stop_at('delete')
        self.check_released(cluster.id)
        self.start(self.cloud)
        cluster = self.wait_for(cluster.id)
        self.assertEqual((3, 3), base.sizes(cluster)['worker'])
        self.assertEqual({}, self.cloud.servers)
        self.assertIn('Launching instances', base.reason(cluster))


class TestDeath(base.EngineTestCase):
    """An engine is dead when it gave no sign of life for long."""

    def setUp(self):
        super().setUp()
        self.settings.set('engine', heartbeat_timeout=600)
        self.dead = Engine(self.context, host='dead')
        self.dead.register()
        self.cluster_id = self.create()
        deadline = Engine.get_deadline(self.context, 600)
        Cluster.claim(self.context, self.cluster_id, self.dead.id, deadline)

    def age(self, seconds):
        @facade.writer
        def write(context):
            row = context.session.get(models.Engine, self.dead.id)
            row.last_seen_at -= datetime.timedelta(seconds=seconds)

        write(self.context)

    def test_its_clusters_are_taken_over(self):
        self.age(601)
        self.start(is_alone=False)
        self.wait_for(self.cluster_id)

    def test_not_before(self):
        self.age(500)
        self.start(is_alone=False)
        other = self.create(name='other')
        self.wait_for(other)
        cluster = self.load(self.cluster_id)
        self.assertEqual(self.dead.id, cluster.engine_id)
        self.assertEqual(ClusterStatus.VALIDATING, cluster.status)

    def test_who_is_alone_does_not_wait(self):
        self.start(is_alone=True)
        self.wait_for(self.cluster_id)

    def test_it_can_store_nothing_any_more(self):
        frozen = Cluster.get_for_engine(self.context, self.cluster_id)
        self.start(is_alone=True)
        before = self.wait_for(self.cluster_id)
        for change in (
            lambda: frozen.set_status('Error'),
            lambda: frozen.finish_operation('Error', 'it is late'),
            frozen.destroy,
            lambda: ClusterInstanceList.save_all(
                self.context, frozen.node_groups[0].instances, self.dead.id
            ),
        ):
            self.assertRaises(exception.OperationSuperseded, change)
        self.assertFalse(frozen.is_held())
        self.assertFalse(frozen.release())
        after = self.load(self.cluster_id)
        self.assertEqual('Active', after.status)
        self.assertEqual(before.updated_at, after.updated_at)


class TestDatabase(base.EngineTestCase):
    """A database that is not there is no failure of a cluster."""

    def test_it_comes_back(self):
        answers = iter([db_exception.DBConnectionError()] * 2)
        is_held = Cluster.is_held

        def ask(cluster):
            for error in answers:
                raise error
            return is_held(cluster)

        self.patch(Cluster, 'is_held', ask)
        self.start()
        cluster = self.wait_for(self.create(seconds=0.8))
        self.assertEqual(
            [(name, 4, 0, 4, True) for name in STEPS], base.counts(cluster)
        )
        self.assertIn('the database is unreachable', self.log.output)

    def test_it_comes_back_when_a_step_begins(self):
        answers = iter([db_exception.DBConnectionError()])
        step = Progress.step

        def begin(progress, name, total=None):
            if name == fake.STARTING:
                for error in answers:
                    raise error
            return step(progress, name, total)

        self.patch(Progress, 'step', begin)
        self.start()
        cluster = self.wait_for(self.create())
        self.assertEqual(
            [(name, 4, 0, 4, True) for name in STEPS], base.counts(cluster)
        )

    def test_it_is_still_unreachable_when_the_engine_lets_go(self):
        errors = [db_exception.DBConnectionError() for _ in range(2)]

        def unless_unreachable(method):
            def ask(cluster):
                if errors:
                    raise errors.pop()
                return method(cluster)

            return ask

        for name in ('is_held', 'release'):
            method = getattr(Cluster, name)
            self.patch(Cluster, name, unless_unreachable(method))
        self.start(is_alone=False)
        self.wait_for(self.create(seconds=0.4))
        self.assertEqual([], errors)
        self.assertIn('is to be retried', self.log.output)

    def test_it_comes_back_after_an_instance_was_saved(self):
        answers = iter([db_exception.DBConnectionError()])

        def save(operation, instances):
            original(operation, instances)
            for error in answers:
                raise error
            return [None] * len(instances)

        original = Operation._save_all
        self.patch(Operation, '_save_all', save)
        in_cloud = cloud.Cloud(self.conf)
        self.start(in_cloud)
        cluster = self.wait_for(self.create({'worker': 50}))
        self.assertEqual(
            [(name, 50, 0, 50, True) for name in STEPS], base.counts(cluster)
        )
        self.assertEqual(50, len(in_cloud.servers))


def engines():
    """Return the hosts of the engines that count as alive."""

    @facade.reader
    def read(context):
        return [row.host for row in context.session.query(models.Engine)]

    return read(ext_context.get_admin_context())
