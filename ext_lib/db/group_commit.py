# SPDX-License-Identifier: Apache-2.0
"""Many threads' writes in few transactions.

A thread that finds nobody writing writes, and takes along what others have
handed in by then; they wait. While one transaction is under way the next one
gathers, so the slower the database is, the more goes into each. All of it is
done by the threads that hand in.
"""

from collections import deque
from collections.abc import Callable, Sequence
import threading
import time
from typing import Generic, TypeVar

_T = TypeVar('_T')
_R = TypeVar('_R')


class _Ticket(Generic[_T, _R]):
    """A place in the queue: of an item, or of one who waits for the rest."""

    def __init__(self, items: Sequence[_T], is_waited_for: bool) -> None:
        self.items = items
        self.is_waited_for = is_waited_for
        self.is_leader = False
        self.is_done = False
        self.results: Sequence[_R] = ()
        self.error: Exception | None = None
        self._turn = threading.Lock()
        self._turn.acquire()

    def wait(self) -> None:
        """Return when it has been written, or is to lead."""
        self._turn.acquire()

    def lead(self) -> None:
        """Make the one who waits for it the leader."""
        self.is_leader = True
        self._turn.release()

    def finish(
        self, results: Sequence[_R] = (), error: Exception | None = None
    ) -> None:
        """Tell the one who waits for it how it went."""
        self.results = results
        self.error = error
        self.is_done = True
        if not self.is_leader:
            self._turn.release()


class GroupWriter(Generic[_T, _R]):
    """Writes what is handed in, in that order.

    :param write: stores items and returns the result of each; when it
        raises, storing them once more must do no harm
    :param size: how many items go into one transaction at most
    :param delay: seconds for which an item that nobody waits for may stay
        behind while others follow
    """

    def __init__(
        self,
        write: Callable[[Sequence[_T]], Sequence[_R]],
        size: int = 1000,
        delay: float = 0.5,
    ) -> None:
        self._write = write
        self._size = size
        self._delay = delay
        # Guards what follows, and the tickets.
        self._mutex = threading.Lock()
        self._queue: deque[_Ticket[_T, _R]] = deque()
        self._is_led = False
        self._wrote_at = 0.0

    def put(self, item: _T) -> _R:
        """Return the result of ``item`` once it is written.

        What ``write`` raises reaches all whose items it was given.
        """
        return self._hand_in([item])[0]

    def add(self, item: _T) -> None:
        """Have ``item`` written later, by :meth:`flush` at the latest.

        When writing fails, it is tried again with what follows.
        """
        with self._mutex:
            self._queue.append(_Ticket([item], is_waited_for=False))
            is_late = time.monotonic() - self._wrote_at > self._delay
            is_due = is_late and not self._is_led
            is_full = len(self._queue) >= self._size
        if is_due or is_full:
            self.flush()

    def flush(self) -> None:
        """Return once all that was handed in before is written."""
        with self._mutex:
            is_idle = not self._queue and not self._is_led
        if not is_idle:
            self._hand_in([])

    def _hand_in(self, items: Sequence[_T]) -> Sequence[_R]:
        ticket: _Ticket[_T, _R] = _Ticket(items, is_waited_for=True)
        try:
            self._queue_up(ticket)
            ticket.wait()
            while not ticket.is_done:
                self._write_some(ticket)
        finally:
            self._leave(ticket)
        if ticket.error is not None:
            raise ticket.error
        return ticket.results

    def _queue_up(self, ticket: _Ticket[_T, _R]) -> None:
        with self._mutex:
            self._queue.append(ticket)
            if not self._is_led:
                self._is_led = True
                ticket.lead()

    def _write_some(self, leader: _Ticket[_T, _R]) -> None:
        with self._mutex:
            count = min(len(self._queue), self._size)
            batch = [self._queue.popleft() for _ in range(count)]
        try:
            results = self._results(batch)
        except Exception as error:
            with self._mutex:
                self._fail(batch, leader, error)
        except BaseException:
            # Only the leader is told to stop.
            with self._mutex:
                self._queue.extendleft(reversed(batch))
            raise
        else:
            with self._mutex:
                self._succeed(batch, results)

    def _results(self, batch: Sequence[_Ticket[_T, _R]]) -> Sequence[_R]:
        items = [item for ticket in batch for item in ticket.items]
        return self._write(items) if items else []

    def _succeed(
        self, batch: Sequence[_Ticket[_T, _R]], results: Sequence[_R]
    ) -> None:
        self._wrote_at = time.monotonic()
        begin = 0
        for ticket in batch:
            end = begin + len(ticket.items)
            if ticket.is_waited_for:
                ticket.finish(results[begin:end])
            begin = end

    def _fail(
        self,
        batch: Sequence[_Ticket[_T, _R]],
        leader: _Ticket[_T, _R],
        error: Exception,
    ) -> None:
        for ticket in batch:
            if ticket.is_waited_for:
                ticket.finish(error=error)
        if not leader.is_done:
            # What it waits for behind others will not be written either.
            self._queue.remove(leader)
            leader.finish(error=error)
        again = [ticket for ticket in batch if not ticket.is_done]
        self._queue.extendleft(reversed(again))

    def _leave(self, ticket: _Ticket[_T, _R]) -> None:
        # Also when interrupted: then it may be the leader, or become it.
        with self._mutex:
            ticket.is_waited_for = False
            if not ticket.is_leader:
                return
            waiting = (t for t in self._queue if t.is_waited_for)
            successor = next(waiting, None)
            if successor is None:
                self._is_led = False
            else:
                successor.lead()
