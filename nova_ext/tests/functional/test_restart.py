# SPDX-License-Identifier: Apache-2.0
"""The all-in-one ends gracefully and continues where it was."""

from concurrent import futures
import json
import socket
from typing import Any
import urllib.parse

import fixtures

from ext_lib.testing import allinone
from ext_lib.testing import polling
from nova_ext.tests import base
from nova_ext.tests.functional import census
from nova_ext.tests.functional import user

STOP = 'compute_stop_instance'


class RestartTestCase(base.TestCase):
    """A test of services that use the same data, one after the other."""

    def setUp(self):
        super().setUp()
        self.state = self.useFixture(fixtures.TempDir()).path

    def start(self, **environment):
        """Start the service; ``self.admin`` is one of its users."""
        self.service = self.useFixture(
            allinone.AllInOne(self.state, **environment)
        )
        self.admin = user.User(self.service.url)


class TestRestart(RestartTestCase):
    def test_all_data_is_kept(self):
        self.start()
        server_id = self.admin.create('one', {'key': 'value'})
        gone = self.admin.create('two')
        self.admin.wait_for(server_id, 'ACTIVE')
        self.admin.act(server_id, 'migrate')
        self.admin.wait_for(server_id, 'VERIFY_RESIZE')
        self.admin.act(server_id, 'confirmResize')
        self.admin.wait_for(server_id, 'ACTIVE')
        self.admin.act(server_id, 'lock')
        self.admin.wait_for(gone, 'ACTIVE')
        self.admin.delete(gone)
        before = self.everything()
        self.assertEqual(0, self.service.stop())
        self.start()
        self.assertEqual(before, self.everything())

    def everything(self):
        found = census.final(self.admin)
        return [
            without_links(part)
            for part in (found.servers, found.migrations, found.actions)
        ]

    def test_requests_in_flight_are_answered(self):
        self.start()
        server_id = self.admin.create('one', {'fake:seconds': '1'})
        self.admin.wait_for(server_id, 'ACTIVE')
        self.admin.act(server_id, 'migrate')
        self.admin.wait_for(server_id, 'VERIFY_RESIZE')
        with futures.ThreadPoolExecutor() as pool:
            # The answer has to wait: first the move is confirmed.
            deletion = pool.submit(
                self.admin.ask, 'DELETE', f'/servers/{server_id}'
            )
            self.wait_for_confirmation(server_id)
            creation = HalfSent(self.service.url)
            end = pool.submit(self.service.stop)
            polling.wait_until(self.is_closed, 'no more to be accepted')
            created = creation.finish()
            self.assertEqual(204, deletion.result().status_code)
            self.assertEqual(0, end.result())
        self.start()
        self.admin.wait_for(created, 'ACTIVE')
        polling.wait_until(
            lambda: self.admin.is_gone(server_id), 'the server to be gone'
        )
        census.final(self.admin)

    def wait_for_confirmation(self, server_id):
        polling.wait_until(
            lambda: (
                self.admin.migrations(server_id)[0]['status'] == 'confirming'
            ),
            'the move to be confirmed',
        )

    def is_closed(self):
        try:
            connect(self.service.url).close()
        except ConnectionRefusedError:
            return True
        return False

    def test_running_operations_are_finished(self):
        self.start()
        server_id = self.admin.create('one', {'fake:seconds': '0.5'})
        self.admin.wait_for(server_id, 'ACTIVE')
        request = self.admin.act(server_id, 'os-stop')
        (event,) = self.stop_amid(server_id, request)
        self.assertEqual('SHUTOFF', self.admin.server(server_id)['status'])
        self.assertEqual('Success', event[-1])

    def test_endless_operations_are_finished_later(self):
        self.start()
        server_id = self.admin.create('one')
        self.admin.wait_for(server_id, 'ACTIVE')
        self.assertEqual(0, self.service.stop())
        self.start(OS_FAKE__SECONDS='600', OS_COMPUTE__SHUTDOWN_GRACE='0')
        request = self.admin.act(server_id, 'os-stop')
        (event,) = self.stop_amid(server_id, request)
        self.admin.wait_for(server_id, 'SHUTOFF')
        self.assertEqual('Success', event[-1])

    def stop_amid(self, server_id, request):
        """Restart while a server is being stopped; return the steps."""
        polling.wait_until(
            lambda: self.admin.events(server_id, request), 'it to begin'
        )
        self.assertEqual(0, self.service.stop())
        self.start()
        return self.admin.wait_for_end(server_id, request)


class HalfSent:
    """A request to create a server of which a part is still to come.

    :param url: of the endpoint
    """

    def __init__(self, url: str) -> None:
        server = {
            'name': 'late',
            'imageRef': user.IMAGE,
            'flavorRef': '1',
            'networks': 'none',
        }
        self._rest = json.dumps({'server': server}).encode()
        self._connection = connect(url)
        head = (
            f'POST {urllib.parse.urlsplit(url).path}/servers HTTP/1.1\r\n'
            'Host: localhost\r\n'
            'X-Auth-Token: admin:demo\r\n'
            'OpenStack-API-Version: compute 2.80\r\n'
            'Content-Type: application/json\r\n'
            f'Content-Length: {len(self._rest)}\r\n'
            'Expect: 100-continue\r\n'
            'Connection: close\r\n\r\n'
        )
        self._connection.sendall(head.encode())
        # Now the API waits for the rest.
        self._answer = self._connection.makefile('rb')
        if b' 100 ' not in self._answer.readline() + self._answer.readline():
            raise AssertionError('The server does not continue')

    def finish(self) -> str:
        """Send the rest; return the id of the server."""
        with self._connection, self._answer:
            self._connection.sendall(self._rest)
            head, _, body = self._answer.read().partition(b'\r\n\r\n')
        if not head.startswith(b'HTTP/1.1 202'):
            raise AssertionError((head, body))
        return str(json.loads(body)['server']['id'])


def connect(url: str) -> socket.socket:
    parts = urllib.parse.urlsplit(url)
    return socket.create_connection(
        (parts.hostname, parts.port or 80), timeout=60
    )


def without_links(part: Any) -> Any:
    """Return a document without what names the port of the service."""
    if isinstance(part, list):
        return [without_links(item) for item in part]
    if isinstance(part, dict):
        return {
            key: without_links(value)
            for key, value in part.items()
            if key != 'links'
        }
    return part
