# SPDX-License-Identifier: Apache-2.0
"""The all-in-one as a process of its own: every service that is installed."""

import os

import fixtures

from ext_lib.testing import polling
from ext_lib.testing import process

#: A name only: this package knows no service.
PROGRAM = 'nova_ext.cmd.allinone'


class AllInOne(fixtures.Fixture):
    """A running program, ready to be asked.

    ``urls`` holds the endpoints by type of service, ``url`` that of compute.

    :param state: directory of its data, which may be another one's
    :param program: module of the program
    :param environment: further variables of the process
    """

    #: Further arguments of the program.
    arguments: tuple[str, ...] = ()

    def __init__(
        self, state: str, program: str = PROGRAM, **environment: str
    ) -> None:
        self.state = state
        self._name = program
        self._environment = environment
        self.urls: dict[str, str] = {}

    def _setUp(self) -> None:
        self._program = self.useFixture(
            process.Process(
                self._name,
                [
                    *('--compute-port', '0', '--data-processing-port', '0'),
                    *('--state-dir', self.state),
                    *self.arguments,
                ],
                self.state,
                self._environment,
            )
        )
        polling.wait_until(self._is_ready, 'the service to be ready')
        for line in self.output.splitlines():
            name, separator, value = line.partition(': ')
            if separator and value.startswith('http'):
                self.urls[name] = value

    @property
    def url(self) -> str:
        """The endpoint of the compute API."""
        return self.urls['compute']

    @property
    def output(self) -> str:
        """The output of the program so far."""
        return self._program.output.read_text()

    @property
    def clouds(self) -> str:
        """The file that clients are to read."""
        return os.path.join(self.state, 'clouds.yaml')

    def _is_ready(self) -> bool:
        self._program.check()
        return self.output.endswith('ready\n')

    @property
    def status(self) -> int | None:
        """The exit status of the process, None while it runs."""
        return self._program.process.poll()

    def stop(self) -> int:
        """Ask the process to end; return its exit status."""
        return self._program.stop()

    def kill(self) -> None:
        """End the process at once."""
        self._program.kill()
