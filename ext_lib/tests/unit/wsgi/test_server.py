# SPDX-License-Identifier: Apache-2.0
"""Whatever clients send, they are answered and the next one is, too."""

from collections.abc import Iterable
import contextlib
import http.client
import socket
import threading
from typing import Any

import testtools

from ext_lib.wsgi.server import HTTPServer

_SECONDS = 60


class ServerTestCase(testtools.TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.environ: dict[str, Any] = {}
        self.body = b''
        self.server = HTTPServer(self.answer, '127.0.0.1', 0, threads=4)
        self.server.start()
        self.addCleanup(self.server.wait)
        self.addCleanup(self.server.stop)

    def answer(
        self, environ: dict[str, Any], start_response: Any
    ) -> Iterable[bytes]:
        self.environ = environ
        self.body = environ['wsgi.input'].read()
        start_response('200 OK', [('Content-Length', '2')])
        return [b'ok']

    def connect(self) -> http.client.HTTPConnection:
        connection = http.client.HTTPConnection(
            '127.0.0.1', self.server.port, timeout=_SECONDS
        )
        self.addCleanup(connection.close)
        return connection

    def send(self, *lines: bytes, body: bytes = b'') -> bytes:
        """Send a request as it is and return the status line."""
        address = ('127.0.0.1', self.server.port)
        with socket.create_connection(address, _SECONDS) as connection:
            connection.sendall(b'\r\n'.join((*lines, b'', b'')) + body)
            # It may have heard enough, and have gone.
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_WR)
            answer = b''
            while chunk := connection.recv(65536):
                answer += chunk
        return answer.partition(b'\r\n')[0]


class RequestsTestCase(ServerTestCase):
    def test_connection_is_kept(self) -> None:
        connection = self.connect()
        for _ in range(3):
            connection.request('GET', '/')
            self.assertEqual(b'ok', connection.getresponse().read())

    def test_body(self) -> None:
        connection = self.connect()
        connection.request('POST', '/', body=b'x' * 1_000_000)
        self.assertEqual(200, connection.getresponse().status)
        self.assertEqual(1_000_000, len(self.body))
        self.assertEqual('1000000', self.environ['CONTENT_LENGTH'])

    def test_body_in_chunks(self) -> None:
        connection = self.connect()
        connection.request('POST', '/', body=iter([b'one', b'two']))
        self.assertEqual(200, connection.getresponse().status)
        self.assertEqual(b'onetwo', self.body)
        self.assertEqual('6', self.environ['CONTENT_LENGTH'])
        self.assertNotIn('HTTP_TRANSFER_ENCODING', self.environ)

    def test_repeated_header_is_folded(self) -> None:
        self.send(b'GET / HTTP/1.1', b'Host: x', b'X-Tag: a', b'X-Tag: b')
        self.assertEqual('a, b', self.environ['HTTP_X_TAG'])

    def test_name_with_an_underscore_is_no_header(self) -> None:
        self.send(b'GET / HTTP/1.1', b'Host: x', b'X_Tag: a')
        self.assertNotIn('HTTP_X_TAG', self.environ)


class MalformedTestCase(ServerTestCase):
    def assertAnswer(
        self, status: int, *lines: bytes, body: bytes = b''
    ) -> None:
        line = self.send(*lines, body=body)
        self.assertEqual([str(status).encode()], line.split()[1:2])
        self.assertEqual({}, self.environ)
        # And the next one is answered.
        self.assertIn(b'200', self.send(b'GET / HTTP/1.0'))

    def test_no_http(self) -> None:
        self.assertAnswer(400, b'\x00\xff')

    def test_no_header(self) -> None:
        self.assertAnswer(400, b'GET / HTTP/1.1', b'nonsense')

    def test_contradictory_lengths(self) -> None:
        self.assertAnswer(
            400,
            b'POST / HTTP/1.1',
            b'Host: x',
            b'Content-Length: 2',
            b'Content-Length: 3',
            body=b'{}',
        )

    def test_body_that_breaks_off(self) -> None:
        self.assertAnswer(
            400,
            b'POST / HTTP/1.1',
            b'Host: x',
            b'Content-Length: 9',
            body=b'{}',
        )

    def test_chunks_that_are_none(self) -> None:
        self.assertAnswer(
            400,
            b'POST / HTTP/1.1',
            b'Host: x',
            b'Transfer-Encoding: chunked',
            body=b'zz\r\n{}\r\n0\r\n\r\n',
        )

    def test_headers_without_end(self) -> None:
        self.assertAnswer(
            413, b'GET / HTTP/1.1', b'Host: x', b'X-A: ' + b'a' * 100_000
        )

    def test_more_than_anybody_reads(self) -> None:
        self.assertAnswer(
            413, b'POST / HTTP/1.1', b'Host: x', b'Content-Length: 99999999'
        )


class EndTestCase(ServerTestCase):
    def test_running_request_is_answered(self) -> None:
        arrived, go_on = threading.Event(), threading.Event()
        answer = self.answer

        def slow(environ: Any, start_response: Any) -> Iterable[bytes]:
            arrived.set()
            go_on.wait(_SECONDS)
            return answer(environ, start_response)

        server = self.server = HTTPServer(slow, '127.0.0.1', 0, threads=4)
        server.start()
        connection = self.connect()
        connection.request('GET', '/')
        arrived.wait(_SECONDS)
        server.stop()
        go_on.set()
        server.wait()
        self.assertEqual(b'ok', connection.getresponse().read())
        self.assertRaises(OSError, self.connect().connect)
