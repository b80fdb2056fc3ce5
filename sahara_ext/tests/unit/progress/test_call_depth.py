# SPDX-License-Identifier: Apache-2.0
"""The way of a report to the database is short."""

import sys
import types
from typing import Any

import sqlalchemy as sa

from sahara_ext.db.facade import facade
from sahara_ext.progress import Event
from sahara_ext.tests import base
from sahara_ext.tests import recording

#: Calls between the end of an event's block and the INSERT.
MOST = 6


class TestCallDepth(base.DatabaseTestCase):
    def setUp(self):
        super().setUp()
        cluster = recording.cluster(self.context)
        self.step = recording.progress(cluster).step('Starting', 5)
        self.addCleanup(self.step.__exit__, None, None, None)
        self.chains: list[list[str]] = []

    def on_call(self, frame: types.FrameType, event: str, _arg: Any) -> None:
        if event != 'call' or frame.f_code is not _EXECUTE:
            return
        if not str(frame.f_locals['statement']).startswith('INSERT'):
            return
        chain, each = [], frame.f_back
        while each is not None and each.f_code is not _EXIT:
            chain.append(each.f_code.co_name)
            each = each.f_back
        self.chains.append(chain)

    def report(self, error: Exception | None = None) -> None:
        event = self.step.event(recording.instance(len(self.chains)))
        sys.setprofile(self.on_call)
        try:
            event.__exit__(type(error) if error else None, error, None)
        finally:
            sys.setprofile(None)

    def check(self, count: int) -> None:
        self.assertEqual(count, len(self.chains))
        for chain in self.chains:
            self.assertLessEqual(len(chain), MOST, chain)

    def test_a_success(self):
        self.report()
        self.report()
        self.check(2)

    def test_a_failure(self):
        self.report(ValueError('no'))
        self.check(1)

    def test_the_last_one(self):
        for _ in range(5):
            self.report()
        self.check(5)
        self.assertTrue(self.step.has_completed)

    def test_it_is_what_the_engine_uses(self):
        # What is counted is what facade's connections do.
        with facade.get_engine().connect() as connection:
            self.assertIs(_EXECUTE, type(connection).execute.__code__)


_EXIT = Event.__exit__.__code__
_EXECUTE = sa.engine.Connection.execute.__code__
