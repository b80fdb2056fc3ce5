# SPDX-License-Identifier: Apache-2.0
"""An API behind a web server, as operators run it."""

from collections.abc import Mapping
import socket
import sys

import fixtures

from ext_lib.testing import process


class WebServer(fixtures.Fixture):
    """A running server; ``url`` is where it listens.

    ``process`` is the one that keeps the others.

    :param application: its module and name
    :param directory: of its output
    :param environment: further variables
    :param arguments: further arguments
    :param python: the interpreter; that of the test by default
    """

    def __init__(
        self,
        application: str,
        directory: str,
        environment: Mapping[str, str],
        *arguments: str,
        python: str = sys.executable,
    ) -> None:
        super().__init__()
        self._application = application
        self._directory = directory
        self._environment = environment
        self._arguments = arguments
        self._python = python

    def _setUp(self) -> None:
        with socket.create_server(('127.0.0.1', 0)) as listener:
            self.url = f'http://127.0.0.1:{listener.getsockname()[1]}'
            bind = ('--bind', f'fd://{listener.fileno()}')
            self.process = self.useFixture(
                process.Process(
                    'gunicorn',
                    [*bind, *self._arguments, self._application],
                    self._directory,
                    self._environment,
                    [listener.fileno()],
                    self._python,
                )
            )
