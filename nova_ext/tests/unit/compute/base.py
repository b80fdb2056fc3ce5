# SPDX-License-Identifier: Apache-2.0
"""One compute host for a test, with no one to talk to."""

from typing import Any

from nova_ext.compute.operation import Host
from nova_ext.tests import base
from nova_ext.virt.fake import FakeDriver


class Wire:
    """Stands in for ComputeAPI; remembers what was asked of whom."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    def __getattr__(self, name: str) -> Any:
        def send(*args: Any, **kwargs: Any) -> None:
            self.sent.append(args[2] if name == 'cast' else name)

        return send


class HostTestCase(base.DatabaseTestCase):
    """A test of operations on ``host1``; ``sent`` is what they send on."""

    def setUp(self) -> None:
        super().setUp()
        self.driver = FakeDriver(self.conf)
        self.wire = Wire()
        self.host = Host('host1', self.driver, self.wire)  # type: ignore

    @property
    def sent(self) -> list[str]:
        """Methods that were asked of other hosts."""
        return self.wire.sent
