# SPDX-License-Identifier: Apache-2.0
"""Growing intervals between two deliveries of a message."""

import fixtures

from nova_ext.conductor.redelivery import Backoff
from nova_ext.tests import base


class BackoffTestCase(base.TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.now = 1000.0
        self.useFixture(
            fixtures.MonkeyPatch('time.monotonic', lambda: self.now)
        )
        self.backoff = Backoff()

    def due(self, interval: float, minutes: int) -> list[int]:
        """Return the minutes at which an action is dealt with."""
        begin = self.now
        times = []
        for minute in range(minutes):
            self.now = begin + 60 * minute
            if self.backoff.is_due(1, interval):
                times.append(minute)
        return times

    def test_pauses_double(self) -> None:
        self.assertEqual([0, 5, 15, 35, 75], self.due(300, 100))

    def test_once_where_nothing_gets_lost(self) -> None:
        self.assertEqual([0], self.due(0, 100))

    def test_each_action_by_itself(self) -> None:
        self.assertTrue(self.backoff.is_due(1, 300))
        self.assertTrue(self.backoff.is_due(2, 300))
        self.assertFalse(self.backoff.is_due(1, 300))
