# SPDX-License-Identifier: Apache-2.0
"""A conductor and two compute hosts for a test, in threads of its own."""

import fixtures
from oslo_config import cfg
import oslo_messaging as messaging

from ext_lib.service import Service
from nova_ext.cmd import allinone
from nova_ext.cmd import process
from nova_ext.conductor.manager import ConductorManager
from nova_ext.virt.fake import FakeDriver

CONTROLLER = allinone.CONTROLLER
HOSTS = allinone.HOSTS


class Cloud(fixtures.Fixture):
    """The services that work on servers, without the all-in-one.

    ``drivers`` holds the hypervisor of each host by its name.

    :param transport: the one the API of the test uses, too
    """

    def __init__(
        self, conf: cfg.ConfigOpts, transport: messaging.Transport
    ) -> None:
        super().__init__()
        self._conf = conf
        self._transport = transport
        self._services: dict[str, Service] = {}
        self.drivers: dict[str, FakeDriver] = {}

    def _setUp(self) -> None:
        self._start(CONTROLLER, self._conductor())
        for host in HOSTS:
            self.start(host)

    def start(self, host: str) -> None:
        """Start a compute host that has never run before, or ran and died."""
        driver = self.drivers[host] = FakeDriver(self._conf)
        self._start(
            host,
            process.compute_service(self._conf, self._transport, driver, host),
        )
        # The last cleanup comes first: the service waits for its work.
        self.addCleanup(driver.interrupt)

    def kill(self, host: str) -> None:
        """End a compute host amid whatever it does."""
        self.drivers.pop(host).interrupt()
        service = self._services.pop(host)
        service.stop()
        service.wait()

    def _conductor(self) -> Service:
        manager = ConductorManager(self._conf, self._transport, CONTROLLER)
        return process.conductor_service(self._conf, self._transport, manager)

    def _start(self, host: str, service: Service) -> None:
        service.start()
        self._services[host] = service
        self.addCleanup(service.wait)
        self.addCleanup(service.stop)
