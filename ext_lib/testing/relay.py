# SPDX-License-Identifier: Apache-2.0
"""Places between a client and a server, where things get lost."""

from collections.abc import Callable
import contextlib
import re
import select
import selectors
import socket
import struct
import threading
from typing import Any

import fixtures

_HOST = '127.0.0.1'
_SIZE = 65536


class BlackHole(fixtures.Fixture):
    """A port that accepts connections and never answers."""

    def _setUp(self) -> None:
        listener = socket.create_server((_HOST, 0))
        self.addCleanup(listener.close)
        self.port: int = listener.getsockname()[1]


class Relay(fixtures.Fixture):
    """A port that leads to that of a server on this machine.

    ``round_trips`` counts how often clients have asked and then waited.
    """

    def __init__(self, port: int) -> None:
        super().__init__()
        self._server = (_HOST, port)
        self.round_trips = 0
        self.connections = 0
        self._is_swallowing = False
        self._is_refusing = False
        self._cuts = threading.Semaphore(0)
        self._request_cuts = threading.Semaphore(0)
        self._open: set[socket.socket] = set()

    def _setUp(self) -> None:
        self._listener = socket.create_server((_HOST, 0))
        self.port: int = self._listener.getsockname()[1]
        thread = threading.Thread(target=self._accept, daemon=True)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(self.close_all)
        self.addCleanup(self._listener.close)
        self.addCleanup(self._listener.shutdown, socket.SHUT_RDWR)

    def close_all(self) -> None:
        """Close what is open, as a server does that starts again."""
        for one in list(self._open):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def cut_next_answer(self) -> None:
        """Close a connection in the place of the server's next answer."""
        self._cuts.release()

    def cut_next_request(self) -> None:
        """Close a connection in the place of what a client sends next."""
        self._request_cuts.release()

    def lead_to(self, port: int) -> None:
        """Lead new connections to another server."""
        self._server = (_HOST, port)

    def swallow(self) -> None:
        """Let nothing through any more, and close no connection."""
        self._is_swallowing = True

    def refuse(self) -> None:
        """Close what is open, and whatever is opened."""
        self._is_refusing = True
        self.close_all()

    def recover(self) -> None:
        """Let everything through again, on new connections."""
        self._is_swallowing = self._is_refusing = False
        self.close_all()

    def _is_held_back(self, is_request: bool) -> bool:
        return is_request and self._request_cuts.acquire(blocking=False)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _address = self._listener.accept()
                self.connections += 1
                if self._is_refusing:
                    client.close()
                    continue
                try:
                    server = socket.create_connection(self._server)
                except OSError:
                    # The server has ended, and may start again.
                    client.close()
                    continue
                self._open |= {client, server}
                threading.Thread(
                    target=self._pass_on, args=(client, server), daemon=True
                ).start()

    def _pass_on(self, client: socket.socket, server: socket.socket) -> None:
        others = {client: server, server: client}
        is_clients_turn = False
        selector = selectors.DefaultSelector()
        with selector, client, server, contextlib.suppress(OSError):
            for one in others:
                selector.register(one, selectors.EVENT_READ)
            while True:
                source: Any = selector.select()[0][0].fileobj
                chunk = source.recv(_SIZE)
                if self._is_lost(source is server) or not chunk:
                    break
                if self._is_held_back(source is client):
                    break
                if source is client and not is_clients_turn:
                    self.round_trips += 1
                is_clients_turn = source is client
                if not self._is_swallowing:
                    others[source].sendall(chunk)
        self._open -= {client, server}

    def _is_lost(self, is_answer: bool) -> bool:
        return is_answer and self._cuts.acquire(blocking=False)


#: Places where a connection is reset: when the server has the request, and
#: when it has begun to answer.
AFTER_REQUEST = 'after the request'
BEFORE_ANSWER = 'before the answer'

_END_OF_HEADERS = b'\r\n\r\n'
_LENGTH = re.compile(rb'^content-length: *([0-9]+)', re.IGNORECASE | re.M)
#: The option that makes closing a connection reset it.
_RESET = struct.pack('ii', 1, 0)


class ResettingRelay(Relay):
    """A relay of HTTP that resets connections of clients.

    :param decide: takes a request of HTTP/1.1 and returns where the
        connection is reset, None to let the answer through; called by several
        threads
    """

    def __init__(
        self, port: int, decide: Callable[[bytes], str | None]
    ) -> None:
        super().__init__(port)
        self._decide = decide

    def _pass_on(self, client: socket.socket, server: socket.socket) -> None:
        with client, server, contextlib.suppress(OSError):
            while request := _request(client):
                self.round_trips += 1
                place = self._decide(request)
                server.sendall(request)
                if place == AFTER_REQUEST:
                    _reset(client)
                # However long it takes the server, it gets rid of its answer.
                chunk = server.recv(_SIZE)
                if place is not None:
                    _reset(client)
                    break
                while chunk:
                    client.sendall(chunk)
                    chunk = _next(client, server)
        self._open -= {client, server}


def _request(client: socket.socket) -> bytes:
    """Return the next request, empty when there is none."""
    found = b''
    while chunk := client.recv(_SIZE):
        found += chunk
        headers, end, body = found.partition(_END_OF_HEADERS)
        length = _LENGTH.search(headers)
        if end and len(body) >= (int(length[1]) if length else 0):
            return found
    return b''


def _next(client: socket.socket, server: socket.socket) -> bytes:
    """Return more of an answer, empty when the client continues first."""
    ready, _, _ = select.select([client, server], [], [])
    return server.recv(_SIZE) if server in ready else b''


def _reset(client: socket.socket) -> None:
    with contextlib.suppress(OSError):
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        client.close()
