# SPDX-License-Identifier: Apache-2.0
"""Programs as processes of their own."""

from collections.abc import Mapping, Sequence
import os
import pathlib
import signal
import subprocess
import sys

import fixtures

#: How long a process may take to end gracefully, in seconds.
_TIMEOUT = 60


class Program(fixtures.Fixture):
    """A running program; it, and what it started, ends with the test.

    ``output`` is the file its output goes to.

    :param command: the program and its arguments
    :param directory: of the output
    :param environment: further variables
    :param files: descriptors it gets to use
    :param name: what the output is called after; the program unless given
    """

    process: subprocess.Popen[bytes]

    def __init__(
        self,
        command: Sequence[str],
        directory: str,
        environment: Mapping[str, str] | None = None,
        files: Sequence[int] = (),
        name: str | None = None,
    ) -> None:
        self._command = command
        self._environment = {**os.environ, **(environment or {})}
        self._files = files
        name = name or pathlib.Path(command[0]).name
        self.output = pathlib.Path(directory, f'{name}-{id(self)}.log')

    def _setUp(self) -> None:
        with self.output.open('wb') as output:
            # A session of its own, so that no process is left behind.
            self.process = subprocess.Popen(
                self._command,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                pass_fds=self._files,
                start_new_session=True,
            )
        self.addCleanup(self.kill)

    def check(self) -> None:
        """Raise, with what it wrote, if the process has ended."""
        if self.process.poll() is not None:
            raise AssertionError(self.output.read_text())

    def terminate(self) -> None:
        """Ask the process to end; return at once."""
        self.process.send_signal(signal.SIGTERM)

    def stop(self) -> int:
        """Ask the process to end; return its exit status when it has."""
        self.terminate()
        return self.process.wait(_TIMEOUT)

    def kill(self) -> None:
        """End the process, and what it started, at once."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
        self.process.wait(_TIMEOUT)


class Process(Program):
    """A running program of the project.

    :param module: is run as a program
    :param directory: of the output
    :param environment: further variables
    :param files: descriptors it gets to use
    :param python: the interpreter; that of the test by default
    """

    def __init__(
        self,
        module: str,
        arguments: Sequence[str],
        directory: str,
        environment: Mapping[str, str] | None = None,
        files: Sequence[int] = (),
        python: str = sys.executable,
    ) -> None:
        command = [python, '-W', 'ignore', '-m', module, *arguments]
        super().__init__(command, directory, environment, files, module)
