# SPDX-License-Identifier: Apache-2.0
"""Fixtures for the tests of a service, and of what builds on one."""

from collections.abc import Sequence
import logging
import os
import time
import types
from typing import Any

import fixtures
from oslo_config import cfg
from oslo_log import log
import oslo_messaging as messaging
from oslo_messaging import conffixture
from oslo_utils import uuidutils

from ext_lib import rpc
from ext_lib import service
from ext_lib.db.fixture import Database
from ext_lib.db.fixture import Statements

__all__ = ['Conf', 'Database', 'Statements', 'RPC', 'Logging']

_LOG_LEVEL = 'OS_DEBUG'
#: Transport URL of the broker to test with, e.g. rabbit://guest@localhost/.
URL_VARIABLE = 'EXT_TEST_RPC_URL'


class Conf(fixtures.Fixture):
    """A configuration of the test's own, ``conf``, with nothing from files.

    :param register_opts: registers the service's options
    """

    def __init__(self, register_opts: Any) -> None:
        self._register_opts = register_opts
        self.conf = cfg.ConfigOpts()

    def _setUp(self) -> None:
        log.register_options(self.conf)
        self._register_opts(self.conf)
        self.conf([], project='test', default_config_files=[])
        self.addCleanup(self.conf.reset)

    def set(self, group: str | None = None, **values: Any) -> None:
        """Give options another value for the rest of the test."""
        for name, value in values.items():
            self.conf.set_override(name, value, group)


class Logging(fixtures.Fixture):
    """Log lines, shown with a failing test and nowhere else."""

    def _setUp(self) -> None:
        level = logging.DEBUG if os.environ.get(_LOG_LEVEL) else logging.INFO
        self.logger = self.useFixture(
            fixtures.FakeLogger(level=level, nuke_handlers=True)
        )
        # As by default in services: it tells of every pool that is closed.
        self.useFixture(
            fixtures.FakeLogger('sqlalchemy', level=logging.WARNING)
        )

    @property
    def output(self) -> str:
        """All that was logged so far."""
        return str(self.logger.output)


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
