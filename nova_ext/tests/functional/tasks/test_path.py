# SPDX-License-Identifier: Apache-2.0
"""The modules of the filter that a request passes through, and their order."""

import contextlib
import sys

import fixtures
import sqlalchemy as sa

from nova_ext import objects
from nova_ext.db import models
from nova_ext.middleware import tasks
from nova_ext.tests import base
from nova_ext.tests.functional.tasks import standalone

_FILTER = tasks.__name__
_STAGES = ('requests', 'reservations', 'upstream', 'recorder', 'answers')


@contextlib.contextmanager
def entries():
    """Yield a list of the modules of the filter, grown at each entry.

    A call enters a module when the function of the filter that it comes from,
    directly or through other code, is in another module.
    """
    found = []

    def note(frame, event, _argument):
        name = frame.f_globals.get('__name__', '')
        if event != 'call' or not name.startswith(_FILTER):
            return
        if name != _innermost(frame.f_back):
            found.append(name.removeprefix(_FILTER).lstrip('.'))

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        yield found
    finally:
        sys.setprofile(before)


def _innermost(frame):
    while frame is not None:
        name = frame.f_globals.get('__name__', '')
        if name.startswith(_FILTER):
            return name
        frame = frame.f_back
    return None


class TestPath(base.TestCase):
    """A request enters each module once."""

    def setUp(self):
        super().setUp()
        objects.register_all()
        path = self.useFixture(fixtures.TempDir()).join('tasks.sqlite')
        url = f'sqlite:///{path}'
        engine = sa.create_engine(url)
        models.Base.metadata.create_all(engine)
        self.filter = self.useFixture(standalone.Filter(url, 2))
        # Versions are found out once in a process, outcomes once for a task.
        self.filter.act('first')
        self.filter.act('first')

    def test_tagged(self):
        with entries() as found:
            answer = self.filter.act('tag')
        self.assertEqual(202, answer.status_int)
        self.assertEqual(['', *_STAGES], found)

    def test_untagged(self):
        with entries() as found:
            answer = self.filter.act()
        self.assertEqual(202, answer.status_int)
        stages = [stage for stage in _STAGES if stage != 'reservations']
        self.assertEqual(['', *stages], found)

    def test_repeated(self):
        with entries() as found:
            answer = self.filter.act('first')
        self.assertEqual(409, answer.status_int)
        stages = ['requests', 'reservations', 'answers', 'upstream']
        self.assertEqual(['', *stages], found)

    def test_with_a_key(self):
        with entries() as found:
            answer = self.filter.act(key='"key"')
        self.assertEqual(202, answer.status_int)
        stages = [*_STAGES[:-1], 'replays', _STAGES[-1]]
        self.assertEqual(['', *stages], found)

    def test_replayed(self):
        self.filter.act(key='"first"')
        with entries() as found:
            answer = self.filter.act(key='"first"')
        self.assertEqual(202, answer.status_int)
        stages = ['requests', 'reservations', 'replays']
        self.assertEqual(['', *stages], found)

    def test_one_that_reads(self):
        with entries() as found:
            self.assertEqual(200, self.filter.get('/servers').status_int)
        self.assertEqual([''], found)
