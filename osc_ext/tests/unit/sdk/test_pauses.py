# SPDX-License-Identifier: Apache-2.0
"""Tests of pauses and Retry-After."""

import email.utils
import time

from openstack import exceptions
import testtools

from osc_ext.sdk import pauses
from osc_ext.tests import base


class TestRetryAfter(testtools.TestCase):
    def after(self, text: str) -> float:
        """Return the seconds that a value stands for."""
        return pauses.retry_after({'Retry-After': text})

    def test_seconds(self) -> None:
        self.assertEqual(120, self.after('120'))

    def test_a_date(self) -> None:
        then = email.utils.formatdate(time.time() + 100, usegmt=True)
        self.assertTrue(90 < self.after(then) <= 100)
        self.assertEqual(0, self.after('Fri, 31 Dec 1999 23:59:59 GMT'))

    def test_neither(self) -> None:
        for text in ('', '-1', '1.5', 'soon', '²', 'Fri, 99 Dec 1999'):
            self.assertEqual(0, self.after(text), text)
        self.assertEqual(0, pauses.retry_after({}))


class TestPauses(base.TestCase):
    def test_they_grow(self) -> None:
        pause = pauses.Pauses(1000, 'it')
        for _ in range(12):
            pause.wait()
        self.assertEqual(sorted(self.pauses), self.pauses)
        self.assertEqual(0.5, self.pauses[0])
        self.assertEqual(10, self.pauses[-1])

    def test_at_least(self) -> None:
        pauses.Pauses(1000, 'it').wait(at_least=30)
        self.assertEqual([30], self.pauses)

    def test_what_was_waited_for_counts(self) -> None:
        pauses.Pauses(1000, 'it').wait(spent=30)
        self.assertEqual([], self.pauses)

    def test_the_limit(self) -> None:
        error = self.assertRaises(
            exceptions.ResourceTimeout,
            pauses.Pauses(20, 'the end').wait,
            at_least=30,
            failure='503',
        )
        self.assertEqual([], self.pauses)
        self.assertIn('20 s in vain for the end', str(error))
        self.assertIn('503', str(error))
