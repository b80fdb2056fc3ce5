# SPDX-License-Identifier: Apache-2.0
"""Requests over connections that stay open, and what they cost in CPU."""

from collections.abc import Iterable, Mapping, Sequence
import os
import pathlib
import re
import selectors
import socket
import statistics
import time
from typing import Any, NamedTuple

_TICKS = os.sysconf('SC_CLK_TCK')
_LENGTH = re.compile(rb'\r\nContent-Length: *(\d+)', re.IGNORECASE)
_CHUNK = 1 << 18
_TIMEOUT = 180


class Run(NamedTuple):
    """One run: requests per second, CPU in ms per request."""

    rate: float
    server: float
    database: float


class Median(NamedTuple):
    """A median, the least and the most."""

    value: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Iterable[float]) -> 'Median':
        """Return that of some values."""
        found = sorted(values)
        return cls(statistics.median(found), found[0], found[-1])

    def __str__(self) -> str:
        return f'{_short(self.value)} ({_short(self.low)}-{_short(self.high)})'


def _short(number: float) -> str:
    digits = 0 if number >= 100 else 1 if number >= 10 else 2
    return f'{number:.{digits}f}'


def request(path: str, headers: Mapping[str, str]) -> bytes:
    """Return a GET as it is sent."""
    lines = [f'GET {path} HTTP/1.1', 'Host: localhost']
    lines += [f'{name}: {value}' for name, value in headers.items()]
    return '\r\n'.join([*lines, '', '']).encode()


class _Connection:
    """A connection with at most one request under way."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(('127.0.0.1', port), _TIMEOUT)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._parts: list[bytes] = []
        self._missing = -1

    def send(self, data: bytes) -> None:
        self._parts = []
        self._missing = -1
        self.socket.sendall(data)

    def receive(self) -> tuple[int, bytes] | None:
        """Take what is there; return status and body once all of it is."""
        data = self.socket.recv(_CHUNK)
        if not data:
            raise ConnectionError('the server has closed the connection')
        self._parts.append(data)
        if self._missing < 0:
            head, separator, body = b''.join(self._parts).partition(
                b'\r\n\r\n'
            )
            if not separator:
                return None
            length = _LENGTH.search(head)
            if length is None:
                raise ValueError(f'no length: {head!r}')
            self._status = int(head.split(b' ', 2)[1])
            self._parts = [body]
            self._missing = int(length[1]) - len(body)
        else:
            self._missing -= len(data)
        if self._missing > 0:
            return None
        return self._status, b''.join(self._parts)


def fetch(port: int, data: bytes) -> tuple[int, bytes]:
    """Return status and body of the answer to one request."""
    connection = _Connection(port)
    with connection.socket:
        connection.send(data)
        while True:
            answer = connection.receive()
            if answer is not None:
                return answer


def load(
    port: int,
    requests: Sequence[bytes],
    connections: int,
    seconds: float,
    count: float = float('inf'),
) -> tuple[int, float]:
    """Send requests until the time is up; return how many, and the seconds.

    Each connection completes what it has begun. The requests are sent in
    order, again and again.

    :param count: no more than so many
    :raises ValueError: when one is not answered with 200
    """
    selector = selectors.DefaultSelector()
    done = sent = 0
    began = now = time.perf_counter()
    try:
        for _ in range(connections):
            connection = _Connection(port)
            selector.register(
                connection.socket, selectors.EVENT_READ, connection
            )
            connection.send(requests[sent % len(requests)])
            sent += 1
        while done < sent:
            ready = selector.select(_TIMEOUT)
            if not ready:
                raise TimeoutError('a request is not answered')
            for key, _ in ready:
                answer = key.data.receive()
                if answer is None:
                    continue
                if answer[0] != 200:
                    raise ValueError(f'{answer[0]}: {answer[1]!r}')
                done += 1
                now = time.perf_counter()
                if now - began < seconds and sent < count:
                    key.data.send(requests[sent % len(requests)])
                    sent += 1
    finally:
        for key in list(selector.get_map().values()):
            key.data.socket.close()
        selector.close()
    return done, now - began


def processes(root: int) -> list[int]:
    """Return the ids of a process and of all that it has started."""
    children: dict[int, list[int]] = {}
    for entry in pathlib.Path('/proc').iterdir():
        if entry.name.isdigit():
            fields = _stat(int(entry.name))
            if fields:
                children.setdefault(int(fields[1]), []).append(int(entry.name))
    found, left = [], [root]
    while left:
        found.append(left.pop())
        left += children.get(found[-1], [])
    return found


def cpu(pids: Iterable[int]) -> float:
    """Return the seconds of CPU that processes have used so far."""
    fields = (_stat(pid) for pid in pids)
    return sum(int(f[11]) + int(f[12]) for f in fields if f) / _TICKS


def memory(pids: Iterable[int]) -> float:
    """Return the memory of a process in MiB, the mean of some.

    What several share counts in part for each.
    """
    found = []
    for pid in pids:
        text = pathlib.Path(f'/proc/{pid}/smaps_rollup').read_text()
        kib = re.search(r'^Pss: +(\d+)', text, re.MULTILINE)
        assert kib is not None
        found.append(int(kib[1]) / 1024)
    return statistics.mean(found)


def _stat(pid: int) -> list[str]:
    try:
        text = pathlib.Path(f'/proc/{pid}/stat').read_text()
    except OSError:
        return []
    return text.rpartition(') ')[2].split()


def measure(
    server: Any, database: int, requests: Sequence[bytes], seconds: float
) -> Run:
    """Return what requests cost, two at a time.

    :param server: has a ``port``, and ``pids`` of its processes
    :param database: id of its process
    """
    pids = server.pids
    before = cpu(pids), cpu([database])
    count, took = load(server.port, requests, 2, seconds)
    after = cpu(pids), cpu([database])
    mine, its = (
        1000 * (end - begin) / count
        for begin, end in zip(before, after, strict=True)
    )
    return Run(count / took, mine, its)
