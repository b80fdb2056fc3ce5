# SPDX-License-Identifier: Apache-2.0
"""An HTTP server for processes that are more than an HTTP server.

Deployments that have a web server of their own do not need it.
"""

import dataclasses
import tempfile
import threading
from typing import Any, IO

from cheroot import errors
from cheroot import server as cheroot_server
from cheroot import wsgi

#: The largest headers and body that are read at all, in bytes.
_HEADER_BYTES = 64 * 1024
_BODY_BYTES = 16 * 1024**2
#: The largest body kept in memory.
_MEMORY_BYTES = 256 * 1024
_CHUNK = 64 * 1024
#: How long a client may take to send its request, in seconds.
_REQUEST_SECONDS = 10
#: How long a running request may take when the server ends, in seconds.
_SHUTDOWN_SECONDS = 60
#: Headers cheroot folds itself.
_FOLDED = frozenset(getattr(cheroot_server, 'comma_separated_headers', ()))
_BACKLOG = 512
_IDLE_CONNECTIONS = 1024


class HTTPServer:
    """One application on one port.

    :param port: 0 takes a free one
    :param threads: how many requests are worked on at a time
    """

    def __init__(
        self, application: Any, host: str, port: int, threads: int = 32
    ) -> None:
        self._server = wsgi.Server(
            (host, port),
            _WholeRequests(application),
            numthreads=threads,
            request_queue_size=_BACKLOG,
            timeout=_REQUEST_SECONDS,
            shutdown_timeout=_SHUTDOWN_SECONDS,
        )
        self._server.server_name = host
        self._server.max_request_header_size = _HEADER_BYTES
        self._server.max_request_body_size = _BODY_BYTES
        self._server.keep_alive_conn_limit = _IDLE_CONNECTIONS
        self._server.ConnectionClass = _Connection
        self._threads: list[threading.Thread] = []

    @property
    def port(self) -> int:
        """Where it listens, once it has started."""
        return int(self._server.bind_addr[1])

    @property
    def url(self) -> str:
        """What clients find it by, once it has started."""
        host = str(self._server.server_name)
        where = f'[{host}]' if ':' in host else host
        return f'http://{where}:{self.port}'

    def start(self) -> None:
        """Listen; requests are answered when this returns.

        :raises OSError: when the port is taken or the address is not ours
        """
        self._server.prepare()
        self._begin(self._server.serve)

    def stop(self) -> None:
        """Accept no more requests."""
        self._begin(self._server.stop)

    def wait(self) -> None:
        """Return when the requests that were running are answered."""
        for thread in self._threads:
            thread.join()

    def _begin(self, work: Any) -> None:
        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        self._threads.append(thread)


@dataclasses.dataclass(frozen=True)
class Endpoint:
    """An API on a server.

    :param path: of its root, without a slash at its beginning
    """

    server: HTTPServer
    path: str

    @property
    def url(self) -> str:
        """What clients are told, once the server has started."""
        return f'{self.server.url}/{self.path}'


class _WholeRequests:
    """Reads requests to the end before the application gets them.

    So it meets no client who breaks off or sends broken chunks; and a client
    whose body it refuses for its size has sent it all, and gets to see the
    answer.
    """

    def __init__(self, application: Any) -> None:
        self._application = application

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        with tempfile.SpooledTemporaryFile(_MEMORY_BYTES) as body:
            try:
                size = _copy(environ['wsgi.input'], body)
            except errors.MaxSizeExceeded:
                return _refuse(start_response, '413 Content Too Large')
            except (ValueError, OSError):
                return _refuse(start_response, '400 Bad Request')
            if environ.pop('HTTP_TRANSFER_ENCODING', None):
                environ['CONTENT_LENGTH'] = str(size)
            if size < int(environ.get('CONTENT_LENGTH') or 0):
                return _refuse(start_response, '400 Bad Request')
            body.seek(0)
            environ['wsgi.input'] = body
            answer = self._application(environ, start_response)
            try:
                return list(answer)
            finally:
                getattr(answer, 'close', _nothing)()


def _nothing() -> None:
    """Stand in for the method that most answers do not have."""


def _copy(source: IO[bytes], target: IO[bytes]) -> int:
    size = 0
    while chunk := source.read(_CHUNK):
        size += target.write(chunk)
    return size


def _refuse(start_response: Any, status: str) -> list[bytes]:
    message = status.encode() + b'\n'
    start_response(
        status,
        [
            ('Content-Type', 'text/plain'),
            ('Content-Length', str(len(message))),
            ('Connection', 'close'),
        ],
    )
    return [message]


class _Headers(dict[bytes, bytes]):
    """Headers of a request; one that is repeated is folded, RFC 9110 5.3.

    Cheroot folds the standard ones and else takes the last, which hides
    from an application that a client contradicts itself. A name with an
    underscore looks, to an application, like the one with a hyphen.
    """

    def __setitem__(self, name: bytes, value: bytes) -> None:
        if b'_' in name:
            return
        if name in self and name not in _FOLDED:
            value = self[name] + b', ' + value
        super().__setitem__(name, value)


class _Request(cheroot_server.HTTPRequest):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.inheaders = _Headers()


class _Connection(cheroot_server.HTTPConnection):
    RequestHandlerClass = _Request
