# SPDX-License-Identifier: Apache-2.0
"""Group commit: the writes of many threads in few transactions.

A thread that finds no other thread writing writes, and takes along what
others have handed in by then; they wait. While one transaction is under way
the next one gathers, so the slower the database is, the more goes into each.
All of it is done by the threads that hand in.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
import contextlib
import threading
import time
from typing import Generic, TypeVar

_T = TypeVar('_T')
_R = TypeVar('_R')


class _Ticket(Generic[_T, _R]):
    """The place of items in the queue, or of a thread without items."""

    def __init__(
        self, items: Sequence[_T], is_waited_for: bool = True
    ) -> None:
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
        """Make the thread that waits for it the leader."""
        self.is_leader = True
        self._turn.release()

    def finish(
        self, results: Sequence[_R] = (), error: Exception | None = None
    ) -> None:
        """Pass the outcome to the thread that waits for it."""
        self.results = results
        self.error = error
        self.is_done = True
        if not self.is_leader:
            self._turn.release()


class GroupWriter(Generic[_T, _R]):
    """A writer of items, in the order in which they are handed in.

    :param write: stores items and returns the result of each; it is
        idempotent, as it may be called again when it has raised
    :param size: how many items go into one transaction at most
    :param delay: seconds for which an item that no thread waits for may
        stay behind while others follow
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

        :raises Exception: what ``write`` raised for the items of this thread
        """
        return self.put_all([item])[0]

    def put_all(self, items: Sequence[_T]) -> Sequence[_R]:
        """Return the results of ``items`` once they are written.

        They go into one transaction. Without any, return once all that was
        handed in before is written.

        :raises Exception: what ``write`` raised for the items of this thread
        """
        ticket: _Ticket[_T, _R] = _Ticket(items)
        with self._place(ticket):
            ticket.wait()
            while not ticket.is_done:
                with self._batch(ticket) as (gathered, results):
                    if gathered:
                        results += self._write(gathered)
        if ticket.error is not None:
            raise ticket.error
        return ticket.results

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
            self.put_all(())

    @contextlib.contextmanager
    def _place(self, ticket: _Ticket[_T, _R]) -> Iterator[None]:
        """Queue a ticket, and have another lead when its thread leaves."""
        try:
            with self._mutex:
                self._queue.append(ticket)
                if not self._is_led:
                    self._is_led = True
                    ticket.lead()
            yield
        finally:
            # Also when interrupted: then it may be the leader, or become it.
            with self._mutex:
                ticket.is_waited_for = False
                if ticket.is_leader:
                    self._pass_on()

    def _pass_on(self) -> None:
        waiting = (ticket for ticket in self._queue if ticket.is_waited_for)
        successor = next(waiting, None)
        if successor is None:
            self._is_led = False
        else:
            successor.lead()

    @contextlib.contextmanager
    def _batch(
        self, leader: _Ticket[_T, _R]
    ) -> Iterator[tuple[Sequence[_T], list[_R]]]:
        """Return the items to be written next, and a list for their results.

        Threads that wait for one of them get its result or error.
        """
        with self._mutex:
            count = min(len(self._queue), self._size)
            batch = [self._queue.popleft() for _ in range(count)]
        results: list[_R] = []
        try:
            yield [item for ticket in batch for item in ticket.items], results
        except Exception as error:
            with self._mutex:
                self._fail(batch, leader, error)
        except BaseException:
            # Only the leader is to stop.
            with self._mutex:
                self._queue.extendleft(reversed(batch))
            raise
        else:
            with self._mutex:
                self._succeed(batch, results)

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
