# SPDX-License-Identifier: Apache-2.0
"""Each program writes down what it is doing when it is asked to."""

import fixtures

from ext_lib.testing import process
from ext_lib.testing import reports
from nova_ext.tests import base

_PRODUCT = 'nova-ext'


class StateDumpTest(base.DatabaseTestCase):
    def run_program(self, module: str) -> process.Process:
        directory = self.useFixture(fixtures.TempDir()).path
        environment = reports.configuration(self.database.url)
        return self.useFixture(
            process.Process(module, [], directory, environment)
        )

    def test_conductor(self) -> None:
        program = self.run_program('nova_ext.cmd.conductor')
        reports.ask_by_signal(program, _PRODUCT)

    def test_compute(self) -> None:
        program = self.run_program('nova_ext.cmd.compute')
        reports.ask_by_signal(program, _PRODUCT)

    def test_api(self) -> None:
        application = 'nova_ext.wsgi.api:application'
        self.useFixture(reports.Workers(application, _PRODUCT)).ask()

    def test_audit(self) -> None:
        application = 'nova_ext.wsgi.audit:application'
        self.useFixture(reports.Workers(application, _PRODUCT)).ask()
