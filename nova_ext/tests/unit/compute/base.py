# SPDX-License-Identifier: Apache-2.0
"""One compute host for a test, with no one to talk to."""

from nova_ext.compute.host_step import Host
from nova_ext.tests import base
from nova_ext.tests.unit.wire import Wire
from nova_ext.virt.fake import FakeDriver


class HostTestCase(base.DatabaseTestCase):
    """A test of operations on ``host1``."""

    def setUp(self) -> None:
        super().setUp()
        self.driver = FakeDriver(self.conf)
        self.wire = Wire()
        self.host = Host(
            'host1',
            self.driver,
            self.wire,  # type: ignore[arg-type]
        )
