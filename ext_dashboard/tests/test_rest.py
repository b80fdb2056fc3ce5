# SPDX-License-Identifier: Apache-2.0
"""Requests to APIs, answered by a server of the test."""

import http.server
import json
import threading
from unittest import mock

from openstack_dashboard.api import base as horizon_api
from openstack_dashboard.test import helpers
from requests.packages.urllib3 import connection

from ext_dashboard import rest


class _Server(http.server.ThreadingHTTPServer):
    """Keeps what it was asked.

    :ivar answer: status and body of what it answers
    """

    def __init__(self):
        super().__init__(('127.0.0.1', 0), _Handler)
        self.asked = []
        self.answer = (200, b'{}')


class _Handler(http.server.BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self):
        self.server.asked.append((self.path, dict(self.headers)))
        status, body = self.server.answer
        self.send_response(status)
        self.send_header('Content-Type', 'application/json')
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments):
        """Print nothing."""


class RestTest(helpers.TestCase):
    def setUp(self):
        super().setUp()
        # Horizon's tests reach no server.
        connection.HTTPConnection.connect = self._real_conn_request
        self.server = _Server()
        thread = threading.Thread(target=self.server.serve_forever)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        patcher = mock.patch.object(horizon_api, 'url_for', autospec=True)
        self.url_for = patcher.start()
        self.addCleanup(patcher.stop)
        self.at(self.server.server_address[1])

    def at(self, port):
        self.url_for.return_value = f'http://127.0.0.1:{port}/v1.1'

    def get(self, status, body, *arguments, **more):
        text = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.server.answer = (status, text)
        return rest.get(self.request, 'compute', *arguments, **more)

    def test_answer(self):
        found = self.get(200, {'a': 1}, '/b', {'c': 'd e', 'f': None})
        self.assertEqual({'a': 1}, found)
        ((path, headers),) = self.server.asked
        self.assertEqual('/v1.1/b?c=d+e', path)
        self.assertEqual(self.token.id, headers['X-Auth-Token'])
        self.assertNotIn('OpenStack-API-Version', headers)

    def test_microversion(self):
        self.get(200, {}, '/b', microversion='2.84')
        ((_path, headers),) = self.server.asked
        self.assertEqual('compute 2.84', headers['OpenStack-API-Version'])

    def test_refused(self):
        for body in (
            {'error_code': 404, 'error_message': 'gone', 'error_name': 'X'},
            {'itemNotFound': {'code': 404, 'message': 'gone'}},
            {'error': {'code': 404, 'title': 'Not Found', 'message': 'gone'}},
        ):
            with self.assertRaises(rest.Refused) as caught:
                self.get(404, body, '/b')
            self.assertEqual(404, caught.exception.status)
            self.assertEqual('gone', str(caught.exception))

    def test_refused_without_words(self):
        with self.assertRaises(rest.Refused) as caught:
            self.get(403, [], '/b')
        self.assertEqual('', str(caught.exception))

    def test_refused_without_json(self):
        for body in (b'<html>404 Not Found', b'', b'\xff'):
            with self.assertRaises(rest.Refused) as caught:
                self.get(404, body, '/b')
            self.assertEqual(404, caught.exception.status)
            self.assertEqual('', str(caught.exception))

    def test_error_of_the_service(self):
        with self.assertRaises(rest.Unreachable):
            self.get(503, {}, '/b')
        with self.assertRaises(rest.Unreachable):
            self.get(502, b'<html>', '/b')

    def test_not_json(self):
        with self.assertRaises(rest.Unreachable):
            self.get(200, b'<html>', '/b')

    def test_no_connection(self):
        with http.server.HTTPServer(('127.0.0.1', 0), _Handler) as closed:
            port = closed.server_address[1]
        self.at(port)
        with self.assertRaises(rest.Unreachable):
            self.get(200, {}, '/b')

    def test_service_that_the_catalog_has_not(self):
        mock.patch.stopall()
        with self.assertRaises(rest.Unreachable):
            rest.get(self.request, 'data-processing', '/b')

    def test_quoted(self):
        self.assertEqual('a%2F..%3Fb', rest.quoted('a/..?b'))
