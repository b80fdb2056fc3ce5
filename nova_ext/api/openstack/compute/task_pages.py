# SPDX-License-Identifier: Apache-2.0
"""Pages of tasks as they are now, or once one of them changes."""

from collections.abc import Callable, Iterable
import functools
import threading
import time
from typing import Any

from ext_lib.paging import Page
from ext_lib.wsgi import request
from nova_ext.objects.task import RequestState
from nova_ext.objects.task import Task
from nova_ext.objects.task import TaskList

#: Seconds between two looks at tasks that a request waits for: of the first
#: and of the last, with a factor from one to the next.
_FIRST_PAUSE, _LAST_PAUSE, _GROWTH = 0.25, 5.0, 1.5
#: A pause is at least so many times as long as the look before it.
_REST = 10

#: The most tasks of one server or tag that one request resolves.
_MOST = 1000
_SINCE = 'changes-since'
#: Filters by what may change while a task is unfinished.
_VARIABLE = frozenset({'state', _SINCE})

#: Stores the outcomes of unfinished tasks, as far as there are any; takes the
#: environment of the request, too.
Resolve = Callable[[dict[str, Any], Iterable[Task]], None]


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


class TaskPages:
    """Pages of tasks, whose unfinished ones are resolved first.

    A ``key`` is a server or a tag, None for all; ``wanted`` are filters.
    """

    def __init__(self, resolve: Resolve, waiting: Waiting) -> None:
        self._resolve = resolve
        self.waiting = waiting

    def get(
        self,
        req: request.Request,
        key: str | None,
        wanted: dict[str, Any],
        everything: bool = False,
    ) -> TaskList:
        """Return a page of tasks as they are now.

        :param everything: whether those of other pages are resolved, too
        """
        ask = functools.partial(TaskList.get_page, req.context, key)
        if _VARIABLE.isdisjoint(wanted) and not everything:
            tasks = ask(wanted, req.page)
            if all(task.has_ended for task in tasks):
                return tasks
        else:
            # The outcome of a task decides whether it is wanted.
            tasks = ask(_open(wanted), Page(_MOST))
        unfinished = [task for task in tasks if not task.has_ended]
        self._resolve(req.environ, unfinished)
        return ask(wanted, req.page)

    def get_changed(
        self,
        req: request.Request,
        key: str,
        wanted: dict[str, Any],
        seconds: int,
    ) -> tuple[TaskList, bool]:
        """Return a page once it changes, or no task is unfinished.

        :returns: the page, and False when it had to be waited for and could
            not be
        """
        look = functools.partial(self.get, req, key, wanted, True)
        found = [look()]

        def has_changed() -> bool:
            found.append(look())
            before, after = (_outline(tasks) for tasks in found[-2:])
            return before != after or not _is_open(req, key, wanted)

        could_wait = not _is_open(req, key, wanted) or self.waiting.until(
            req.environ, seconds, has_changed
        )
        return found[-1], could_wait


def _is_open(req: request.Request, key: str, wanted: dict[str, Any]) -> bool:
    """Return whether a task of a server or tag is unfinished."""
    return bool(TaskList.get_page(req.context, key, _open(wanted), Page(1)))


def _open(wanted: dict[str, Any]) -> dict[str, Any]:
    """Return the filters for what is unfinished, whatever it may become."""
    return {**wanted, 'state': list(RequestState.UNFINISHED), _SINCE: None}


def _outline(tasks: Iterable[Task]) -> list[Any]:
    """Return what a client that waits wants to know of tasks."""
    return [
        (task.uuid, task.state, task.code, task.instance_uuid)
        for task in tasks
    ]
