# SPDX-License-Identifier: Apache-2.0
"""Engines remove old events."""

from sahara_ext.engine.periodic import EventCleanup
from sahara_ext.tests import base
from sahara_ext.tests import recording


class TestEventCleanup(base.DatabaseTestCase):
    def setUp(self):
        super().setUp()
        cluster = recording.cluster(self.context)
        self.step = recording.progress(cluster).step('One', 5)
        for instance in recording.instances(5):
            self.step.succeed(instance)

    def clean_up(self, **settings):
        self.settings.set('event_log', **settings)
        for task in EventCleanup(self.conf).tasks():
            task.run()
        return len(recording.events(self.step.id))

    def test_old_events_go(self):
        self.assertEqual(0, self.clean_up(cleanup_age=0))
        self.assertIn('Removed 5 events', self.log.output)

    def test_young_events_stay(self):
        self.assertEqual(5, self.clean_up(cleanup_age=60))

    def test_the_interval(self):
        self.settings.set('event_log', cleanup_interval=17)
        (task,) = EventCleanup(self.conf).tasks()
        self.assertEqual(17, task.seconds)

    def test_it_can_be_turned_off(self):
        self.assertEqual(5, self.clean_up(cleanup_age=0, cleanup_interval=0))
