# SPDX-License-Identifier: Apache-2.0
"""The API behind a web server, as operators run it."""

from collections.abc import Mapping
import socket
import sys

import fixtures

from ext_lib.tests import process

_APPLICATION = 'nova_ext.wsgi.api:application'


class WebServer(fixtures.Fixture):
    """A running server; ``url`` is the compute endpoint.

    ``process`` is the one that keeps the others.

    :param directory: of its output
    :param environment: further variables
    :param arguments: further arguments
    :param python: the interpreter; that of the test by default
    """

    def __init__(
        self,
        directory: str,
        environment: Mapping[str, str],
        *arguments: str,
        python: str = sys.executable,
    ) -> None:
        super().__init__()
        self._directory = directory
        self._environment = environment
        self._arguments = arguments
        self._python = python

    def _setUp(self) -> None:
        with socket.create_server(('127.0.0.1', 0)) as listener:
            port = listener.getsockname()[1]
            self.url = f'http://127.0.0.1:{port}/v2.1'
            bind = ('--bind', f'fd://{listener.fileno()}')
            self.process = self.useFixture(
                process.Process(
                    'gunicorn',
                    [*bind, *self._arguments, _APPLICATION],
                    self._directory,
                    self._environment,
                    [listener.fileno()],
                    self._python,
                )
            )
