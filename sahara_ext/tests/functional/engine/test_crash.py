# SPDX-License-Identifier: Apache-2.0
"""Engines are killed, frozen and stopped, on the database of the test.

They hear no messages, and so find what there is to do by themselves.
"""

from typing import Any

from sahara_ext.tests import base as tests_base
from sahara_ext.tests.functional.engine import crashes
from sahara_ext.tests.functional.engine import processes


class LocalTestCase(processes.EnginesTestCase, tests_base.MessagingTestCase):
    """A test of engines on the database of the test."""

    #: Of engines, in place of the usual ones.
    options: dict[str, Any] = {}

    def get_transport(self):
        return self.rpc.transport

    def make_engines(self):
        return processes.Engines(self.database.url, **self.options)


class TestRandomDeath(crashes.RandomDeath, LocalTestCase):
    """On the usual database."""


class TestFrozen(crashes.Frozen, LocalTestCase):
    """On the usual database."""


class TestStopped(crashes.Stopped, LocalTestCase):
    """On the usual database."""
