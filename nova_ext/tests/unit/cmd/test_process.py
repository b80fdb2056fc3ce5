# SPDX-License-Identifier: Apache-2.0
"""Hypervisors get some time to finish, and no more."""

import threading

from nova_ext.cmd import process
from nova_ext.tests import base
from nova_ext.virt.fake import FakeDriver


class GraceTestCase(base.TestCase):
    def begin(self, seconds: float) -> FakeDriver:
        self.settings.set('compute', shutdown_grace=seconds)
        driver = FakeDriver(self.conf)
        grace = process.Grace(self.conf, [driver])
        grace.start()
        grace.stop()
        self.addCleanup(grace.wait)
        return driver

    def test_time_is_up(self) -> None:
        interrupted: threading.Event = self.begin(0)._interrupted
        self.assertTrue(interrupted.wait(60))

    def test_time_is_not_up(self) -> None:
        self.assertFalse(self.begin(3600)._interrupted.is_set())
