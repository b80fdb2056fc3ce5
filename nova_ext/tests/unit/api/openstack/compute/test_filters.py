# SPDX-License-Identifier: Apache-2.0
"""Texts of a query become values."""

import datetime

import ddt
import hypothesis
from hypothesis import strategies
import testtools

from nova_ext.api.openstack.compute import filters
from nova_ext.tests.unit.api.openstack import base

_ZONES = strategies.integers(-1439, 1439).map(
    lambda minutes: datetime.timezone(datetime.timedelta(minutes=minutes))
)


def _parsed(**query):
    named = {name.replace('_', '-'): text for name, text in query.items()}
    return filters.parsed(base.request(query=named))


@ddt.ddt
class TestFiltersParsed(testtools.TestCase):
    def test_others_stay_as_they_are(self):
        req = base.request(query={'host': 'host1', 'status': ''})
        found = filters.parsed(req)
        self.assertEqual({'host': 'host1', 'status': ''}, found)
        found.clear()
        self.assertEqual({'host': 'host1', 'status': ''}, req.filters)

    @ddt.data(
        ('2010', '2010-01-01T00:00:00'),
        ('2010-06', '2010-06-01T00:00:00'),
        ('2010-01-02T03:04:05Z', '2010-01-02T03:04:05'),
        ('2010-01-02 03:04:05.5', '2010-01-02T03:04:05.500000'),
        ('2010-01-02T03:04:05+05:30', '2010-01-01T21:34:05'),
        ('2010-01-02T03:04:05-0100', '2010-01-02T04:04:05'),
        # Beyond the calendar in UTC.
        ('9999-12-31T23:59:59-05:00', '9999-12-31T23:59:59'),
        ('0001-01-01T00:00:00+05:00', '0001-01-01T00:00:00'),
    )
    @ddt.unpack
    def test_times_are_naive_and_utc(self, text, expected):
        moment = datetime.datetime.fromisoformat(expected)
        self.assertEqual(
            {'changes-since': moment, 'changes-before': moment},
            _parsed(changes_since=text, changes_before=text),
        )

    @ddt.data(('2010', '2011'), ('2010', '2010'))
    @ddt.unpack
    def test_a_time_that_ends_after_it_began(self, since, before):
        found = _parsed(changes_since=since, changes_before=before)
        self.assertEqual(2, len(found))

    @ddt.data(
        ('2011', '2010'),
        ('2010-01-01T00:00:00.000001', '2010'),
        ('2010-01-01T00:00:00Z', '2010-01-01T00:00:00+01:00'),
    )
    @ddt.unpack
    def test_a_time_that_ends_before_it_begins(self, since, before):
        self.assertRaises(
            filters.InvalidTimeRange,
            _parsed,
            changes_since=since,
            changes_before=before,
        )

    @base.quick
    @hypothesis.given(strategies.datetimes(timezones=_ZONES))
    def test_every_time_loses_its_zone(self, moment):
        found = _parsed(changes_since=moment.isoformat())['changes-since']
        self.assertIsNone(found.tzinfo)
