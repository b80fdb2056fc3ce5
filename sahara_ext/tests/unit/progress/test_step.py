# SPDX-License-Identifier: Apache-2.0
"""Whatever is reported to a step is counted once and shown to users."""

from concurrent import futures

from oslo_db import exception as db_exception

from sahara_ext import exception
from sahara_ext.progress import Progress
from sahara_ext.tests import base
from sahara_ext.tests import recording


class StepTestCase(base.DatabaseTestCase):
    def setUp(self):
        super().setUp()
        self.cluster = recording.cluster(self.context)
        self.progress = recording.progress(self.cluster)

    def counts(self, step):
        found = recording.state(step.id)
        counts = (found.completed, found.failed, found.successful)
        self.assertEqual(
            counts, (step.completed, step.failed, step.successful)
        )
        return counts

    def fail_in(self, step, error):
        with step:
            raise error


class TestCounting(StepTestCase):
    def test_the_last_success_completes(self):
        step = self.progress.step('Starting', 3)
        for number in (1, 2):
            self.assertTrue(step.succeed(recording.instance(number)))
            self.assertEqual((number, 0, None), self.counts(step))
            self.assertFalse(step.has_completed)
        self.assertTrue(step.succeed(recording.instance(3)))
        self.assertEqual((3, 0, True), self.counts(step))
        self.assertTrue(step.has_completed)
        found = recording.state(step.id)
        self.assertIsNotNone(found.duration)
        self.assertEqual(found.completed_at, found.updated_at)

    def test_the_first_failure_fails_the_step(self):
        step = self.progress.step('Starting', 2)
        step.fail(recording.instance(1), error='no')
        self.assertEqual((0, 1, False), self.counts(step))
        self.assertIsNone(recording.state(step.id).completed_at)
        step.succeed(recording.instance(2))
        self.assertEqual((1, 1, False), self.counts(step))
        self.assertIsNotNone(recording.state(step.id).completed_at)

    def test_a_repeated_event_is_kept_once(self):
        step = self.progress.step('Starting', 3)
        counted = [step.succeed(recording.instance(1)) for _ in range(3)]
        self.assertEqual([True, False, False], counted)
        for _ in range(2):
            step.fail(recording.instance(2), error='no')
        self.assertEqual((1, 1, False), self.counts(step))
        self.assertEqual(2, len(recording.events(step.id)))

    def test_a_failure_is_not_made_good(self):
        step = self.progress.step('Starting', 3)
        step.fail(recording.instance(1), error='no')
        self.assertFalse(step.succeed(recording.instance(1)))
        self.assertEqual((0, 1, False), self.counts(step))
        found = recording.events(step.id)
        self.assertEqual([True, False], [event.counted for event in found])

    def test_a_failure_takes_a_success_back(self):
        step = self.progress.step('Starting', 3)
        self.assertTrue(step.succeed(recording.instance(1)))
        step.fail(recording.instance(1), error='no')
        self.assertEqual((0, 1, False), self.counts(step))
        found = recording.events(step.id)
        self.assertEqual([False, True], [event.counted for event in found])

    def test_late_events_are_kept_and_change_nothing(self):
        step = self.progress.step('Starting', 1)
        step.succeed(recording.instance(1))
        before = recording.state(step.id)
        self.assertFalse(step.succeed(recording.instance(2)))
        step.fail(recording.instance(3), error='too late')
        self.assertEqual((1, 0, True), self.counts(step))
        after = recording.state(step.id)
        self.assertEqual(before.updated_at, after.updated_at)
        self.assertEqual(3, len(recording.events(step.id)))

    def test_a_total_that_is_not_known(self):
        step = self.progress.step('Starting')
        for instance in recording.instances(3):
            step.succeed(instance)
        self.assertEqual((3, 0, None), self.counts(step))

    def test_one_subject_may_report_of_several_things(self):
        step = self.progress.step('Mounting', 2)
        for volume in ('vdb', 'vdc'):
            step.succeed(recording.instance(1), subject=volume)
        self.assertEqual((2, 0, True), self.counts(step))

    def test_what_databases_take_for_one_is_several(self):
        subjects = [
            'a', 'A', 'a ', 'ä', '\N{PILE OF POO}', '\N{GHOST}', 'a\0',
            'a\ufffd', '\ud800', '\ud801', 'x' * 255, 'x' * 256, 'x' * 257,
        ]  # fmt: skip
        step = self.progress.step('Starting', len(subjects))
        for subject in subjects:
            self.assertTrue(step.succeed(subject=subject), ascii(subject))
        self.assertEqual((len(subjects), 0, True), self.counts(step))
        for subject in subjects:
            self.assertFalse(step.succeed(subject=subject), ascii(subject))

    def test_the_clock_of_a_step_does_not_go_back(self):
        step = self.progress.step('Starting', 9)
        for instance in recording.instances(9):
            step.succeed(instance)
        found = recording.events(step.id)
        times = [event.created_at for event in found]
        self.assertEqual(sorted(times), times)
        last = recording.state(step.id)
        self.assertEqual(times[-1], last.completed_at)


class TestEvents(StepTestCase):
    def test_what_is_kept_of_a_success(self):
        step = self.progress.step('Starting', 1)
        instance = recording.instance(7)
        with step.event(instance, info='one') as event:
            event.info = 'two'
        (row,) = recording.events(step.id)
        self.assertEqual(
            (step.id, self.cluster, 'two', None, True, True),
            (
                row.step_id,
                row.cluster_id,
                row.event_info,
                row.error_id,
                row.successful,
                row.counted,
            ),
        )
        self.assertEqual(
            (instance.id, instance.node_group_id, instance.instance_id),
            (row.subject, row.node_group_id, row.instance_id),
        )
        self.assertEqual(instance.instance_name, row.instance_name)

    def test_an_instance_is_looked_at_when_its_work_is_done(self):
        step = self.progress.step('Launching', 1)
        instance = recording.instance(7)
        instance.instance_id = None
        with step.event(instance):
            instance.instance_id = 'launched'
        (row,) = recording.events(step.id)
        self.assertEqual('launched', row.instance_id)

    def test_what_is_kept_of_a_failure(self):
        step = self.progress.step('Starting', 2)
        error = self.assertRaises(
            ValueError,
            self.fail_in,
            step.event(recording.instance(7)),
            ValueError('no route'),
        )
        (row,) = recording.events(step.id)
        lines = row.event_info.splitlines()
        self.assertEqual('ValueError: no route', lines[0])
        self.assertEqual(f'Error ID: {row.error_id}', lines[1])
        self.assertIn('Traceback (most recent call last):', lines)
        self.assertIn('raise error', row.event_info)
        self.assertIn(row.error_id, self.log.output)
        self.assertIn('cluster-worker-007', self.log.output)
        self.assertEqual('no route', str(error))

    def test_a_failure_in_words(self):
        step = self.progress.step('Starting', 2)
        error_id = step.fail(recording.instance(7), error='It broke.')
        (row,) = recording.events(step.id)
        self.assertEqual(f'It broke.\nError ID: {error_id}', row.event_info)
        self.assertEqual(error_id, row.error_id)

    def test_any_text_is_kept_as_far_as_it_goes(self):
        step = self.progress.step('Starting', 4)
        instance = recording.instance(7)
        instance.instance_name = '\N{PILE OF POO}' * 100
        instance.instance_id = 'x' * 100
        step.succeed(instance, info='a\0b\ud800c')
        step.succeed(info='\N{PILE OF POO}' * 20_000)
        step.succeed(subject='x', info='x' * 65_535)
        step.succeed(subject='y', info='x' * 65_536)
        texts = [row.event_info for row in recording.events(step.id)]
        self.assertEqual('a\ufffdb\ufffd\ufffd\ufffdc', texts[0])
        self.assertEqual(65_532, len(texts[1][:-1].encode()))
        self.assertEqual('\N{PILE OF POO}…', texts[1][-2:])
        self.assertEqual('x' * 65_535, texts[2])
        self.assertEqual('x' * 65_532 + '…', texts[3])
        (row, *_) = recording.events(step.id)
        self.assertEqual('\N{PILE OF POO}' * 79 + '…', row.instance_name)
        self.assertEqual('x' * 35 + '…', row.instance_id)

    def test_the_reason_of_a_failure_is_not_cut(self):
        step = self.progress.step('Starting', 2)
        step.fail(error=ValueError('\N{PILE OF POO}' * 100_000))
        (row,) = recording.events(step.id)
        self.assertIn(f'Error ID: {row.error_id}', row.event_info)
        self.assertEqual('…', row.event_info[-1])


class TestBuffering(StepTestCase):
    def test_what_is_not_waited_for_comes_with_flush(self):
        step = self.progress.step('Starting', 100)
        step.succeed(recording.instance(100))
        self.statements.clear()
        for instance in recording.instances(99):
            self.assertIsNone(step.succeed(instance, wait=False))
        self.assertEqual(0, len(self.statements))
        step.flush()
        self.assertLessEqual(len(self.statements), 4)
        self.assertEqual((100, 0, True), self.counts(step))

    def test_what_is_not_waited_for_comes_with_the_end(self):
        with self.progress.step('Starting', 5) as step:
            for instance in recording.instances(5):
                step.succeed(instance, wait=False)
        self.assertEqual((5, 0, True), self.counts(step))

    def test_a_failure_need_not_be_waited_for(self):
        with self.progress.step('Starting', 5) as step:
            for instance in recording.instances(5):
                step.fail(instance, error='no', wait=False)
        self.assertEqual((0, 5, False), self.counts(step))

    def test_an_event_costs_few_statements(self):
        step = self.progress.step('Starting', 9)
        for report, cost in (
            (step.succeed, 2),
            (lambda instance: step.fail(instance, error='no'), 4),
            (step.succeed, 4),
        ):
            self.statements.clear()
            report(recording.instance(cost))
            self.assertLessEqual(len(self.statements), cost)


class TestEnd(StepTestCase):
    def test_a_block_without_words_is_one_success(self):
        with self.progress.step('Configuring', 1) as step:
            pass
        self.assertEqual((1, 0, True), self.counts(step))
        self.assertTrue(step.has_completed)

    def test_a_block_without_words_is_no_second_one(self):
        with self.progress.step('Configuring', 1) as step:
            step.succeed(recording.instance(1))
        self.assertEqual(1, len(recording.events(step.id)))

    def test_a_total_follows_what_was_done(self):
        for total in (None, 5):
            with self.progress.step(f'Starting {total}', total) as step:
                for instance in recording.instances(3):
                    step.succeed(instance)
            self.assertEqual((3, 0, True), self.counts(step))
            self.assertEqual(3, step.total)
            self.assertTrue(step.has_completed)

    def test_nothing_to_do(self):
        step = self.progress.step('Starting', 0)
        self.assertTrue(step.finished)
        self.assertEqual((0, 0, True), self.counts(step))

    def test_failures_that_were_caught(self):
        with self.progress.step('Starting', 5) as step:
            step.succeed(recording.instance(1))
            step.fail(recording.instance(2), error='no')
        self.assertEqual((1, 1, False), self.counts(step))
        found = recording.state(step.id)
        self.assertIsNotNone(found.completed_at)
        self.assertEqual(5, found.total)

    def test_what_a_block_raises_is_a_failure_of_the_step(self):
        step = self.progress.step('Configuring', 5)
        step.succeed(recording.instance(1), wait=False)
        self.assertRaises(
            ValueError, self.fail_in, step, ValueError('no quorum')
        )
        self.assertEqual((1, 1, False), self.counts(step))
        found = recording.state(step.id)
        self.assertEqual(5, found.total)
        self.assertIsNotNone(found.completed_at)
        row = recording.events(step.id)[-1]
        self.assertEqual(('', None), (row.subject, row.instance_name))
        self.assertIn('no quorum', row.event_info)

    def test_an_error_is_recorded_once(self):
        step = self.progress.step('Starting', 5)

        def work():
            with step, futures.ThreadPoolExecutor(1) as pool:
                event = step.event(recording.instance(1))
                failing = pool.submit(self.fail_in, event, ValueError('no'))
                failing.result()

        self.assertRaises(ValueError, work)
        self.assertEqual((0, 1, False), self.counts(step))
        self.assertEqual(1, len(recording.events(step.id)))

    def test_an_error_with_a_recorded_cause_is_recorded_once(self):
        step = self.progress.step('Starting', 5)

        def work():
            with step:
                try:
                    self.fail_in(
                        step.event(recording.instance(1)), ValueError('no')
                    )
                except ValueError as error:
                    raise KeyError('other words') from error

        self.assertRaises(KeyError, work)
        self.assertEqual(1, len(recording.events(step.id)))

    def test_an_error_has_one_id_in_all_steps(self):
        outer = self.progress.step('Outer', 2)
        inner = recording.progress(self.cluster).step('Inner', 2)

        def work():
            with outer:
                self.fail_in(inner, ValueError('no'))

        self.assertRaises(ValueError, work)
        rows = recording.events(outer.id) + recording.events(inner.id)
        self.assertEqual(2, len(rows))
        self.assertEqual(rows[0].error_id, rows[1].error_id)
        self.assertEqual(1, self.log.output.count('failed for'))

    def test_who_lets_go_leaves_the_step_open(self):
        class Interrupted(BaseException):
            pass

        step = self.progress.step('Starting', 5)
        for error in (
            Interrupted(),
            exception.OperationSuperseded(cluster_id=self.cluster),
            db_exception.DBConnectionError(),
        ):
            for block in (step.event(recording.instance(1)), step):
                self.assertRaises(type(error), self.fail_in, block, error)
        self.assertEqual((0, 0, None), self.counts(step))
        self.assertIsNone(recording.state(step.id).completed_at)
        self.assertEqual([], recording.events(step.id))


class TestAttach(StepTestCase):
    def test_two_report_to_one_step(self):
        first = self.progress.step('Starting', 3)
        with Progress.attach(self.context, first.id) as second:
            self.assertEqual('Starting', second.name)
            second.succeed(recording.instance(1))
            second.succeed(recording.instance(2), wait=False)
        self.assertEqual((2, 0, None), self.counts(second))
        self.assertFalse(first.succeed(recording.instance(1)))
        first.succeed(recording.instance(3))
        self.assertEqual((3, 0, True), self.counts(first))
        self.assertEqual(
            (True, False), (first.has_completed, second.has_completed)
        )

    def test_its_block_may_fail(self):
        first = self.progress.step('Starting', 3)
        second = Progress.attach(self.context, first.id)
        self.assertRaises(ValueError, self.fail_in, second, ValueError())
        self.assertEqual((0, 1, False), self.counts(second))
        self.assertIsNone(recording.state(first.id).completed_at)

    def test_an_unknown_step(self):
        self.assertRaises(
            exception.ProvisionStepNotFound,
            Progress.attach,
            self.context,
            'unknown',
        )
