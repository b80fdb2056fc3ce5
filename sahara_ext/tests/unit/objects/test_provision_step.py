# SPDX-License-Identifier: Apache-2.0
"""Steps and their events, as the API shows them."""

import datetime

from ext_lib import paging
from sahara_ext import exception
from sahara_ext.objects.cluster_event import ClusterEventList
from sahara_ext.objects.provision_step import ClusterProvisionStep
from sahara_ext.objects.provision_step import ClusterProvisionStepList
from sahara_ext.tests import base
from sahara_ext.tests import recording


class StepTestCase(base.DatabaseTestCase):
    def setUp(self):
        super().setUp()
        self.cluster = recording.cluster(self.context)
        self.progress = recording.progress(self.cluster)

    def steps(self, events=False):
        return ClusterProvisionStepList.get_by_cluster(
            self.context, self.cluster, events
        )


class TestStep(StepTestCase):
    def test_from_plan_to_end(self):
        self.progress.plan(['One'])
        (found,) = self.steps()
        self.assertTrue(found.is_planned)
        self.assertFalse(found.is_running)
        step = self.progress.step('One', 1)
        (found,) = self.steps()
        self.assertFalse(found.is_planned)
        self.assertTrue(found.is_running)
        self.assertIsNone(found.duration)
        step.succeed()
        (found,) = self.steps()
        self.assertFalse(found.is_running)
        self.assertGreaterEqual(found.duration, datetime.timedelta())

    def test_one_of_a_cluster(self):
        step = self.progress.step('One', 1)
        found = ClusterProvisionStep.get_by_id(
            self.context, step.id, self.cluster
        )
        self.assertEqual('One', found.step_name)
        for cluster in ('another', recording.cluster(self.context)):
            self.assertRaises(
                exception.ProvisionStepNotFound,
                ClusterProvisionStep.get_by_id,
                self.context,
                step.id,
                cluster,
            )


class TestLists(StepTestCase):
    def test_events_come_when_asked_for(self):
        for name, count in (('One', 2), ('Two', 0), ('Three', 1)):
            step = self.progress.step(name, 3)
            for instance in recording.instances(count):
                step.succeed(instance)
        self.assertNotIn('events', self.steps()[0])
        self.statements.clear()
        counts = [len(step.events) for step in self.steps(events=True)]
        self.assertEqual([2, 0, 1], counts)
        self.assertEqual(1, len(self.statements))

    def test_several_clusters(self):
        other = recording.cluster(self.context)
        recording.progress(other).plan(['A', 'B'])
        self.progress.plan(['One'])
        found = ClusterProvisionStepList.get_by_clusters(
            self.context, [self.cluster, other, 'none']
        )
        names = {
            key: [step.step_name for step in steps]
            for key, steps in found.items()
        }
        self.assertEqual(
            {self.cluster: ['One'], other: ['A', 'B'], 'none': []}, names
        )

    def test_a_page_of_events(self):
        step = self.progress.step('One', 3)
        for instance in recording.instances(3):
            step.succeed(instance)
        first = ClusterEventList.get_by_step(
            self.context, step.id, paging.Page(limit=2)
        )
        rest = ClusterEventList.get_by_step(
            self.context, step.id, paging.Page(marker=first[-1].id)
        )
        self.assertEqual(
            [f'cluster-worker-{n:03}' for n in (1, 2, 3)],
            [event.instance_name for event in [*first, *rest]],
        )


class TestCurrent(StepTestCase):
    def current(self):
        step = self.steps().current
        return None if step is None else step.step_name

    def test_nothing_has_begun(self):
        self.assertIsNone(self.current())
        self.progress.plan(['One'])
        self.assertIsNone(self.current())

    def test_the_running_one(self):
        self.progress.plan(['One', 'Two', 'Three'])
        self.progress.step('One', 0)
        self.assertEqual('One', self.current())
        self.progress.step('Two', 1)
        self.assertEqual('Two', self.current())

    def test_the_failed_one(self):
        first = self.progress.step('One', 1)
        second = self.progress.step('Two', 1)
        first.fail(error='no')
        self.assertEqual('Two', self.current())
        second.succeed()
        self.assertEqual('One', self.current())

    def test_what_is_done_last_counts(self):
        self.progress.step('One', 1).fail(error='no')
        self.assertEqual('One', self.current())
        with recording.progress(self.cluster).step('Again', 1):
            self.assertEqual('Again', self.current())
        self.assertEqual('Again', self.current())
