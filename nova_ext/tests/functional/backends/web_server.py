# SPDX-License-Identifier: Apache-2.0
"""The API behind a web server, as operators run it."""

from collections.abc import Mapping
import sys

from ext_lib.testing import web_server

_APPLICATION = 'nova_ext.wsgi.api:application'


class WebServer(web_server.WebServer):
    """A running server; ``url`` is the compute endpoint.

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
        super().__init__(
            _APPLICATION, directory, environment, *arguments, python=python
        )

    def _setUp(self) -> None:
        super()._setUp()
        self.url += '/v2.1'
