# SPDX-License-Identifier: Apache-2.0
"""The state of records of the trail."""

import datetime

from nova_ext.db.trail import record_kinds
from nova_ext.db.trail import rows
from nova_ext.tests import base
from nova_ext.tests.unit.db import base as db_base

_NOW = db_base.START
_DAY = datetime.timedelta(days=1)


class TestState(base.TestCase):
    """Outcomes of actions, by their events."""

    def state(self, is_unended, **columns):
        row = {'message': None, 'finish_time': None, 'created_at': _NOW}
        found = rows.state_of(row | columns, is_unended, _NOW)
        return found['outcome'], found['watch']

    def test_all_events_have_ended(self):
        self.assertEqual(('success', record_kinds.NEVER), self.state(False))
        self.assertEqual(
            ('error', record_kinds.NEVER), self.state(False, message='Error')
        )

    def test_an_event_has_not_ended(self):
        self.assertEqual(('unfinished', record_kinds.OFTEN), self.state(True))
        self.assertEqual(
            ('error', record_kinds.OFTEN), self.state(True, message='Error')
        )
        # It is the events that have to end.
        self.assertEqual(
            ('unfinished', record_kinds.OFTEN),
            self.state(True, finish_time=_NOW),
        )

    def test_without_events(self):
        self.assertEqual(('unfinished', record_kinds.OFTEN), self.state(None))
        self.assertEqual(
            ('success', record_kinds.NEVER), self.state(None, finish_time=_NOW)
        )

    def test_after_a_day_it_is_read_at_times(self):
        for moment in (None, _NOW - 2 * _DAY):
            for is_unended in (None, True):
                self.assertEqual(
                    ('unfinished', record_kinds.AT_TIMES),
                    self.state(is_unended, created_at=moment),
                )


class TestWatch(base.TestCase):
    """Servers and migrations that are read again."""

    def test_servers(self):
        for deleted, expected in (
            (0, record_kinds.AT_TIMES),
            (7, record_kinds.NEVER),
        ):
            row = {'deleted': deleted}
            self.assertEqual(
                expected, record_kinds.watch_of(record_kinds.SERVERS, row)
            )

    def test_migrations(self):
        for status, deleted, expected in (
            ('running', 0, record_kinds.OFTEN),
            ('finished', 0, record_kinds.OFTEN),
            (None, 0, record_kinds.OFTEN),
            ('confirmed', 0, record_kinds.AT_TIMES),
            ('running', 3, record_kinds.AT_TIMES),
            ('completed', 3, record_kinds.NEVER),
        ):
            row = {'status': status, 'deleted': deleted}
            self.assertEqual(
                expected, record_kinds.watch_of(record_kinds.MIGRATIONS, row)
            )


class TestUndone(base.TestCase):
    """Changes that only a backup makes."""

    def test_ends_and_deletions(self):
        for before, after in (
            ({'deleted': 3}, {'deleted': 0}),
            ({'finish_time': _NOW}, {'finish_time': None}),
            ({'status': 'completed'}, {'status': 'running'}),
        ):
            self.assertTrue(record_kinds.is_undone(before, after))
            self.assertFalse(record_kinds.is_undone(after, before))
            self.assertFalse(record_kinds.is_undone(before, before))

    def test_a_migration_goes_from_end_to_end(self):
        before, after = {'status': 'error'}, {'status': 'reverted'}
        self.assertFalse(record_kinds.is_undone(before, after))
