# SPDX-License-Identifier: Apache-2.0
"""Results of the upgrade checks that a program prints."""

from collections.abc import Sequence
import json
from typing import Any, Protocol

import fixtures
from oslo_config import cfg
import sqlalchemy as sa
import testtools

from ext_lib.db.facade import Facade


class _Program(Protocol):
    def main(self, argv: Sequence[str], conf: cfg.ConfigOpts) -> int: ...


class ChecksTestCase(testtools.TestCase):
    """A test of a program, and of an empty database at ``url``."""

    program: _Program
    facade: Facade

    def setUp(self) -> None:
        super().setUp()
        self.useFixture(fixtures.FakeLogger(nuke_handlers=True))
        self.addCleanup(self.facade.reset)
        self.directory = self.useFixture(fixtures.TempDir())
        self.url = f'sqlite:///{self.directory.join("test.db")}'
        self.useFixture(
            fixtures.EnvironmentVariable('OS_DATABASE__CONNECTION', self.url)
        )
        self.engine = sa.create_engine(self.url)
        self.addCleanup(self.engine.dispose)

    def check(self) -> tuple[int, dict[str, tuple[Any, Any]]]:
        """Return the exit status, and code and details of each check."""
        out = self.useFixture(fixtures.StringStream('out')).stream
        with fixtures.MonkeyPatch('sys.stdout', out):
            code = self.program.main(
                ['upgrade', 'check', '--json'], cfg.ConfigOpts()
            )
        out.seek(0)
        checks = json.loads(out.read())['checks']
        return code, {
            check['check']: (check['result'], check['details'])
            for check in checks
        }
