# SPDX-License-Identifier: Apache-2.0
"""An HTTP server for processes that are more than an HTTP server.

Deployments that have a web server of their own do not need it.
"""

import contextlib
import dataclasses
import logging
import select
import socket
import threading
import time
from typing import Any

from waitress import adjustments
from waitress import server as waitress_server
from waitress import wasyncore

from ext_lib.wsgi import connection
from ext_lib.wsgi import request

#: The largest headers and body that are read at all, in bytes.
_HEADER_BYTES = 64 * 1024
_BODY_BYTES = 16 * 1024**2
#: How long a running request may take when the server ends, in seconds.
_SHUTDOWN_SECONDS = 60
_BACKLOG = 512
#: From this number of connections on, a new one takes the place of the one
#: that has waited for its client the longest.
CONNECTIONS = 300
#: How many there may be when all of them wait for answers.
_MOST_CONNECTIONS = 400
#: How often connections are examined, in seconds.
_INTERVAL = 1


class HTTPServer:
    """One application on one port.

    :param port: 0 takes a free one
    :param threads: how many requests are worked on at a time
    """

    def __init__(
        self, application: Any, host: str, port: int, threads: int = 32
    ) -> None:
        self._application = application
        self._host = host
        self._port = port
        self._threads = threads
        self._stopping = threading.Event()
        self._server: _Listener | None = None
        self._thread: threading.Thread | None = None

    @property
    def port(self) -> int:
        """The port it listens on, once it has started."""
        return self._port

    @property
    def url(self) -> str:
        """The URL of the server, once it has started."""
        where = f'[{self._host}]' if ':' in self._host else self._host
        return f'http://{where}:{self.port}'

    def start(self) -> None:
        """Listen; requests are answered when this returns.

        :raises OSError: when the port is taken or the address is not ours
        """
        listening = _listen(self._host, self._port)
        self._port = int(listening.getsockname()[1])
        # That requests wait for a worker is no trouble worth a line each.
        logging.getLogger('waitress.queue').setLevel(logging.ERROR)
        self._server = _Listener(self._answer, listening, self._settings())
        self._thread = threading.Thread(
            target=self._serve, args=(self._server,), daemon=True
        )
        self._thread.start()

    def _answer(self, environ: dict[str, Any], start_response: Any) -> Any:
        """Answer one request (PEP 3333)."""
        environ[request.STOPPING] = self._stopping
        return self._application(environ, start_response)

    def _settings(self) -> adjustments.Adjustments:
        return adjustments.Adjustments(
            threads=self._threads,
            server_name=self._host,
            ident=None,
            backlog=_BACKLOG,
            connection_limit=_MOST_CONNECTIONS,
            max_request_header_size=_HEADER_BYTES,
            max_request_body_size=_BODY_BYTES,
            cleanup_interval=_INTERVAL,
            # A filter of the pipeline decides about these.
            clear_untrusted_proxy_headers=False,
        )

    def stop(self) -> None:
        """Accept no more requests."""
        if self._server is None or self._stopping.is_set():
            return
        self._stopping.set()
        # The thread may have seen it by itself, and have ended.
        with contextlib.suppress(OSError):
            self._server.pull_trigger()

    def wait(self) -> None:
        """Return when the requests that were running are answered."""
        if self._thread is not None:
            self._thread.join()

    def _serve(self, server: '_Listener') -> None:
        while not self._stopping.is_set():
            server.turn()
        server.stop_listening()
        deadline = time.monotonic() + _SHUTDOWN_SECONDS
        while server.close_done() and time.monotonic() < deadline:
            server.turn()
        server.task_dispatcher.shutdown(timeout=_INTERVAL)
        server.close_all()


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host or None,
            port,
            type=socket.SOCK_STREAM,
            flags=socket.AI_PASSIVE,
        )[0]
        return _bind(socket.socket(family, kind, protocol), address)
    except OSError as error:
        # The system says what is wrong, but not of which address.
        where = f'[{host}]' if ':' in host else host
        error.filename = f'{where}:{port}'
        raise


def _bind(listening: socket.socket, address: Any) -> socket.socket:
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        # Only this finds another process that has bound the same port.
        listening.listen(_BACKLOG)
    except OSError:
        listening.close()
        raise
    listening.setblocking(False)
    return listening


class _Listener(waitress_server.TcpWSGIServer):
    channel_class = connection.Connection

    def __init__(
        self,
        application: Any,
        listening: socket.socket,
        settings: adjustments.Adjustments,
    ) -> None:
        super().__init__(
            application,
            _sock=listening,
            adj=settings,
            bind_socket=False,
            sockinfo=(
                listening.family,
                listening.type,
                listening.proto,
                listening.getsockname(),
            ),
        )

    def turn(self, seconds: float = _INTERVAL) -> None:
        """Read and write what can be; wait for it, but not long."""
        wasyncore.loop(seconds, use_poll=True, map=self._map, count=1)

    def handle_accept(self) -> None:
        """Accept a connection, in place of another if there are many."""
        channels = self.active_channels.values()
        if len(channels) >= CONNECTIONS:
            idle = [channel for channel in channels if channel.is_idle]
            if idle:
                min(idle, key=_since).handle_close()
        super().handle_accept()

    def maintenance(self, now: float) -> None:
        """Close the connections of clients that take too long."""
        for channel in list(self.active_channels.values()):
            channel.expire()

    def stop_listening(self) -> None:
        """Accept no more connections than have been made."""
        while select.select([self.socket], [], [], 0)[0]:
            self.handle_accept()
        wasyncore.dispatcher.close(self)
        # What has been sent on them is a request that is under way.
        self.turn(0)

    def close_done(self) -> bool:
        """Close all connections but for those to answer, if there are any."""
        for channel in list(self.active_channels.values()):
            if channel.is_done:
                channel.handle_close()
        self.maintenance(0)
        return bool(self.active_channels)

    def close_all(self) -> None:
        """Close what is left."""
        self.trigger.close()
        wasyncore.close_all(self._map, ignore_all=True)


def _since(channel: connection.Connection) -> float:
    return channel.since


@dataclasses.dataclass(frozen=True)
class Endpoint:
    """An API on a server.

    :param path: of its root, without a slash at its beginning
    """

    server: HTTPServer
    path: str

    @property
    def url(self) -> str:
        """The URL for clients, once the server has started."""
        return f'{self.server.url}/{self.path}'
