# SPDX-License-Identifier: Apache-2.0
"""The all-in-one while clients hold connections and send next to nothing."""

import contextlib
import socket
import time
import urllib.parse

import fixtures
import requests

from ext_lib.testing import allinone
from nova_ext.tests import base

_DRIPPING = 32
_SILENT = 100
#: For how long the services are asked, in seconds.
_SECONDS = 6
#: How long an answer may take, in seconds; machines of tests are busy.
_TIMEOUT = 5
_HEAD = b'POST /v2.1/servers HTTP/1.1\r\nHost: x\r\nContent-Length: 999\r\n'
_HEADERS = {'X-Auth-Token': 'alice:demo'}


class TestSlowClients(base.TestCase):
    def setUp(self) -> None:
        super().setUp()
        state = self.useFixture(fixtures.TempDir()).path
        service = self.useFixture(allinone.AllInOne(state))
        self.roots = [
            urllib.parse.urljoin(url, '/') for url in service.urls.values()
        ]
        self.to_ask = [f'{service.url}/servers/detail']
        self.to_ask += [f'{root}healthcheck' for root in self.roots]
        self.to_ask += [
            f'{url}/clusters'
            for name, url in service.urls.items()
            if name == 'data-processing'
        ]

    def connect(self, root: str, data: bytes) -> socket.socket:
        parts = urllib.parse.urlsplit(root)
        assert parts.port is not None
        client = socket.create_connection((parts.hostname, parts.port), 60)
        self.addCleanup(client.close)
        client.sendall(data)
        return client

    def drip(self, clients: list[socket.socket]) -> None:
        for client in clients:
            with contextlib.suppress(OSError):
                client.sendall(b'x')

    def test_both_services_answer(self) -> None:
        self.assertEqual(2, len(self.roots))
        dripping = []
        for root in self.roots:
            for number in range(_DRIPPING):
                end = b'' if number % 2 else b'\r\n{'
                dripping.append(self.connect(root, _HEAD + end))
            for _ in range(_SILENT):
                self.connect(root, b'')
        answers = 0
        deadline = time.monotonic() + _SECONDS
        while time.monotonic() < deadline:
            self.drip(dripping)
            for url in self.to_ask:
                # A connection of its own each: none is served before others.
                answer = requests.get(url, headers=_HEADERS, timeout=_TIMEOUT)
                self.assertEqual(200, answer.status_code, url)
                answers += 1
        self.assertGreaterEqual(answers, len(self.to_ask))
