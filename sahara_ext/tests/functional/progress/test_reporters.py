# SPDX-License-Identifier: Apache-2.0
"""Many threads of many processes report to one step."""

from sahara_ext.tests import recording
from sahara_ext.tests.functional.progress import base

PROCESSES = 4
THREADS = 16
EVENTS = 10_000


class TestReporters(base.ReportersTestCase):
    def report(self, step, parts):
        """Have a process report each part; return what all of them said."""
        reporters = [
            self.reporter(step, threads=THREADS, **part) for part in parts
        ]
        completions = [reporter.wait() for reporter in reporters]
        acknowledged = [
            line for reporter in reporters for line in reporter.acknowledged
        ]
        told = sum(line['has_completed'] for line in completions)
        return acknowledged, told

    def shuffled(self, numbers):
        numbers = list(numbers)
        self.random.shuffle(numbers)
        return numbers

    def test_each_event_counts_once(self):
        step = self.begin(EVENTS)
        numbers = self.shuffled(range(EVENTS))
        parts = [
            {
                # The processes share the work, and do some of it twice.
                'numbers': self.shuffled(
                    numbers[n::PROCESSES] + numbers[n :: 10 * PROCESSES]
                )
            }
            for n in range(PROCESSES)
        ]
        acknowledged, told = self.report(step, parts)
        self.assertEqual(1, told)
        self.assertEqual(EVENTS, sum(line['counted'] for line in acknowledged))
        found, events = self.check(step)
        self.assertEqual(EVENTS, len(events))
        self.assertTrue(all(event.counted for event in events))
        self.assertEqual(
            (EVENTS, 0, True),
            (found.completed, found.failed, found.successful),
        )
        self.assertEqual(events[-1].created_at, found.completed_at)

    def test_no_failure_is_lost(self):
        step = self.begin(EVENTS)
        numbers = self.shuffled(range(EVENTS))
        # Each broken instance is said to work by one process, and not to by
        # another; some only fail.
        broken = numbers[: EVENTS // 20]
        dead, working = broken[: EVENTS // 50], numbers[EVENTS // 50 :]
        parts = [
            {
                'numbers': self.shuffled(working[n::PROCESSES]),
                'failing': self.shuffled(
                    broken[(n + 1) % PROCESSES :: PROCESSES]
                ),
            }
            for n in range(PROCESSES)
        ]
        for part in parts:
            self.assertEqual(set(), set(part['numbers']) & set(dead))
        acknowledged, told = self.report(step, parts)
        self.assertEqual(1, told)
        found, events = self.check(step)
        self.assertEqual(len(acknowledged), len(events))
        self.assertEqual(EVENTS, found.completed + found.failed)
        self.assertIs(False, found.successful)
        self.assertGreaterEqual(found.failed, len(dead))
        last = max(e.sequence for e in events if e.counted)
        for event in events:
            if not event.successful and not event.counted:
                self.assertGreater(event.sequence, last)

    def test_threads_of_one_process(self):
        step = self.begin(2000)
        reporter = self.reporter(step, threads=64, numbers=range(2000))
        self.assertTrue(reporter.wait()['has_completed'])
        found, _ = self.check(step)
        self.assertEqual(2000, found.completed)

    def test_several_steps_at_a_time(self):
        steps = [self.begin(500) for _ in range(4)]
        reporters = [
            self.reporter(step, threads=8, numbers=range(n, 500, 2))
            for step in steps
            for n in range(2)
        ]
        told = [reporter.wait()['has_completed'] for reporter in reporters]
        self.assertEqual(len(steps), sum(told))
        for step in steps:
            found, _ = self.check(step)
            self.assertEqual((500, True), (found.completed, found.successful))
            self.assertEqual(500, len(recording.events(step.id)))
