# SPDX-License-Identifier: Apache-2.0
"""Messaging for tests: in memory, or over the broker a variable names."""

from collections.abc import Sequence
import os
import time
import types

import fixtures
from oslo_config import cfg
import oslo_messaging as messaging
from oslo_messaging import conffixture
from oslo_utils import uuidutils

from ext_lib import rpc
from ext_lib import service

#: Transport URL of the broker to test with, e.g. rabbit://guest@localhost/.
URL_VARIABLE = 'EXT_TEST_RPC_URL'


class RPC(fixtures.Fixture):
    """A transport of the test's own.

    ``transport`` is ready after set-up. In memory, nothing is heard by other
    tests; a broker's queues are common to all who use the same topic, so use
    ``topic``, which no other test has, or run such tests one by one.

    :param conf: configuration, its transport options are overridden
    :param exception_modules: as :func:`ext_lib.rpc.get_transport` takes them
    :param serializer: of arguments and results; plain values by default
    """

    transport: messaging.Transport

    def __init__(
        self,
        conf: cfg.ConfigOpts,
        exception_modules: Sequence[str] = (),
        serializer: messaging.Serializer | None = None,
    ) -> None:
        self._conf = conf
        self._exception_modules = exception_modules
        self._serializer = serializer or messaging.NoOpSerializer()

    def _setUp(self) -> None:
        # Registers options the library registers for cfg.CONF only.
        conffixture.ConfFixture(self._conf)
        self._override('transport_url', os.environ.get(URL_VARIABLE, 'fake:/'))
        self._override('control_exchange', uuidutils.generate_uuid())
        self.useFixture(_ShortNaps())
        self.transport = rpc.get_transport(self._conf, self._exception_modules)
        self.addCleanup(self.transport.cleanup)
        self.topic = f'topic-{uuidutils.generate_uuid()}'

    def _override(self, option: str, value: str) -> None:
        self._conf.set_override(option, value)
        self.addCleanup(self._conf.clear_override, option)

    def client(
        self, topic: str, host: str | None = None
    ) -> messaging.RPCClient:
        """Return a client of a topic's servers, or of the one on a host."""
        target = messaging.Target(topic=topic, server=host)
        return rpc.get_client(self.transport, target, self._serializer)

    def serve(
        self, manager: service.Manager, topic: str, host: str = 'host1'
    ) -> service.Service:
        """Start a service; it ends with the test."""
        running = service.Service(
            manager,
            self.transport,
            messaging.Target(topic=topic, server=host),
            self._serializer,
        )
        running.start()
        self.addCleanup(running.wait)
        self.addCleanup(running.stop)
        return running


class _ShortNaps(fixtures.Fixture):
    """Shorter naps: the in-memory driver's of 50 ms, idle workers' of 1 s."""

    def _setUp(self) -> None:
        clock = types.SimpleNamespace(
            time=time.time, sleep=lambda seconds: time.sleep(seconds / 25)
        )
        for name, value in {
            'oslo_messaging._drivers.impl_fake.time': clock,
            'futurist._thread.ThreadWorker.MAX_IDLE_FOR': 0.02,
        }.items():
            self.useFixture(fixtures.MonkeyPatch(name, value))
