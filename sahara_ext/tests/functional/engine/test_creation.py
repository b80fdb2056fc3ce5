# SPDX-License-Identifier: Apache-2.0
"""New clusters come up, or end in Error and say why."""

from typing import Any
from unittest import mock

import fixtures
from oslo_context import context as oslo_context
from testtools import matchers

from ext_lib import paging
from sahara_ext import exception
from sahara_ext.objects.cluster import Cluster
from sahara_ext.objects.cluster import ClusterList
from sahara_ext.objects.cluster_event import ClusterEventList
from sahara_ext.objects.fields import ClusterStatus
from sahara_ext.plugins import fake
from sahara_ext.tests import requested
from sahara_ext.tests.functional.engine import base
from sahara_ext.tests.functional.engine import cloud

STEPS = [*base.ADDING, fake.CONFIGURING, fake.STARTING]


class TestAcceptance(base.EngineTestCase):
    """Rows that are there before an engine has heard of them."""

    def test_everything_is_planned(self):
        cluster = self.load(self.create({'master': 1, 'worker': 3}))
        self.assertEqual(ClusterStatus.VALIDATING, cluster.status)
        self.assertEqual(
            [
                *((name, 0, 0, 4, None) for name in base.ADDING),
                (fake.CONFIGURING, 0, 0, None, None),
                (fake.STARTING, 0, 0, None, None),
            ],
            base.counts(cluster, 'creating'),
        )
        self.assertTrue(all(s.is_planned for s in cluster.provision_steps))
        self.assertEqual({'planned'}, base.states(cluster))
        self.assertEqual(
            ['demo-worker-001', 'demo-worker-002', 'demo-worker-003'],
            base.names(cluster, 'worker'),
        )

    def test_what_is_returned_is_what_is_stored(self):
        (cluster,) = self.api.create_clusters(self.context, requested.values())
        stored = self.load(cluster.id)
        self.assertEqual(base.counts(stored), base.counts(cluster))
        self.assertEqual(base.sizes(stored), base.sizes(cluster))
        self.assertEqual(set(), cluster.obj_what_changed())

    def test_cluster_and_steps_are_stored_together(self):
        self.useFixture(
            fixtures.MockPatchObject(
                fake.FakePlugin, 'get_provisioning_steps', side_effect=OSError
            )
        )
        self.assertRaises(OSError, self.create)
        self.assertEqual(
            [], list(ClusterList.get_page(self.context, paging.ALL))
        )

    def test_several_at_once_are_numbered(self):
        clusters = self.api.create_clusters(
            self.context, requested.values({'all': 1}), count=10
        )
        self.assertEqual(
            ['demo-01', 'demo-10'], [clusters[0].name, clusters[9].name]
        )
        self.start()
        for cluster in clusters:
            up = self.wait_for(cluster.id)
            self.assertEqual(
                [(f'{cluster.name}-all-001')], base.names(up, 'all')
            )

    def test_not_too_many(self):
        self.settings.set('engine', max_instances=10)
        values = requested.values({'all': 4})
        self.assertRaises(
            exception.TooManyInstances,
            self.api.create_clusters,
            self.context,
            values,
            3,
        )
        self.api.create_clusters(self.context, values, 2)

    def test_several_at_once_are_all_or_none(self):
        self.api.create_clusters(
            self.context, requested.values({'all': 1}, name='demo-2')
        )
        self.assertRaises(
            exception.ClusterNameExists,
            self.api.create_clusters,
            self.context,
            requested.values({'all': 1}),
            3,
        )
        (only,) = ClusterList.get_page(self.context, paging.ALL)
        self.assertEqual('demo-2', only.name)


class TestCreation(base.EngineTestCase):
    def test_a_cluster_comes_up(self):
        seen = []
        self.start(cloud.Cloud(self.conf, lambda *call: seen.append(call)))
        cluster = self.wait_for(self.create())
        self.assertEqual(
            [(name, 4, 0, 4, True) for name in STEPS], base.counts(cluster)
        )
        self.assertIsNone(cluster.status_description)
        self.assertEqual({'active'}, base.states(cluster))
        for group in cluster.node_groups:
            for instance in group.instances:
                self.assertEqual(36, len(str(instance.instance_id)))
                self.assertEqual('192.0.2.1', instance.internal_ip)
                self.assertEqual('198.51.100.1', instance.management_ip)

    def test_no_engine_owns_it_then(self):
        self.start()
        cluster = self.wait_for(self.create())
        self.assertEqual(
            (None, None, None, None, False),
            (
                cluster.operation_id,
                cluster.operation_type,
                cluster.operation_started_at,
                cluster.engine_id,
                cluster.operation_force,
            ),
        )

    def test_statuses_tell_how_far_it_has_come(self):
        seen = []

        def watch(cluster, *_args):
            stored = Cluster.get(self.context, cluster.id)
            seen.append(stored.status)

        for method in ('configure', 'start'):
            self.watch_plugin(method, watch)
        self.start(cloud.Cloud(self.conf, watch))
        self.wait_for(self.create({'all': 1}))
        self.assertEqual(
            ['Spawning', 'Waiting', 'Waiting', 'Configuring', 'Starting'],
            seen,
        )

    def test_all_of_it_is_logged_as_one_request(self):
        found = set()

        def watch(cluster, *_args):
            context: Any = oslo_context.get_current()
            found.add((context.request_id, context.project_id))

        self.watch_plugin('configure', watch)
        cluster_id = self.create()
        asked = self.load(cluster_id).operation_request_id
        self.start(cloud.Cloud(self.conf, watch))
        self.wait_for(cluster_id)
        self.assertEqual({(asked, self.context.project_id)}, found)

    def watch_plugin(self, method, watch):
        original = getattr(fake.FakePlugin, method)

        def watched(plugin, context, cluster, progress):
            watch(cluster)
            original(plugin, context, cluster, progress)

        self.useFixture(
            fixtures.MonkeyPatch(
                f'sahara_ext.plugins.fake.FakePlugin.{method}', watched
            )
        )

    def test_without_an_event_log(self):
        self.settings.set(disable_event_log=True)
        self.start()
        cluster = self.wait_for(self.create())
        self.assertEqual([], base.counts(cluster))
        self.assertEqual({'active'}, base.states(cluster))

    def test_a_thousand_instances_are_counted_while_they_come_up(self):
        self.start()
        cluster_id = self.create({'worker': 1000})
        cluster = self.watch(cluster_id, 1000)
        self.assertEqual(
            [(name, 1000, 0, 1000, True) for name in STEPS],
            base.counts(cluster),
        )


class TestFailure(base.EngineTestCase):
    def check_failed(self, cluster, step_name, failed):
        """Make sure that no step was begun after the one that failed."""
        number = STEPS.index(step_name)
        done = [(name, 4, 0, 4, True) for name in STEPS[:number]]
        self.assertEqual(
            [*done, (step_name, 4 - failed, failed, 4, False)],
            base.counts(cluster)[: number + 1],
        )
        for step in list(base.steps(cluster).values())[number + 1 :]:
            self.assertTrue(step.is_planned, step.step_name)
        self.assertEqual(ClusterStatus.ERROR, cluster.status)
        self.assertIsNone(cluster.operation_id)
        self.assertIn(step_name, base.reason(cluster))

    def test_in_every_step(self):
        self.start()
        for number, step_name in enumerate(STEPS):
            cluster_id = self.create(
                name=f'demo{number}', fail_step=step_name, fail_instances=2
            )
            cluster = self.wait_for(cluster_id, ClusterStatus.ERROR)
            self.check_failed(cluster, step_name, 2)

    def test_fail_instances_alone_is_enough(self):
        self.start()
        cluster = self.wait_for(
            self.create(fail_instances=4), ClusterStatus.ERROR
        )
        self.check_failed(cluster, fake.CONFIGURING, 4)

    def test_events_tell_who_and_why(self):
        self.start()
        cluster = self.wait_for(
            self.create(fail_step='Waiting for ssh', fail_instances=1),
            ClusterStatus.ERROR,
        )
        step = base.steps(cluster)['Waiting for ssh']
        events = ClusterEventList.get_by_step(self.context, step.id)
        self.assertEqual(
            [False, True, True, True], sorted(e.successful for e in events)
        )
        (failure,) = [event for event in events if not event.successful]
        self.assertEqual('demo-master-001', failure.instance_name)
        self.assertIn('Traceback', str(failure.event_info))
        self.assertIn('FailedOnPurpose', str(failure.event_info))
        self.assertEqual(36, len(str(failure.error_id)))
        self.assertIn(str(failure.error_id), self.log.output)
        self.assertIn(str(failure.error_id), base.reason(cluster))

    def test_what_the_plugin_raises_outside_a_step(self):
        self.useFixture(
            fixtures.MockPatchObject(
                fake.FakePlugin, 'start', side_effect=OSError('out of luck')
            )
        )
        self.start()
        cluster = self.wait_for(self.create(), ClusterStatus.ERROR)
        self.assertThat(
            base.reason(cluster),
            matchers.MatchesRegex('Creating cluster failed .*: out of luck'),
        )
        self.assertIn('out of luck', self.log.output)

    def test_what_the_plugin_keeps_to_itself(self):
        def start(plugin, context, cluster, progress):
            with progress.step(fake.STARTING, 1) as step:
                step.fail(error='not today')

        self.useFixture(
            fixtures.MonkeyPatch(
                'sahara_ext.plugins.fake.FakePlugin.start', start
            )
        )
        self.start()
        cluster = self.wait_for(self.create(), ClusterStatus.ERROR)
        self.assertIn(fake.STARTING, base.reason(cluster))

    def test_the_engine_has_no_such_plugin(self):
        cluster_id = self.create()
        with mock.patch.object(
            fake.FakePlugin, '__init__', autospec=True, side_effect=OSError
        ):
            self.start()
        cluster = self.wait_for(cluster_id, ClusterStatus.ERROR)
        self.assertIn('Plugin fake', base.reason(cluster))

    def test_a_failure_without_an_event_log(self):
        self.settings.set(disable_event_log=True)
        self.start()
        cluster = self.wait_for(
            self.create(fail_instances=1), ClusterStatus.ERROR
        )
        self.assertIn('demo-master-001', base.reason(cluster))
