# SPDX-License-Identifier: Apache-2.0
"""A process that serves one WSGI application until it is told to end."""

import importlib
import signal
import sys
import threading

from ext_lib.startup import Program
from ext_lib.wsgi.server import HTTPServer


def main(application: str) -> int:
    """Serve, on the host and the port of the command line.

    :param application: its module and name; imported when the command line
        has been taken, which libraries would read too
    """
    host, port = sys.argv[1:]
    del sys.argv[1:]
    program = Program(f'{host}:{port}')
    return program.run(lambda: _serve(application, host, int(port)))


def _serve(application: str, host: str, port: int) -> int:
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    # The port first: when it is taken, nothing else matters.
    module, _, name = application.partition(':')
    server = HTTPServer(getattr(importlib.import_module(module), name), host, port)
    server.start()
    ended.wait()
    server.stop()
    server.wait()
    return 0
