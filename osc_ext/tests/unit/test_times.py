# SPDX-License-Identifier: Apache-2.0
"""Times of the command line, and between times of an API."""

import datetime

import testtools

from osc_ext import exit_status
from osc_ext import times

_NOON = datetime.datetime(2026, 1, 31, 12, tzinfo=datetime.timezone.utc)


class TestTimes(testtools.TestCase):
    def test_zones(self) -> None:
        for text in (
            '2026-01-31T12:00:00Z',
            '2026-01-31T12:00',
            '2026-01-31 12:00:00.000',
            '2026-01-31T13:00+01:00',
            '2026-01-31T07:00:00-05:00',
        ):
            self.assertEqual(_NOON, times.parse(text), text)

    def test_day(self) -> None:
        self.assertEqual(_NOON.replace(hour=0), times.parse('2026-01-31'))

    def test_none(self) -> None:
        for text in ('', 'soon', '2026-02-30', '0001-01-01T00:00+10:00'):
            end = self.assertRaises(exit_status.Ended, times.parse, text)
            self.assertEqual(exit_status.UNUSABLE, end.status)
            self.assertNotIn('\n', str(end))

    def test_between(self) -> None:
        first, second = '2026-01-31T12:00:00', '2026-01-31T12:00:01.5'
        self.assertEqual(1.5, times.between(first, second + '00'))
        self.assertEqual(0.0, times.between(second + '00', first))
        self.assertIsNone(times.between(first, None))
        self.assertIsNone(times.between(None, first))
