# SPDX-License-Identifier: Apache-2.0
"""An operation shows what is to come, and can be gone on with."""

import uuid

from sahara_ext import exception
from sahara_ext.db.facade import facade
from sahara_ext.objects.provision_step import ClusterProvisionStepList
from sahara_ext.progress import Progress
from sahara_ext.tests import base
from sahara_ext.tests import recording


class ProgressTestCase(base.DatabaseTestCase):
    def setUp(self):
        super().setUp()
        self.cluster = recording.cluster(self.context)
        self.operation = str(uuid.uuid4())
        self.progress = self.resumed()

    def resumed(self, **settings):
        return recording.progress(
            self.cluster, operation_id=self.operation, **settings
        )

    def steps(self):
        return ClusterProvisionStepList.get_by_cluster(
            self.context, self.cluster
        )


class TestPlan(ProgressTestCase):
    def test_planned_steps_are_seen_in_order(self):
        self.progress.plan(['One', 'Two', 'Three'], {'Two': 5})
        self.assertEqual(
            [('One', None), ('Two', 5), ('Three', None)],
            [(step.step_name, step.total) for step in self.steps()],
        )
        for step in self.steps():
            self.assertIsNone(step.started_at)
            self.assertIsNone(step.successful)
            self.assertIsNotNone(step.created_at)
            self.assertEqual(
                (0, 0, 'creating', base.PROJECT, self.operation),
                (
                    step.completed,
                    step.failed,
                    step.step_type,
                    step.project_id,
                    step.operation_id,
                ),
            )

    def test_to_plan_again_changes_nothing(self):
        self.progress.plan(['One', 'Two'])
        self.progress.step('One', 5)
        self.progress.plan(['One', 'Two', 'Three'], {'One': 7})
        self.assertEqual(
            [('One', 5), ('Two', None), ('Three', None)],
            [(step.step_name, step.total) for step in self.steps()],
        )

    def test_to_plan_nothing_asks_nothing(self):
        self.statements.clear()
        self.progress.plan([])
        self.assertEqual(0, len(self.statements))

    def test_it_is_a_part_of_the_callers_transaction(self):
        progress = Progress(
            self.context, self.cluster, self.operation, 'creating'
        )

        @facade.writer
        def create(context):
            progress.plan(['One'])
            raise ValueError

        self.assertRaises(ValueError, create, self.context)
        self.assertEqual(0, len(self.steps()))

    def test_the_cluster_is_gone(self):
        gone = recording.progress(str(uuid.uuid4()))
        self.assertRaises(exception.ClusterGone, gone.plan, ['One'])
        self.assertRaises(exception.ClusterGone, gone.step, 'One', 1)


class TestStep(ProgressTestCase):
    def test_a_planned_step_begins(self):
        self.progress.plan(['One', 'Two'])
        step = self.progress.step('Two', 3)
        one, two = self.steps()
        self.assertEqual((two.id, 3, 'Two'), (step.id, step.total, step.name))
        self.assertIsNone(one.started_at)
        self.assertIsNotNone(two.started_at)

    def test_an_unplanned_step_comes_last(self):
        self.progress.plan(['One', 'Two'])
        self.progress.step('Three', 3)
        names = [step.step_name for step in self.steps()]
        self.assertEqual(['One', 'Two', 'Three'], names)

    def test_a_planned_total_stands_for_one_not_given(self):
        self.progress.plan(['One', 'Two'], {'One': 5, 'Two': 5})
        self.assertEqual(5, self.progress.step('One').total)
        self.assertEqual(7, self.progress.step('Two', 7).total)

    def test_a_total_is_set_once(self):
        self.assertIsNone(self.progress.step('One').total)
        self.assertEqual(3, self.progress.step('One', 3).total)
        self.assertEqual(3, self.progress.step('One', 4).total)
        self.assertEqual(3, self.progress.step('One').total)
        self.assertEqual(1, len(self.steps()))

    def test_a_total_that_is_reached_already(self):
        step = self.progress.step('One')
        step.succeed(recording.instance(1))
        again = self.progress.step('One', 1)
        self.assertTrue(again.finished)
        self.assertTrue(again.successful)

    def test_no_negative_total(self):
        self.assertRaises(ValueError, self.progress.step, 'One', -1)

    def test_long_and_strange_names(self):
        names = ['x' * 80, 'x' * 81, 'x' * 82, '\ud800\0', 'A', 'a', 'a ']
        self.progress.plan(names)
        for name in names:
            self.progress.step(name, 1)
        found = [step.step_name for step in self.steps()]
        self.assertEqual(
            ['x' * 80, *['x' * 79 + '…'] * 2, '\ufffd' * 4, 'A', 'a', 'a '],
            found,
        )

    def test_another_operation_has_steps_of_its_own(self):
        first = self.progress.step('One', 1)
        second = recording.progress(self.cluster).step('One', 1)
        self.assertNotEqual(first.id, second.id)

    def test_the_checkpoint_comes_first(self):
        def stop():
            raise KeyError('stopped')

        progress = self.resumed(checkpoint=stop)
        self.assertRaises(KeyError, progress.step, 'One', 1)
        self.assertRaises(KeyError, progress.checkpoint)
        self.assertEqual(0, len(self.steps()))

    def test_the_checkpoint_comes_before_each_event(self):
        passed: list[None] = []
        progress = self.resumed(checkpoint=lambda: passed.append(None))
        with progress.step('One', 2) as step:
            for instance in recording.instances(2):
                with step.event(instance):
                    pass
        self.assertEqual(3, len(passed))


class TestResume(ProgressTestCase):
    def test_what_is_done_is_known(self):
        step = self.progress.step('One', 3)
        step.succeed(recording.instance(1))
        step.fail(recording.instance(2), error='no')
        again = self.resumed().step('One', 3)
        self.assertFalse(again.finished)
        self.assertEqual(
            [True, False, False],
            [again.done(instance) for instance in recording.instances(3)],
        )
        for instance in recording.instances(3):
            again.succeed(instance)
        found = recording.state(step.id)
        self.assertEqual((2, 1), (found.completed, found.failed))
        self.assertTrue(again.has_completed)

    def test_to_know_costs_one_question(self):
        self.progress.step('One', 100).succeed(recording.instance(1))
        again = self.resumed().step('One', 100)
        self.statements.clear()
        done = [again.done(instance) for instance in recording.instances(100)]
        self.assertEqual(1, sum(done))
        self.assertEqual(1, len(self.statements))

    def test_any_subject_is_known(self):
        subjects = ('', 'a ', 'x' * 300, '\ud800')
        step = self.progress.step('One', 9)
        for subject in subjects:
            step.succeed(subject=subject)
        again = self.resumed().step('One', 9)
        for subject in subjects:
            self.assertTrue(again.done(subject=subject))
        self.assertFalse(again.done(subject='a'))

    def test_what_is_finished_is_known(self):
        with self.progress.step('One', 3) as step:
            step.succeed(recording.instance(1))
        again = self.resumed().step('One', 3)
        self.assertTrue(again.finished)
        self.assertTrue(again.done(recording.instance(2)))
        before = recording.state(step.id)
        with again:
            pass
        self.assertFalse(again.has_completed)
        after = recording.state(step.id)
        self.assertEqual(before.obj_to_primitive(), after.obj_to_primitive())

    def test_nothing_follows_a_failure(self):
        self.progress.plan(['One', 'Two'])
        step = self.progress.step('One', 2)
        step.fail(error='no')
        self.assertRaises(exception.StepFailed, self.resumed().step, 'Two')
        self.assertFalse(self.resumed().step('One').finished)
        with step:
            pass
        self.assertRaises(exception.StepFailed, self.resumed().step, 'One')
        recording.progress(self.cluster).step('Two', 1)


class TestGone(ProgressTestCase):
    def setUp(self):
        super().setUp()
        self.step = self.progress.step('One', 3)
        self.step.succeed(recording.instance(1))
        recording.destroy(self.cluster)

    def test_reports_raise_then(self):
        self.assertRaises(exception.ClusterGone, self.step.succeed)
        self.assertRaises(exception.ClusterGone, self.step.fail, error='no')
        self.assertRaises(exception.ClusterGone, self.progress.step, 'Two', 3)

    def test_the_database_is_not_asked_again(self):
        self.assertRaises(exception.ClusterGone, self.step.succeed)
        self.statements.clear()
        self.assertRaises(exception.ClusterGone, self.step.succeed)
        self.assertEqual(0, len(self.statements))

    def test_leaving_a_step_raises_then(self):
        self.assertRaises(exception.ClusterGone, self.end_after, wait=False)
        self.assertRaises(exception.ClusterGone, self.end_after, wait=True)

    def end_after(self, **kwargs):
        with self.step:
            self.step.succeed(**kwargs)

    def test_an_error_is_not_lost_for_it(self):
        def work():
            with self.step, self.step.event(recording.instance(2)):
                raise ValueError('no')

        self.assertRaises(ValueError, work)


class TestDisabled(ProgressTestCase):
    def setUp(self):
        super().setUp()
        self.progress = self.resumed(enabled=False)
        self.statements.clear()

    def test_nothing_is_recorded(self):
        done = []
        self.progress.plan(['One', 'Two'])
        with self.progress.step('One', 3) as step:
            for instance in recording.instances(3):
                self.assertFalse(step.done(instance))
                with step.event(instance):
                    done.append(instance)
            step.succeed(wait=False)
            step.flush()
        self.assertEqual(3, len(done))
        self.assertFalse(step.finished)
        self.assertEqual(
            ('', 3, 0, 0, None),
            (
                step.id,
                step.total,
                step.completed,
                step.failed,
                step.successful,
            ),
        )
        with self.progress.step('Two', 1):
            pass
        self.assertEqual(0, len(self.statements))

    def test_a_failure_is_logged(self):
        def work():
            step = self.progress.step('One', 3)
            with step, step.event(recording.instance(1)):
                raise ValueError('no')

        self.assertRaises(ValueError, work)
        self.assertEqual(1, self.log.output.count('Error ID: '))
        self.assertEqual(0, len(self.statements))

    def test_what_was_recorded_stays_readable(self):
        self.resumed().step('One', 1)
        self.assertEqual(1, len(self.steps()))
