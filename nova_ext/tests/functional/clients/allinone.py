# SPDX-License-Identifier: Apache-2.0
"""The all-in-one as a process of its own."""

import os
import pathlib
import signal
import subprocess
import sys

import fixtures

from nova_ext.tests import polling

_PROGRAM = (
    'import sys; from nova_ext.cmd import allinone; sys.exit(allinone.main())'
)


class AllInOne(fixtures.Fixture):
    """A running service, ready to be asked.

    ``url`` is the compute endpoint.

    :param state: directory of its data, which may be another one's
    :param environment: further variables of the process
    """

    def __init__(self, state: str, **environment: str) -> None:
        self._state = pathlib.Path(state)
        self._environment = {**os.environ, **environment}
        self.url = ''

    def _setUp(self) -> None:
        self._output = self._state / 'output'
        with self._output.open('w') as output:
            self.process = subprocess.Popen(
                [
                    *(sys.executable, '-W', 'ignore', '-c', _PROGRAM),
                    *('--compute-port', '0', '--data-processing-port', '0'),
                    *('--state-dir', str(self._state)),
                ],
                env=self._environment,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        self.addCleanup(self.kill)
        polling.wait_until(self._is_ready, 'the service to be ready')
        self.url = self._printed('compute:')

    def _is_ready(self) -> bool:
        if self.process.poll() is not None:
            raise AssertionError(self._output.read_text())
        return self._output.read_text().endswith('ready\n')

    def _printed(self, label: str) -> str:
        for line in self._output.read_text().splitlines():
            if line.startswith(label):
                return line.split()[1]
        raise AssertionError(f'{label} was not printed')

    def stop(self) -> int:
        """Ask the process to end; return its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=60)

    def kill(self) -> None:
        """End the process at once."""
        self.process.kill()
        self.process.wait(timeout=60)
