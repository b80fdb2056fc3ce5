# SPDX-License-Identifier: Apache-2.0
"""Commands of the openstack client on a real nova, which is killed."""

import http.server
import json
import secrets
import subprocess
import tempfile
import threading
from typing import Any
import urllib.parse

import fixtures
import requests
import testtools

from ext_lib.testing import openstackclient
from ext_lib.testing import polling
from ext_lib.tests.realcloud import base

_SECONDS = 120
#: Headers that belong to one connection.
_HOP = frozenset(
    {'connection', 'content-length', 'host', 'keep-alive', 'transfer-encoding'}
)


class HeaderProxy(fixtures.Fixture):
    """Adds headers to requests that change something, on their way to nova.

    :param url: nova's
    """

    def __init__(self, url: str) -> None:
        parts = urllib.parse.urlsplit(url)
        self.root = f'{parts.scheme}://{parts.netloc}'
        self.path = parts.path
        #: Of the next request that changes something.
        self.once: dict[str, str] = {}
        #: Of all requests.
        self.always: dict[str, str] = {}

    def _setUp(self) -> None:
        proxy = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_: Any) -> None:
                """Log nothing."""

            def do_GET(self) -> None:
                proxy.pass_on(self)

            do_POST = do_DELETE = do_GET

        server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        self.addCleanup(server.server_close)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(server.shutdown)
        self.url = f'http://127.0.0.1:{server.server_port}{self.path}'

    def pass_on(self, asked: Any) -> None:
        """Pass a request on; close the connection where nova does."""
        headers = {
            k: v for k, v in asked.headers.items() if k.lower() not in _HOP
        }
        headers.update(self.always)
        if asked.command != 'GET':
            headers.update(self.once)
            self.once = {}
        size = int(asked.headers.get('Content-Length') or 0)
        try:
            answer = requests.request(
                asked.command,
                self.root + asked.path,
                data=asked.rfile.read(size),
                headers=headers,
                timeout=_SECONDS,
                allow_redirects=False,
            )
        except requests.ConnectionError:
            asked.close_connection = True
            return
        asked.send_response(answer.status_code)
        for name, value in answer.headers.items():
            if name.lower() not in _HOP | {'content-encoding'}:
                asked.send_header(name, value)
        asked.send_header('Content-Length', str(len(answer.content)))
        asked.end_headers()
        asked.wfile.write(answer.content)


class TestCommands(testtools.TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.cloud = base.the_cloud()
        self.token, self.url = self.cloud.session('demo')
        self.proxy = self.useFixture(HeaderProxy(self.url))
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = directory.name
        self.clouds = f'{directory.name}/clouds.json'
        cloud = {
            'auth_type': 'admin_token',
            'auth': {'endpoint': self.proxy.url, 'token': self.token},
        }
        with open(self.clouds, 'w') as file:
            json.dump({'clouds': {'demo': cloud}}, file)
        self.name = f'command-{secrets.token_hex(6)}'
        self.addCleanup(self.delete)
        self.create = (
            *('--task-tag', self.name, 'server', 'create', self.name),
            *('--flavor', 'm1.tiny', '--image', self.cloud.image),
            *('--nic', 'none', '-f', 'value', '-c', 'id'),
        )

    def openstack(self, *words: str) -> subprocess.CompletedProcess[str]:
        return openstackclient.run(
            self.directory,
            ['--os-cloud', 'demo', *words],
            {'OS_CLIENT_CONFIG_FILE': self.clouds},
        )

    def servers(self) -> list[str]:
        """Return the ids of the servers; the client's list asks keystone."""
        found = self.ask('GET', f'/servers?name={self.name}').json()
        return [server['id'] for server in found['servers']]

    def ask(self, method: str, path: str) -> requests.Response:
        headers = {'X-Auth-Token': self.token}
        return requests.request(
            method, self.url + path, headers=headers, timeout=_SECONDS
        )

    def delete(self) -> None:
        self.proxy.always = {}
        for server in self.servers():
            self.ask('DELETE', f'/servers/{server}')
        polling.wait_until(
            lambda: not self.servers(), 'the servers to be gone', _SECONDS
        )

    def test_twice(self) -> None:
        first = self.openstack(*self.create)
        self.assertEqual((0, ''), (first.returncode, first.stderr))
        second = self.openstack(*self.create)
        self.assertEqual(0, second.returncode, second.stderr)
        self.assertIn('The request was accepted before', second.stderr)
        self.assertEqual(first.stdout, second.stdout)
        self.assertEqual([first.stdout.strip()], self.servers())
        waited = self.openstack('server', 'task', 'wait', self.name)
        self.assertEqual(0, waited.returncode, waited.stderr)
        shown = self.openstack(
            *('server', 'timeline', self.name, '-f', 'value', '-c', 'Name')
        )
        self.assertEqual('create', shown.stdout.splitlines()[0])

    def test_killed(self) -> None:
        """nova-api is killed with the task stored, and with nova's answer."""
        for step in ('reserved', 'answered'):
            self.proxy.once = {'X-Kill-At': step}
            lost = self.openstack(*self.create)
            self.assertEqual(1, lost.returncode, lost.stderr)
            self.assertIn(f'--task-tag {self.name}', lost.stderr)
            done: list[subprocess.CompletedProcess[str]] = []

            def is_done(done: Any = done) -> bool:
                done[:] = [self.openstack(*self.create)]
                return done[0].returncode == 0

            polling.wait_until(is_done, 'the command to end well', _SECONDS)
            self.assertEqual([done[0].stdout.strip()], self.servers(), step)
            self.delete()
            self.create = (
                *('--task-tag', f'{self.name}-2'),
                *self.create[2:],
            )

    def test_without_the_filter(self) -> None:
        """Nothing is sent that changes a server."""
        self.proxy.always = {'X-Without-Tasks': '1'}
        done = self.openstack(*self.create)
        self.assertEqual(2, done.returncode, done.stderr)
        self.assertRegex(
            done.stderr, r'\AThe compute API has no tasks, .*\n\Z'
        )
        self.assertEqual([], self.servers())
