# SPDX-License-Identifier: Apache-2.0
"""Fixtures for the tests of a service, and of what builds on one."""

import logging
import os
from typing import Any

import fixtures
from oslo_config import cfg
from oslo_log import log

from ext_lib.db.fixture import Database
from ext_lib.db.fixture import Statements
from ext_lib.rpc_fixture import RPC

__all__ = ['Conf', 'Database', 'Statements', 'RPC', 'Logging']

_LOG_LEVEL = 'OS_DEBUG'


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

    @property
    def output(self) -> str:
        """All that was logged so far."""
        return str(self.logger.output)
