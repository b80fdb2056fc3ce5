# SPDX-License-Identifier: Apache-2.0
"""Unit tests of what happens when the store of tasks fails."""

import functools
import threading

from nova_ext.middleware.tasks import recorder
from nova_ext.tests import base


class TestBacklog(base.TestCase):
    """Writes that fail, for a while or permanently."""

    def setUp(self):
        super().setUp()
        self.backlog = recorder.Backlog()
        self.written = []
        self.is_down = True

    def write(self, what):
        if self.is_down:
            raise RuntimeError('no store')
        self.written.append(what)

    def keep(self, *names):
        for name in names:
            self.backlog.keep(functools.partial(self.write, name))

    def test_nothing_to_do(self):
        self.backlog.work_off()
        self.assertEqual([], self.written)

    def test_each_is_written_once(self):
        self.keep('a', 'b', 'c')
        self.backlog.work_off()
        self.assertEqual([], self.written)
        self.is_down = False
        self.backlog.work_off()
        self.backlog.work_off()
        self.assertEqual(['a', 'b', 'c'], sorted(self.written))

    def test_what_never_can_be_written_holds_up_nothing_else(self):
        self.is_down = False
        self.backlog.keep(lambda: 1 / 0)
        self.keep('a', 'b')
        for _ in range(2):
            self.backlog.work_off()
        self.assertEqual(['a', 'b'], self.written)

    def test_no_request_waits_for_all(self):
        self.is_down = False
        self.keep(*range(250))
        for many in (100, 200, 250):
            self.backlog.work_off()
            self.assertEqual(many, len(self.written))

    def test_the_first_are_kept(self):
        self.keep(*range(1200))
        self.is_down = False
        for _ in range(20):
            self.backlog.work_off()
        self.assertEqual(list(range(1000)), self.written)

    def test_one_does_it_at_a_time(self):
        may_go, goes = threading.Event(), threading.Event()

        def wait():
            goes.set()
            may_go.wait(60)
            self.written.append('a')

        self.backlog.keep(wait)
        worker = threading.Thread(target=self.backlog.work_off)
        worker.start()
        goes.wait(60)
        self.backlog.work_off()
        self.assertEqual([], self.written)
        may_go.set()
        worker.join(60)
        self.assertEqual(['a'], self.written)


class TestFailureLog(base.TestCase):
    def setUp(self):
        super().setUp()
        self.failures = recorder.FailureLog(self.conf)

    def add(self, number):
        self.failures.add(ValueError('no store'), 'Request %d', number)

    def test_the_first_is_told_with_its_cause(self):
        self.add(1)
        self.assertIn('Request 1', self.log.output)
        self.assertIn('ValueError: no store', self.log.output)

    def test_others_are_counted(self):
        self.settings.set('tasks', store_retry_interval=600)
        for number in range(1, 5):
            self.add(number)
        self.assertNotIn('Request 2', self.log.output)
        self.failures._next.clear()
        self.add(9)
        self.assertIn('3 more', self.log.output)
        self.assertIn('Request 9', self.log.output)

    def test_all_are_logged_with_interval_zero(self):
        self.settings.set('tasks', store_retry_interval=0)
        for number in (1, 2):
            self.add(number)
        self.assertIn('Request 2', self.log.output)
        self.assertNotIn('more', self.log.output)

    def test_one_kind_does_not_mute_another(self):
        self.settings.set('tasks', store_retry_interval=600)
        self.add(1)
        self.failures.add(OSError('disk is full'), 'Request %d', 2)
        self.add(3)
        self.assertIn('Request 1', self.log.output)
        self.assertIn('OSError: disk is full', self.log.output)
        self.assertNotIn('Request 3', self.log.output)
