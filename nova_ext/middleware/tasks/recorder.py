# SPDX-License-Identifier: Apache-2.0
"""Outcomes of requests, written to the store of tasks at once or later."""

import collections
from collections.abc import Callable
import functools
import threading
import time
from typing import Any

from oslo_config import cfg
from oslo_log import log

from ext_lib import exception
from ext_lib import masking
from ext_lib.db import text
from ext_lib.wsgi import request
from nova_ext.middleware.tasks import replays
from nova_ext.middleware.tasks import verdicts
from nova_ext.middleware.tasks.upstream import Answer
from nova_ext.objects.task import RequestState
from nova_ext.objects.task import Task

LOG = log.getLogger(__name__)

#: Characters of a reason that are kept; a column holds as many bytes, times 4.
_LONGEST = 16000
#: How many writes are kept. What does not fit is found out when the task is
#: read, but not before its owner counts as dead.
_KEPT = 1000
#: The most writes that one request waits for.
_AT_ONCE = 100


class Recorder:
    """The outcomes of requests, recorded; a failure changes no answer.

    The outcome of a task with a reservation is kept and written later. What
    is lost with the process is found out when the task is read.
    """

    def __init__(self, conf: cfg.ConfigOpts) -> None:
        self.backlog = Backlog()
        self.failures = FailureLog(conf)
        self.longest = conf.tasks.max_stored_answer

    def record(
        self,
        req: request.Request,
        task: Task,
        answer: Answer,
        has_key: bool = False,
    ) -> None:
        """Store what an answer says of a task.

        :param has_key: whether a repeat is to get the same answer
        """
        if not answer.is_routed:
            self._remove(task)
        elif answer.code >= 500:
            why = _storable_reason(req, answer)
            self.note(task, code=answer.code, message=why)
        elif answer.code >= 400:
            why = _storable_reason(req, answer)
            self.note(
                task,
                code=answer.code,
                message=why,
                state=RequestState.ERROR,
                ends=True,
                reservation=None,
            )
        else:
            self._note_accepted(task, answer, has_key)

    def _note_accepted(
        self, task: Task, answer: Answer, has_key: bool
    ) -> None:
        made = answer.servers
        values: dict[str, Any] = {'code': answer.code}
        if made:
            values['instance_uuid'] = made[0]
        if has_key:
            values['stored'] = replays.stored(answer, self.longest)
        is_done = task.task in verdicts.ANSWERED_ONLY
        state = RequestState.SUCCESS if is_done else RequestState.RUNNING
        self.note(task, state=state, ends=is_done, **values)
        if len(made) > 1 and 'id' in task:
            self._note_servers(task, made)

    def note(self, task: Task, **values: Any) -> None:
        """Store values of a task that no process works on any more."""
        if 'id' in task:
            write = functools.partial(task.answer, owner=None, **values)
            self._write(task, write, 'The end of task %s is stored later')
            return
        try:
            task.create_answered(owner=None, **values)
        except Exception as error:
            self.failures.add(
                error,
                'The task of request %s is lost: %s',
                task.obj_context.request_id,
                values,
            )

    def refuse(self, task: Task, error: Exception) -> None:
        """Note that a request is refused as its task cannot be stored."""
        self.failures.add(
            error,
            'Request %s is refused: its task cannot be stored',
            task.obj_context.request_id,
        )
        if 'uuid' in task:
            # Perhaps it is stored, and only the answer to that is lost.
            self.backlog.keep(task.destroy)

    def _remove(self, task: Task) -> None:
        """Remove the task of a request for a URL that does not exist."""
        if 'id' in task:
            self._write(
                task,
                task.destroy,
                'Task %s, which is about no server, is removed later',
            )

    def _write(
        self, task: Task, write: Callable[[], object], failure: str
    ) -> None:
        """Write now, or later if that fails."""
        try:
            write()
        except Exception as error:
            self.failures.add(error, failure, task.uuid)
            self.backlog.keep(write)

    def _note_servers(self, task: Task, made: list[str]) -> None:
        """Store the servers of a request for several, if possible.

        Otherwise they are found again when the task is read.
        """
        try:
            task.set_instances(made)
        except Exception:
            LOG.exception('The servers of task %s are lost', task.uuid)


class Backlog:
    """Writes that failed, to be retried by the requests that come.

    While the process that answered a request lives, the outcome is expected
    from it; the database may have been restarted when it was to be written.
    No thread does it: where this is a guest, none may run between requests.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        #: Empty most of the time, which the filter looks at first.
        self.writes: collections.deque[Callable[[], object]] = (
            collections.deque()
        )

    def keep(self, write: Callable[[], object]) -> None:
        """Have something written later; it has to be idempotent."""
        # The first are those that were under way when the store failed;
        # requests that come after them are refused.
        if len(self.writes) < _KEPT:
            self.writes.append(write)

    def work_off(self) -> None:
        """Write what the store takes now; errors leave it for later."""
        if not self.writes or not self._lock.acquire(blocking=False):
            return
        try:
            for _ in range(min(len(self.writes), _AT_ONCE)):
                self.writes[0]()
                self.writes.popleft()
        except Exception as error:
            LOG.debug('The store of tasks still fails: %s', error)
            # Perhaps it fails at this one alone.
            self.writes.rotate(-1)
        finally:
            self._lock.release()


class FailureLog:
    """Rate-limited logging of failures of the store.

    Each class of errors has its own interval.
    """

    def __init__(self, conf: cfg.ConfigOpts) -> None:
        self.conf = conf
        self._lock = threading.Lock()
        self._unlogged: dict[type[Exception], int] = {}
        self._next: dict[type[Exception], float] = {}

    def add(self, error: Exception, message: str, *values: Any) -> None:
        """Log an error and what it meant, or count it."""
        now = time.monotonic()
        kind = type(error)
        with self._lock:
            if now < self._next.get(kind, 0.0):
                self._unlogged[kind] = self._unlogged.get(kind, 0) + 1
                return
            unlogged = self._unlogged.pop(kind, 0)
            self._next[kind] = now + self.conf.tasks.store_retry_interval
        if unlogged:
            LOG.error('%d more requests had no task before this', unlogged)
        # The traceback of an unreachable database is of no use.
        cause = None if isinstance(error, exception.Unavailable) else error
        LOG.error(message, *values, exc_info=cause)


def _storable_reason(req: request.Request, answer: Answer) -> str:
    """Return why a request failed, without the secrets it brought."""
    reason = masking.mask_quoted(_reason(answer), req.document())
    return text.storable(reason)[:_LONGEST]


def _reason(answer: Answer) -> str:
    """Return the text of a fault, or the status line when it has none."""
    for fault in answer.document.values():
        if isinstance(fault, dict) and fault.get('message'):
            return str(fault['message'])
    return answer.status
