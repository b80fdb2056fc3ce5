# SPDX-License-Identifier: Apache-2.0
"""Each program writes down what it is doing when it is asked to."""

import fixtures

from ext_lib.testing import process
from ext_lib.testing import reports
from sahara_ext.tests import base

_PRODUCT = 'sahara-ext'


class StateDumpTest(base.DatabaseTestCase):
    def run_program(self, module: str) -> process.Process:
        directory = self.useFixture(fixtures.TempDir()).path
        environment = reports.configuration(self.database.url)
        return self.useFixture(
            process.Process(module, [], directory, environment)
        )

    def test_engine(self) -> None:
        program = self.run_program('sahara_ext.cmd.engine')
        reports.ask_by_signal(program, _PRODUCT)

    def test_api(self) -> None:
        application = 'sahara_ext.wsgi.api:application'
        self.useFixture(reports.Workers(application, _PRODUCT)).ask()
