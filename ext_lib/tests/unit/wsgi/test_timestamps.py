# SPDX-License-Identifier: Apache-2.0
"""Times in answers always have the same form."""

import datetime

import hypothesis
from hypothesis import strategies
from oslo_utils import timeutils
from oslotest import base as test_base

from ext_lib.tests.unit.wsgi import base
from ext_lib.wsgi import timestamps

_FULL = datetime.datetime.fromisoformat('2026-01-02T03:04:05.000060')
_EVEN = datetime.datetime.fromisoformat('2026-01-02T03:04:05')


class TestTimestamps(test_base.BaseTestCase):
    def test_micro_has_six_digits_and_no_zone(self):
        self.assertEqual('2026-01-02T03:04:05.000060', timestamps.micro(_FULL))
        self.assertEqual('2026-01-02T03:04:05.000000', timestamps.micro(_EVEN))

    def test_zulu_has_seconds_and_a_zone(self):
        for moment in (_FULL, _EVEN):
            self.assertEqual('2026-01-02T03:04:05Z', timestamps.zulu(moment))

    def test_seconds_are_cut_and_have_no_zone(self):
        for moment in (_FULL, _EVEN):
            self.assertEqual('2026-01-02T03:04:05', timestamps.seconds(moment))

    def test_nothing_stays_nothing(self):
        self.assertIsNone(timestamps.seconds(None))
        self.assertIsNone(timestamps.micro(None))
        self.assertIsNone(timestamps.zulu(None))

    @base.quick
    @hypothesis.given(strategies.datetimes())
    def test_what_is_written_can_be_sent_back(self, moment):
        text = timestamps.micro(moment) or ''
        parsed = timeutils.parse_isotime(text).replace(tzinfo=None)
        self.assertEqual(moment, parsed)
