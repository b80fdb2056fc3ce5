# SPDX-License-Identifier: Apache-2.0
"""Whatever the order of reports, a step counts each subject once."""

import hypothesis
from hypothesis import strategies
from oslotest import base

from sahara_ext.db.event_log.step_state import StepCounters

SUBJECTS = ('', 'a', 'b', 'c', 'd')
CLAIMS = strategies.lists(
    strategies.tuples(strategies.sampled_from(SUBJECTS), strategies.booleans())
)
SIZES = strategies.none() | strategies.integers(1, len(SUBJECTS) + 1)


def begin(total, **values):
    state = {'completed': 0, 'failed': 0, 'successful': None, **values}
    return StepCounters(**state, total=total, has_ended=False, known={})


def add_all(counters, claims):
    """Add what is not known; return the claims that count, and the last."""
    completing = None
    for claim in claims:
        had_ended = counters.has_ended
        if claim not in counters.known:
            counters.add(claim)
        if counters.has_ended and not had_ended:
            completing = claim
    return completing


class TestStepCounters(base.BaseTestCase):
    @hypothesis.given(CLAIMS, SIZES)
    def test_counters_are_those_of_what_counts(self, claims, total):
        counters = begin(total)
        add_all(counters, claims)
        counted = [claim for claim, counts in counters.known.items() if counts]
        successes = [subject for subject, successful in counted if successful]
        failures = {subject for subject, _ in counted} - set(successes)
        self.assertEqual(len(successes), counters.completed)
        self.assertEqual(len(failures), counters.failed)
        self.assertEqual(len(counted), len(successes) + len(failures))
        self.assertEqual(set(claims), set(counters.known))

    @hypothesis.given(CLAIMS, SIZES)
    def test_the_end_comes_with_the_last_subject(self, claims, total):
        counters = begin(total)
        completing = add_all(counters, claims)
        seen = []
        for subject, _ in claims:
            if subject not in seen:
                seen.append(subject)
        ends = total is not None and len(seen) >= total
        self.assertEqual(ends, counters.has_ended)
        if ends:
            self.assertEqual(seen[total - 1], completing[0])
            self.assertEqual(total, counters.completed + counters.failed)
        else:
            self.assertEqual(len(seen), counters.completed + counters.failed)

    @hypothesis.given(CLAIMS, SIZES)
    def test_no_failure_is_lost(self, claims, total):
        counters = begin(total)
        add_all(counters, claims)
        if counters.failed:
            self.assertIs(False, counters.successful)
        else:
            self.assertIs(
                True if counters.has_ended else None, counters.successful
            )

    @hypothesis.given(CLAIMS, strategies.randoms(use_true_random=False))
    def test_the_order_does_not_matter_before_the_end(self, claims, random):
        results = []
        for _ in range(2):
            counters = begin(None)
            add_all(counters, claims)
            results.append(
                (counters.completed, counters.failed, counters.successful)
            )
            random.shuffle(claims)
        self.assertEqual(results[0], results[1])

    @hypothesis.given(CLAIMS, SIZES, strategies.integers(0, 20))
    def test_it_can_be_put_down_and_taken_up(self, claims, total, cut):
        whole = begin(total)
        add_all(whole, claims)
        first = begin(total)
        add_all(first, claims[:cut])
        rest = {subject for subject, _ in claims[cut:]}
        # What the rest is not about need not be known.
        known = {c: n for c, n in first.known.items() if c[0] in rest}
        second = StepCounters(
            first.completed,
            first.failed,
            total,
            first.successful,
            first.has_ended,
            known,
        )
        add_all(second, claims[cut:])
        self.assertEqual(
            (whole.completed, whole.failed, whole.successful, whole.has_ended),
            (
                second.completed,
                second.failed,
                second.successful,
                second.has_ended,
            ),
        )

    def test_late_claims_change_nothing(self):
        counters = begin(1)
        self.assertTrue(counters.add(('a', True)))
        for claim in (('a', False), ('b', True), ('b', False)):
            self.assertFalse(counters.add(claim))
        self.assertEqual(
            (1, 0, True),
            (counters.completed, counters.failed, counters.successful),
        )

    def test_a_success_does_not_make_up_for_a_failure(self):
        for order in (True, False), (False, True):
            counters = begin(2)
            for successful in order:
                counters.add(('a', successful))
            self.assertEqual(
                (0, 1, False),
                (counters.completed, counters.failed, counters.successful),
            )
            self.assertFalse(counters.has_ended)
