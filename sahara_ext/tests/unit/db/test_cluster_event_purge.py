# SPDX-License-Identifier: Apache-2.0
"""Old events are removed, a few at a time, and no others."""

from sahara_ext.db.api import cluster_event as cluster_event_db
from sahara_ext.objects.cluster_event import ClusterEventList
from sahara_ext.tests import base
from sahara_ext.tests import recording


class TestPurge(base.DatabaseTestCase):
    def setUp(self):
        super().setUp()
        self.cluster = recording.cluster(self.context)

    def step(self, count, *, failures=0, running=False, end=True):
        progress = recording.progress(self.cluster)
        step = progress.step('Starting', count + failures + running)
        for number, instance in enumerate(
            recording.instances(count + failures)
        ):
            if number < failures:
                step.fail(instance, error='no')
            else:
                step.succeed(instance)
        return step

    def left(self, *steps):
        return [len(recording.events(step.id)) for step in steps]

    def purge(self, age=0, chunk=100, max_rows=None):
        return ClusterEventList.purge(self.context, age, chunk, max_rows)

    def test_events_of_successful_steps_go(self):
        steps = [
            self.step(5),
            self.step(3, failures=2),
            self.step(4, running=True),
            self.step(6),
        ]
        self.assertEqual(11, ClusterEventList.count_purgeable(self.context, 0))
        self.assertEqual(11, self.purge())
        self.assertEqual([0, 5, 4, 0], self.left(*steps))
        self.assertEqual(0, self.purge())
        self.assertEqual(0, ClusterEventList.count_purgeable(self.context, 0))

    def test_counters_stay(self):
        step = self.step(5)
        before = recording.state(step.id)
        self.purge()
        after = recording.state(step.id)
        self.assertEqual(before.obj_to_primitive(), after.obj_to_primitive())

    def test_young_events_stay(self):
        self.step(5)
        self.assertEqual(0, self.purge(age=3600))
        self.assertEqual(
            0, ClusterEventList.count_purgeable(self.context, 3600)
        )

    def test_chunks(self):
        steps = [self.step(n) for n in (1, 2, 3, 4, 5)]
        self.statements.clear()
        self.assertEqual(15, self.purge(chunk=4))
        self.assertEqual([0] * 5, self.left(*steps))
        deletions = [
            s for s in self.statements.statements if s.startswith('DELETE')
        ]
        self.assertEqual(4, len(deletions))

    def test_no_more_than_asked_for(self):
        step = self.step(9)
        self.assertEqual(7, self.purge(chunk=3, max_rows=7))
        self.assertEqual([2], self.left(step))
        self.assertEqual(0, self.purge(max_rows=0))
        self.assertEqual(2, self.purge(max_rows=7))

    def test_what_was_purged_does_not_count_again(self):
        step = self.step(2)
        self.purge()
        self.assertFalse(step.succeed(recording.instance(1)))
        step.fail(recording.instance(2), error='no')
        found = recording.state(step.id)
        self.assertEqual(
            (2, 0, True), (found.completed, found.failed, found.successful)
        )
        self.assertEqual(2, self.purge())

    def test_many_steps_are_looked_at_in_pages(self):
        steps = [self.step(1) for _ in range(7)]
        found = []
        last = None
        while page := cluster_event_db.provision_steps_completed(
            self.context, 0, last, 3
        ):
            found.append([row.id for row in page])
            last = page[-1]
        ids = [step.id for step in steps]
        self.assertEqual([ids[:3], ids[3:6], ids[6:]], found)

    def test_events_of_a_cluster(self):
        steps = [self.step(3), self.step(2, failures=2), self.step(1)]
        strangers = recording.cluster(self.context)
        other = recording.progress(strangers).step('One')
        other.succeed()
        last = cluster_event_db.cluster_events_last(self.context, self.cluster)
        steps[1].succeed(subject='late')
        counts = []
        while count := cluster_event_db.cluster_events_destroy_by_cluster(
            self.context, self.cluster, last, 3
        ):
            counts.append(count)
        self.assertEqual([3, 3, 2], counts)
        self.assertEqual([0, 1, 0, 1], self.left(*steps, other))
        ClusterEventList.destroy_by_cluster(self.context, self.cluster, 3)
        self.assertEqual([0, 0, 0, 1], self.left(*steps, other))

    def test_a_cluster_without_events(self):
        self.assertEqual(
            0,
            cluster_event_db.cluster_events_last(self.context, self.cluster),
        )
        ClusterEventList.destroy_by_cluster(self.context, self.cluster, 3)
