# SPDX-License-Identifier: Apache-2.0
"""The command ``openstack`` for scripts of tests, loaded once."""

import json
import os
import pathlib
import socketserver
import sys
import threading

import fixtures

from ext_lib.testing import openstackclient

_SHIM = """\
#!{python} -IS
import json, os, socket, sys

with socket.socket(socket.AF_UNIX) as server:
    server.connect({address!r})
    asked = {{
        'words': sys.argv[1:],
        'directory': os.getcwd(),
        'environment': {{
            name: value
            for name, value in os.environ.items()
            if name.startswith('OS_')
        }},
    }}
    server.sendall(json.dumps(asked).encode() + b'\\n')
    code, out, err = json.loads(server.makefile().read())
sys.stdout.write(out)
sys.stderr.write(err)
sys.exit(code)
"""


class OpenstackCommand(fixtures.Fixture):
    """A directory for PATH, ``path``, with a program ``openstack``.

    It knows a cloud from variables only, as the client does.
    """

    path: str

    def _setUp(self) -> None:
        self.path = self.useFixture(fixtures.TempDir()).path
        address = os.path.join(self.path, 'socket')
        server = socketserver.ThreadingUnixStreamServer(address, _Handler)
        self.addCleanup(server.server_close)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(server.shutdown)
        program = pathlib.Path(self.path, 'openstack')
        program.write_text(
            _SHIM.format(python=sys.executable, address=address)
        )
        program.chmod(0o755)


class _Handler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        """Run one command and send its code and what it has written."""
        asked = json.loads(self.rfile.readline())
        done = openstackclient.run(
            asked['directory'], asked['words'], asked['environment']
        )
        answer = [done.returncode, done.stdout, done.stderr]
        self.wfile.write(json.dumps(answer).encode())
