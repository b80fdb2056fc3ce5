# SPDX-License-Identifier: Apache-2.0
"""Connections of clients that may be slow, silent or malicious.

waitress reads requests in one thread and gives them to workers when they are
whole. What it lacks are limits on the time a request may take to arrive, and
the stricter rules of RFC 9112 on where a request ends.
"""

import contextlib
import socket
import time
from typing import Any

from waitress import channel
from waitress import parser
from waitress import utilities

#: How long a whole request may take to arrive, in seconds; a connection
#: without a request is closed after the same time.
REQUEST_SECONDS = 30.0
#: How long a client may take to read an answer, in seconds.
ANSWER_SECONDS = 300.0
#: How long what a client still sends is read after the last answer. Were the
#: connection closed before, the client might lose the answer.
_LINGER_SECONDS = 2.0
_CHUNK = 64 * 1024
#: The longest line between two chunks of a body, in bytes.
_CHUNK_LINE = 8 * 1024
_VERSIONS = ('1.0', '1.1')


class RequestTimeout(utilities.Error):
    """The request took too long to arrive."""

    code = 408
    reason = 'Request Timeout'


class RequestParser(parser.HTTPRequestParser):
    """A request, parsed as it arrives.

    It refuses what different servers on the way would understand
    differently: RFC 9112 sections 3.2, 6.1 and 6.3.
    """

    completed: bool
    error: utilities.Error | None

    def received(self, data: bytes) -> int:
        """Take what has arrived; return the number of bytes consumed."""
        consumed: int = super().received(data)
        body = self.body_rcv
        if self.chunked and not self.completed and _is_long(body):
            self.error = utilities.BadRequest('Chunk line is too long')
            self.completed = True
        return consumed

    def parse_header(self, header_plus: bytes) -> None:
        """Parse the request line and the header.

        :raises ParsingError: when they are malformed or contradictory
        """
        try:
            super().parse_header(header_plus)
        except ValueError as error:
            # A number of more than 4,300 digits, a URL that is none.
            raise parser.ParsingError('Malformed header') from error
        if why := _contradiction(self.version, _fields(header_plus)):
            raise parser.ParsingError(why)


def _is_long(body: Any) -> bool:
    # Each piece of a line that arrives is appended by copying the whole.
    return bool(len(body.control_line) + len(body.trailer) > _CHUNK_LINE)


def _fields(header_plus: bytes) -> dict[bytes, list[bytes]]:
    """Return the values of each field, by lower-case name."""
    found: dict[bytes, list[bytes]] = {}
    for line in header_plus.split(b'\r\n')[1:]:
        name, _, value = line.partition(b':')
        found.setdefault(name.lower(), []).append(value.strip(b' \t').lower())
    return found


def _contradiction(
    version: str, fields: dict[bytes, list[bytes]]
) -> str | None:
    if version not in _VERSIONS:
        return 'HTTP version is not supported'
    hosts = fields.get(b'host', [])
    if len(hosts) > 1 or (not hosts and version == '1.1'):
        return 'Exactly one Host is needed'
    lengths = fields.get(b'content-length', [])
    if len(lengths) > 1:
        return 'Content-Length is repeated'
    encodings = fields.get(b'transfer-encoding')
    if encodings is None:
        return None
    if lengths:
        return 'Content-Length and Transfer-Encoding exclude each other'
    if encodings != [b'chunked'] or version != '1.1':
        return 'Transfer-Encoding is invalid'
    return None


class Connection(channel.HTTPChannel):
    """A connection of a client; only whole requests leave it."""

    parser_class = RequestParser
    request: RequestParser | None
    close_when_flushed: bool

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        #: Since when it waits for the client, on the monotonic clock.
        self.since = time.monotonic()
        self._has_begun = False
        self._is_lingering = False
        super().__init__(*args, **kwargs)

    @property
    def is_idle(self) -> bool:
        """True if no complete request waits for its answer."""
        return not self.requests

    @property
    def is_done(self) -> bool:
        """True if the client has the answers to all it has sent."""
        return self.is_idle and self.request is None and self.is_flushed

    @property
    def is_flushed(self) -> bool:
        """True if nothing is left to be sent."""
        return not self.total_outbufs_len

    def readable(self) -> bool:
        """Return whether there is any use for what the client sends."""
        return self._is_lingering or bool(super().readable())

    def writable(self) -> bool:
        """Return whether there is anything to send."""
        return not self._is_lingering and bool(super().writable())

    def handle_read(self) -> None:
        """Read what the client has sent."""
        try:
            data = self.socket.recv(
                _CHUNK if self._is_lingering else self.adj.recv_bytes
            )
        except BlockingIOError:
            return
        except OSError:
            self.handle_close()
            return
        if data:
            self._take(data)
        elif self.request is None or self._is_lingering:
            self.handle_close()
        else:
            # It may have closed its own side only.
            self._refuse(utilities.BadRequest('The request is incomplete'))

    def _take(self, data: bytes) -> None:
        if self._is_lingering:
            return
        if not self._has_begun:
            self._has_begun = True
            self.since = time.monotonic()
        self.received(data)

    def handle_write(self) -> None:
        """Send what there is; close the connection when it is the last."""
        is_last = self.close_when_flushed
        self.close_when_flushed = False
        super().handle_write()
        if is_last and self.connected:
            self.close_when_flushed = True
            if self.is_idle and self.is_flushed:
                self._linger()

    def _linger(self) -> None:
        self._is_lingering = True
        self.since = time.monotonic()
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_WR)

    def service(self) -> None:
        """Answer a request; runs in a worker."""
        super().service()
        self._has_begun = False
        self.since = time.monotonic()

    def expire(self) -> None:
        """Close the connection if the client keeps it waiting too long."""
        seconds = time.monotonic() - self.since
        if self.total_outbufs_len:
            # Above that mark, a worker waits for the client.
            holds = self.total_outbufs_len > self.adj.outbuf_high_watermark
            limit = REQUEST_SECONDS if holds else ANSWER_SECONDS
            if seconds > limit and (holds or self.is_idle):
                self.handle_close()
        elif self._is_lingering:
            if seconds > _LINGER_SECONDS:
                self.handle_close()
        elif self.is_idle and seconds > REQUEST_SECONDS:
            if self.request is None:
                self.handle_close()
            else:
                self._refuse(RequestTimeout('The request is incomplete'))

    def _refuse(self, error: utilities.Error) -> None:
        with self.requests_lock:
            request, self.request = self.request, None
            assert request is not None
            request.error = error
            self.requests.append(request)
            self.server.add_task(self)
