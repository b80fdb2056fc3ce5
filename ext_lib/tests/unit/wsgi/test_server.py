# SPDX-License-Identifier: Apache-2.0
"""Whatever clients send, they are answered and the next one is, too."""

from collections.abc import Iterable
import contextlib
import http.client
import socket
import threading
from typing import Any
from unittest import mock

import ddt
import fixtures
import testtools

from ext_lib.testing import polling
from ext_lib.wsgi import server as server_module
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
            431, b'GET / HTTP/1.1', b'Host: x', b'X-A: ' + b'a' * 100_000
        )

    def test_more_than_anybody_reads(self) -> None:
        self.assertAnswer(
            413, b'POST / HTTP/1.1', b'Host: x', b'Content-Length: 99999999'
        )


_SMUGGLED = b'0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n'
_POST = b'POST / HTTP/1.1'
_HOST = b'Host: x'
_CHUNKED = b'Transfer-Encoding: chunked'


@ddt.ddt
class FramingTestCase(ServerTestCase):
    """Requests that two servers could frame differently are refused."""

    @ddt.data(
        ('both', _POST, _HOST, b'Content-Length: 5', _CHUNKED),
        ('both again', _POST, _HOST, _CHUNKED, b'Content-Length: 60'),
        ('length twice', _POST, _HOST, *[b'Content-Length: 5'] * 2),
        ('lengths', _POST, _HOST, b'Content-Length: 5, 5'),
        ('negative', _POST, _HOST, b'Content-Length: -1'),
        ('sign', _POST, _HOST, b'Content-Length: +5'),
        ('hexadecimal', _POST, _HOST, b'Content-Length: 0x5'),
        ('other digits', _POST, _HOST, b'Content-Length: \xd9\xa5'),
        ('long number', _POST, _HOST, b'Content-Length: ' + b'1' * 5000),
        ('chunked twice', _POST, _HOST, _CHUNKED, _CHUNKED),
        ('chunked, chunked', _POST, _HOST, _CHUNKED + b', chunked'),
        ('1.0 in chunks', b'POST / HTTP/1.0', _HOST, _CHUNKED),
        ('space before colon', _POST, _HOST, b'Content-Length : 5'),
        ('vertical tab', _POST, _HOST, b'Transfer-Encoding:\x0bchunked'),
        ('two hosts', b'GET / HTTP/1.1', _HOST, b'Host: y'),
        ('same host twice', b'GET / HTTP/1.1', _HOST, _HOST),
        ('no host', b'GET / HTTP/1.1', b'X-A: a'),
        ('two hosts in 1.0', b'GET / HTTP/1.0', _HOST, b'Host: y'),
        ('NUL', b'GET / HTTP/1.1', _HOST, b'X-A: a\0b'),
        ('CR', b'GET / HTTP/1.1', _HOST, b'X-A: a\rb'),
        ('LF', b'GET / HTTP/1.1', _HOST, b'X-A: a\nX-B: b'),
        ('escape', b'GET / HTTP/1.1', _HOST, b'X-A: a\x1b[31m'),
        ('NUL in a name', b'GET / HTTP/1.1', _HOST, b'X\0A: a'),
        ('folded first line', b'GET / HTTP/1.1', b' X-A: a', _HOST),
        ('version', b'GET / HTTP/1.2', _HOST),
        ('no version', b'GET /', _HOST),
        ('no URL', b'GET http://[ HTTP/1.1', _HOST),
        ('control in path', b'GET /a\x01 b HTTP/1.1', _HOST),
    )
    def test_malformed(self, case: tuple[Any, ...]) -> None:
        _, *lines = case
        answer = self.answers(b'\r\n'.join([*lines, b'', b'']) + _SMUGGLED)
        self.assertEqual([b'400'], answer.split()[1:2])
        # The connection is closed, and nothing after it is a request.
        self.assertIn(b'connection: close', answer.lower())
        self.assertEqual(1, answer.count(b'HTTP/1.'))
        self.assertEqual({}, self.environ)

    @ddt.data(
        b'zz\r\n{}\r\n',
        b'-1\r\n{}\r\n',
        b'2\r\n{}x\r\n',
        b'2;a\0\r\n{}\r\n',
        b'1' * 20_000,
        b'0\r\n' + b'x' * 20_000,
    )
    def test_malformed_chunks(self, body: bytes) -> None:
        answer = self.answers(
            b'\r\n'.join([_POST, _HOST, _CHUNKED, b'', body])
        )
        self.assertEqual([b'400'], answer.split()[1:2])
        self.assertEqual({}, self.environ)

    def test_unknown_encoding(self) -> None:
        line = self.send(_POST, _HOST, b'Transfer-Encoding: gzip, chunked')
        self.assertIn(b'501', line)

    def test_requests_in_one_go(self) -> None:
        request = b'GET / HTTP/1.1\r\nHost: x\r\n\r\n'
        last = b'GET / HTTP/1.0\r\n\r\n'
        answers = self.answers(request * 2 + last)
        self.assertEqual(3, answers.count(b'200 OK'))

    def answers(self, data: bytes) -> bytes:
        """Send ``data``; return all answers when the server has closed."""
        address = ('127.0.0.1', self.server.port)
        with socket.create_connection(address, _SECONDS) as client:
            client.sendall(data)
            found = b''
            while chunk := client.recv(65536):
                found += chunk
        return found


class SlowTestCase(ServerTestCase):
    """Clients that take their time keep no worker from others."""

    def setUp(self) -> None:
        super().setUp()
        self.useFixture(
            fixtures.MonkeyPatch(
                'ext_lib.wsgi.connection.REQUEST_SECONDS', 1.0
            )
        )

    def open(self, data: bytes = b'') -> socket.socket:
        client = socket.create_connection(
            ('127.0.0.1', self.server.port), _SECONDS
        )
        self.addCleanup(client.close)
        client.sendall(data)
        return client

    def test_slow_ones_hold_no_worker(self) -> None:
        halves = (
            b'',
            b'GET / HTT',
            b'GET / HTTP/1.1\r\nHost: x\r\n',
            b'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n{',
            b'\r\n'.join([_POST, _HOST, _CHUNKED, b'', b'5', b'{']),
        )
        for half in halves:
            for _ in range(8):
                self.open(half)
        # Four workers, forty clients.
        self.assertIn(b'200', self.send(b'GET / HTTP/1.0'))

    def test_silent_one_is_closed(self) -> None:
        self.assertEqual(b'', self.open().recv(100))

    def test_slow_request_ends_at_the_deadline(self) -> None:
        client = self.open(b'GET / HTTP/1.1\r\nHost: x\r\nX-A: ')
        client.settimeout(0.05)
        answer = b''

        def is_over() -> bool:
            nonlocal answer
            try:
                client.sendall(b'a')
                answer += (chunk := client.recv(1000))
                return not chunk
            except TimeoutError:
                return False
            except OSError:
                return True

        polling.wait_until(is_over, 'the connection to be closed')
        self.assertIn(b' 408 ', answer)
        self.assertEqual({}, self.environ)

    def test_kept_connection_has_all_the_time_for_each_request(self) -> None:
        client = self.connect()
        for _ in range(2):
            client.request('GET', '/')
            self.assertEqual(b'ok', client.getresponse().read())

    def test_a_new_connection_replaces_the_longest_waiting(self) -> None:
        with mock.patch.object(server_module, 'CONNECTIONS', 5):
            first, *others = [self.open(b'GET') for _ in range(5)]
            self.assertIn(b'200', self.send(b'GET / HTTP/1.0'))
            self.assertEqual(b'', first.recv(100))
        for other in others:
            other.sendall(b' / HTTP/1.0\r\n\r\n')
            self.assertIn(b'200', other.recv(100))

    def test_who_does_not_read_is_closed(self) -> None:
        self.useFixture(
            fixtures.MonkeyPatch('ext_lib.wsgi.connection.ANSWER_SECONDS', 1.0)
        )
        size = 16 * 1024**2

        def much(environ: Any, start_response: Any) -> Iterable[bytes]:
            start_response('200 OK', [('Content-Length', str(size))])
            return [b'x' * size]

        server = HTTPServer(much, '127.0.0.1', 0, threads=1)
        server.start()
        self.addCleanup(server.wait)
        self.addCleanup(server.stop)
        request = b'GET / HTTP/1.1\r\nHost: x\r\n\r\n'
        address = ('127.0.0.1', server.port)
        # The second answer has to wait for the first, and so has its worker.
        with socket.create_connection(address, _SECONDS) as slow:
            slow.sendall(request * 3)
            with socket.create_connection(address, _SECONDS) as client:
                client.sendall(request)
                self.assertIn(b'200 OK', client.recv(100))


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

    def test_request_that_has_begun_is_answered(self) -> None:
        address = ('127.0.0.1', self.server.port)
        with (
            socket.create_connection(address, _SECONDS) as begun,
            socket.create_connection(address, _SECONDS) as silent,
        ):
            begun.sendall(b'GET / HTTP/1.1\r\n')
            self.server.stop()
            self.assertEqual(b'', silent.recv(100))
            begun.sendall(b'Host: x\r\n\r\n')
            self.assertIn(b'200 OK', begun.recv(100))
            self.server.wait()
