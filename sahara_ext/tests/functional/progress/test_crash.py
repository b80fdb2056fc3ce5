# SPDX-License-Identifier: Apache-2.0
"""Acknowledged reports are there, even if the reporter dies."""

from ext_lib.testing import polling
from sahara_ext.tests.functional.progress import base

EVENTS = 600
KILLS = 6


class TestCrash(base.ReportersTestCase):
    def check_acknowledged(self, step, reporter):
        """Look for all that was acknowledged among the events."""
        _, events = self.check(step)
        stored = {(event.instance_name, event.successful) for event in events}
        for line in reporter.acknowledged:
            name = f'cluster-worker-{line["number"]:03}'
            self.assertIn((name, line['successful']), stored)
        return events

    def wait_for(self, reporter, count):
        """Return when a process has reported so much, or everything."""

        def has_reported():
            is_over = reporter.process.poll() is not None
            return is_over or len(reporter.acknowledged) > count

        polling.wait_until(has_reported, f'{count} reports')

    def test_a_process_is_killed_and_reports_again(self):
        step = self.begin(EVENTS)
        failing = self.random.sample(range(EVENTS), 10)
        numbers = sorted(set(range(EVENTS)) - set(failing))
        stored = 0
        for _ in range(KILLS):
            self.random.shuffle(numbers)
            reporter = self.reporter(
                step, threads=8, numbers=numbers, failing=failing
            )
            # It dies in the middle of something new.
            target = stored + self.random.randrange(EVENTS // 2 // KILLS)
            self.wait_for(reporter, target)
            reporter.kill()
            events = self.check_acknowledged(step, reporter)
            stored = len(events)
        reporter = self.reporter(step, numbers=numbers, failing=failing)
        told = reporter.wait()['has_completed']
        found, events = self.check(step)
        self.assertEqual(EVENTS, len(events))
        self.assertEqual(
            (EVENTS - 10, 10, False),
            (found.completed, found.failed, found.successful),
        )
        self.assertIsNotNone(found.completed_at)
        self.assertEqual(stored < EVENTS, told)

    def test_others_go_on_when_one_is_killed(self):
        step = self.begin(EVENTS)
        reporters = [
            self.reporter(step, threads=8, numbers=range(n, EVENTS, 4))
            for n in range(4)
        ]
        victim, *others = reporters
        polling.wait_until(lambda: victim.acknowledged, 'a first report')
        victim.kill()
        for reporter in others:
            reporter.wait()
        self.check_acknowledged(step, victim)
        again = self.reporter(step, numbers=range(0, EVENTS, 4))
        self.assertTrue(again.wait()['has_completed'])
        found, _ = self.check(step)
        self.assertEqual((EVENTS, True), (found.completed, found.successful))
