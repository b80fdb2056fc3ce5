# SPDX-License-Identifier: Apache-2.0
"""Work on many instances: in parallel, to the end, and once."""

import contextlib
import threading
from typing import Any

from oslo_context import context as oslo_context
from oslo_context import fixture as context_fixture
import testtools

from sahara_ext.objects.cluster_instance import ClusterInstance
from sahara_ext.progress import parallel

_TIMEOUT = 30


class Step:
    """A step that keeps its reports."""

    def __init__(self, done=()):
        self.events = {}
        self._done = done

    def done(self, instance):
        return instance.id in self._done

    @contextlib.contextmanager
    def event(self, instance):
        self.events[instance.id] = None
        try:
            yield
        except Exception as error:
            self.events[instance.id] = error
            raise


class Stop(BaseException):
    pass


class TestForEach(testtools.TestCase):
    def setUp(self):
        super().setUp()
        self.instances = [ClusterInstance(id=str(n)) for n in range(8)]
        self.step: Any = Step()

    def work(self, function, workers=4):
        parallel.for_each(self.step, self.instances, function, workers)

    def test_several_at_a_time(self):
        together = threading.Barrier(4, timeout=_TIMEOUT)
        self.work(lambda instance: together.wait())
        self.assertEqual({str(n): None for n in range(8)}, self.step.events)

    def test_it_is_logged_as_that_of_who_asked(self):
        self.useFixture(context_fixture.ClearRequestContext())
        mine = oslo_context.RequestContext()
        found = []
        self.work(lambda instance: found.append(oslo_context.get_current()))
        self.assertEqual([mine] * 8, found)

    def test_no_more_than_that_at_a_time(self):
        lock = threading.Lock()
        running, most = [], []

        def work(instance):
            with lock:
                running.append(instance)
                most.append(len(running))
            with lock:
                running.remove(instance)

        self.work(work, 2)
        self.assertLessEqual(max(most), 2)

    def test_those_that_are_done_are_left_out(self):
        self.step = Step(done={'0', '7'})
        self.work(lambda instance: None)
        self.assertEqual(set('123456'), set(self.step.events))

    def test_one_that_fails_does_not_stop_the_others(self):
        def work(instance):
            if instance.id in '26':
                raise ValueError(instance.id)

        error = self.assertRaises(ValueError, self.work, work, 1)
        self.assertEqual('2', str(error))
        failed = {n for n, error in self.step.events.items() if error}
        self.assertEqual({'2', '6'}, failed)
        self.assertEqual(8, len(self.step.events))

    def test_what_is_no_failure_comes_first(self):
        def work(instance):
            if instance.id == '6':
                raise Stop
            raise ValueError(instance.id)

        self.assertRaises(Stop, self.work, work)

    def test_nothing_to_do(self):
        self.instances = []
        self.work(lambda instance: None)
        self.assertEqual({}, self.step.events)

    def test_failures_by_instance(self):
        def work(instance):
            if instance.id in '26':
                raise ValueError(instance.id)

        failures = parallel.try_each(self.instances, work, 3)
        self.assertEqual({'2', '6'}, set(failures))
        self.assertEqual('6', str(failures['6']))
