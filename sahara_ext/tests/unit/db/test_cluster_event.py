# SPDX-License-Identifier: Apache-2.0
"""Events are stored with their counters, however often it takes."""

import contextlib
import itertools
import uuid

import fixtures
import hypothesis
from hypothesis import strategies
from oslo_db import exception as db_exception

from ext_lib import exception as ext_exception
from ext_lib import paging
from sahara_ext import exception
from sahara_ext.db.api import cluster_event as cluster_event_db
from sahara_ext.db.event_log import recorder
from sahara_ext.db.event_log import step_state
from sahara_ext.db.facade import facade
from sahara_ext.db.facade import HeldConnection
from sahara_ext.tests import base
from sahara_ext.tests import recording

SUBJECTS = ('', 'a', 'b', 'c', 'd')
CLAIMS = strategies.tuples(
    strategies.sampled_from(SUBJECTS), strategies.booleans()
)


def event(subject='', successful=True, **values):
    return recorder.cluster_event_fit(
        {
            'id': str(uuid.uuid4()),
            'subject': subject,
            'successful': successful,
            **values,
        }
    )


class Commits(fixtures.Fixture):
    """The fate of the next transactions."""

    def _setUp(self):
        self.before: list[Exception] = []
        self.after: list[Exception] = []
        dialect = facade.get_engine().dialect
        commit = dialect.do_commit

        def do_commit(connection):
            if self.before:
                raise self.before.pop()
            commit(connection)
            if self.after:
                raise self.after.pop()

        self.useFixture(
            fixtures.MockPatchObject(dialect, 'do_commit', do_commit)
        )

    @contextlib.contextmanager
    def fail_before(self, *errors):
        """Roll the next transactions back, and raise."""
        self.before[:] = errors
        yield
        assert not self.before, 'There was no transaction'

    @contextlib.contextmanager
    def fail_after(self, *errors):
        """Commit the next transactions, and raise."""
        self.after[:] = errors
        yield
        assert not self.after, 'There was no transaction'


class EventTestCase(base.DatabaseTestCase):
    def setUp(self):
        super().setUp()
        self.cluster = recording.cluster(self.context)
        self.connection = HeldConnection()
        self.addCleanup(self.connection.close)
        self.commits = self.useFixture(Commits())

    def begin(self, total=None):
        return recording.progress(self.cluster).step('Step', total).id

    def record(self, step_id, *events):
        return recorder.cluster_events_record(self.connection, step_id, events)

    def check(self, step_id):
        """Hold the counters against the events; return the step."""
        step = recording.state(step_id)
        counted = [e for e in recording.events(step_id) if e.counted]
        completed = sum(e.successful for e in counted)
        self.assertEqual(completed, step.completed)
        self.assertEqual(len(counted) - completed, step.failed)
        if step.failed:
            self.assertIs(False, step.successful)
        return step


class TestRecord(EventTestCase):
    @hypothesis.given(
        strategies.lists(strategies.lists(CLAIMS, min_size=1, max_size=6)),
        strategies.none() | strategies.integers(1, len(SUBJECTS)),
    )
    @hypothesis.settings(deadline=None, max_examples=60)
    def test_any_order_of_reports(self, transactions, total):
        step_id = self.begin(total)
        seen: dict[str, bool] = {}
        completions = 0
        for claims in transactions:
            for subject, successful in claims:
                if len(seen) != total:
                    seen[subject] = seen.get(subject, True) and successful
            state, outcomes = self.record(
                step_id, *itertools.starmap(event, claims)
            )
            completions += sum(o.has_completed for o in outcomes)
            state = state or recording.state(step_id)
            self.assertEqual(sum(seen.values()), state.completed)
            self.assertEqual(len(seen) - state.completed, state.failed)
        step = self.check(step_id)
        self.assertEqual(len(seen) == total, step.completed_at is not None)
        self.assertEqual(len(seen) == total, bool(completions))
        self.assertLessEqual(completions, 1)
        claims = {claim for claims in transactions for claim in claims}
        self.assertEqual(len(claims), len(recording.events(step_id)))

    def test_an_unknown_step(self):
        self.assertRaises(
            exception.ProvisionStepNotFound, self.record, 'unknown', event()
        )

    def test_a_deadlock_is_tried_again(self):
        step_id = self.begin(1)
        with self.commits.fail_before(db_exception.DBDeadlock()):
            _, (outcome,) = self.record(step_id, event())
        self.assertEqual((True, True), outcome)
        self.assertEqual(1, self.check(step_id).completed)

    def test_a_lost_connection_is_tried_again(self):
        step_id = self.begin(2)
        error = db_exception.DBConnectionError()
        with self.commits.fail_before(error, error):
            _, (outcome,) = self.record(step_id, event())
        self.assertEqual((True, False), outcome)
        self.assertEqual(1, self.check(step_id).completed)


class TestLostAnswers(EventTestCase):
    """The database commits, and its answer is lost."""

    def record(self, step_id, *events):
        with self.commits.fail_after(db_exception.DBConnectionError()):
            return super().record(step_id, *events)

    def test_what_was_committed_counts_once(self):
        step_id = self.begin(3)
        _, outcomes = self.record(step_id, event('a'), event('b', False))
        self.assertEqual([(True, False)] * 2, outcomes)
        step = self.check(step_id)
        self.assertEqual((1, 1), (step.completed, step.failed))
        self.assertEqual(2, len(recording.events(step_id)))

    def test_the_event_that_completed_the_step_is_known(self):
        step_id = self.begin(2)
        _, outcomes = self.record(step_id, event('a'), event('b'), event('c'))
        self.assertEqual(
            [(True, False), (True, True), (False, False)], outcomes
        )

    def test_other_events_did_not_complete_the_step(self):
        step_id = self.begin(1)
        super().record(step_id, event('a'))
        for subject in ('b', 'a'):
            _, (outcome,) = self.record(step_id, event(subject))
            self.assertEqual((False, False), outcome)

    def test_an_end_without_an_event_belongs_to_none(self):
        step_id = self.begin()
        mine = event('a')
        super().record(step_id, mine)
        step_state.provision_step_end(self.context, step_id)
        _, (outcome,) = super().record(step_id, mine)
        self.assertEqual((True, False), outcome)

    def test_a_step_begins_once(self):
        with self.commits.fail_after(db_exception.DBConnectionError()):
            step_id = self.begin(3)
        self.assertEqual(3, recording.state(step_id).total)

    def test_a_step_ends_once(self):
        step_id = self.begin(3)
        with self.commits.fail_after(db_exception.DBConnectionError()):
            state, _ = step_state.provision_step_end(self.context, step_id)
        self.assertEqual((0, True), (state.total, state.successful))


class TestLists(EventTestCase):
    def setUp(self):
        super().setUp()
        self.step = self.begin()
        self.ids = []
        for number in range(5):
            made = event(str(number))
            self.record(self.step, made)
            self.ids.append(made['id'])

    def page(self, step_id=None, successful=None, **page):
        self.statements.clear()
        found = cluster_event_db.cluster_events_get_by_step(
            self.context, step_id or self.step, paging.Page(**page), successful
        )
        self.assertEqual(1, len(self.statements))
        return [row.id for row in found]

    def test_all_of_a_step(self):
        other = self.begin()
        self.assertEqual(self.ids, self.page())
        self.assertEqual([], self.page(other))
        self.assertEqual([], self.page('no such step \N{GHOST}\0'))

    def test_pages(self):
        self.assertEqual(self.ids[:2], self.page(limit=2))
        self.assertEqual(self.ids[2:4], self.page(limit=2, marker=self.ids[1]))
        self.assertEqual(self.ids[2:], self.page(marker=self.ids[1]))
        self.assertEqual([], self.page(limit=2, marker=self.ids[4]))
        self.assertEqual([], self.page(limit=0))
        self.assertEqual([], self.page(limit=0, marker=self.ids[1]))

    def test_of_one_outcome(self):
        failures = [event(f'f{number}', False) for number in range(3)]
        for made in failures:
            self.record(self.step, made)
        failed = [made['id'] for made in failures]
        self.assertEqual(failed, self.page(successful=False))
        self.assertEqual(self.ids, self.page(successful=True))
        self.assertEqual(failed[:2], self.page(successful=False, limit=2))
        for marker, rest in (
            (self.ids[1], failed),
            (failed[0], failed[1:]),
            (failed[2], []),
        ):
            self.assertEqual(rest, self.page(successful=False, marker=marker))
        self.assertEqual(
            self.ids[2:3],
            self.page(successful=True, limit=1, marker=self.ids[1]),
        )
        self.assertEqual([], self.page(successful=True, marker=failed[0]))
        self.assertRaises(
            ext_exception.MarkerNotFound,
            self.page,
            successful=False,
            marker=str(uuid.uuid4()),
        )

    def test_a_marker_is_one_of_the_step(self):
        other = self.begin()
        for step_id, marker in (
            (other, self.ids[0]),
            (self.step, str(uuid.uuid4())),
            (self.step, 'x\0'),
        ):
            self.assertRaises(
                ext_exception.MarkerNotFound,
                self.page,
                step_id,
                limit=2,
                marker=marker,
            )

    def test_all_of_a_cluster(self):
        second = self.begin()
        mine = event('x')
        self.record(second, mine)
        late = event('late')
        self.record(self.step, late)
        strangers = recording.cluster(self.context)
        recording.progress(strangers).step('One').succeed()
        self.statements.clear()
        found = cluster_event_db.provision_steps_get_with_events(
            self.context, self.cluster
        )
        self.assertEqual(1, len(self.statements))
        self.assertEqual(
            [*self.ids, late['id'], mine['id']],
            [row and row.id for _, row in found],
        )
