# SPDX-License-Identifier: Apache-2.0
"""Waits of requests for tasks until one of them changes."""

from collections.abc import Callable
import threading
import time
from typing import Any

from ext_lib.wsgi import request

#: Seconds between two looks at tasks that a request waits for: of the first
#: and of the last, with a factor from one to the next.
_FIRST_PAUSE, _LAST_PAUSE, _GROWTH = 0.25, 5.0, 1.5
#: A pause is at least so many times as long as the look before it.
_REST = 10


class Waiting:
    """Requests that wait until tasks change, in a process.

    No service says when an operation ends, so each looks again and again. In
    between it has a thread, and nothing else: no connection, no transaction.

    :param longest: seconds that a request waits, at most
    :param most: how many wait at a time, at most
    """

    def __init__(self, longest: int, most: int) -> None:
        self.longest = longest
        self._places = threading.Semaphore(most)

    def until(
        self,
        environ: dict[str, Any],
        seconds: int,
        has_changed: Callable[[], bool],
    ) -> bool:
        """Wait until something has changed, or the time is over.

        :param seconds: how long to wait, if that is not longer than allowed
        :returns: False when it cannot be waited now
        """
        # A worker of one thread would serve no other request meanwhile.
        if not (self.longest and environ['wsgi.multithread']):
            return False
        if not self._places.acquire(blocking=False):
            return False
        try:
            self._wait(environ, min(seconds, self.longest), has_changed)
        finally:
            self._places.release()
        return True

    @staticmethod
    def _wait(
        environ: dict[str, Any],
        seconds: int,
        has_changed: Callable[[], bool],
    ) -> None:
        stopping = environ.get(request.STOPPING)
        # An event of this process's own server; any other has its own end.
        sleep = stopping.wait if stopping is not None else time.sleep
        pause = _FIRST_PAUSE
        now = time.monotonic()
        deadline = now + seconds
        while now < deadline:
            if sleep(min(pause, deadline - now)):
                return
            looked_at = time.monotonic()
            if has_changed():
                return
            now = time.monotonic()
            pause = min(pause * _GROWTH, _LAST_PAUSE)
            pause = max(pause, _REST * (now - looked_at))
