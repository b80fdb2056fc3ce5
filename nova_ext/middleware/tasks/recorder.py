# SPDX-License-Identifier: Apache-2.0
"""What the application's answer says of a task, stored."""

from collections.abc import Callable
import functools
from typing import Any

from oslo_log import log

from ext_lib.wsgi import request
from nova_ext.middleware import tasks_backlog
from nova_ext.middleware import tasks_trouble
from nova_ext.middleware.tasks import requests
from nova_ext.middleware.tasks import upstream
from nova_ext.middleware.tasks.answers import Answer
from nova_ext.middleware.tasks.requests import Operation
from nova_ext.objects.task import Task
from nova_ext.objects.task import TaskState

LOG = log.getLogger(__name__)


class Recorder:
    """Stores outcomes; when it cannot the request is answered all the same.

    That of a task with a reservation is stored later. What gets lost with the
    process is found out when the task is read.
    """

    def __init__(
        self,
        house: upstream.House,
        trouble: tasks_trouble.Trouble,
        backlog: tasks_backlog.Backlog,
    ) -> None:
        self.house = house
        self.trouble = trouble
        self.backlog = backlog

    def conclude(
        self,
        req: request.Request,
        operation: Operation,
        task: Task,
        answer: Answer,
    ) -> None:
        """Store what an answer says of a task."""
        if answer.code >= 500:
            why = answer.storable_reason(requests.document(req))
            self.note(task, code=answer.code, message=why)
        elif answer.code >= 400:
            why = answer.storable_reason(requests.document(req))
            self.note(
                task,
                code=answer.code,
                message=why,
                state=TaskState.ERROR,
                ends=True,
                reservation=None,
            )
        else:
            made = self._made(req, operation, answer)
            first = {'instance_uuid': made[0]} if made else {}
            self.note(task, code=answer.code, state=TaskState.RUNNING, **first)
            if len(made) > 1 and 'id' in task:
                self._note_servers(task, made)

    def note(self, task: Task, **values: Any) -> None:
        """Store what has become of a task that nobody works on any more."""
        if 'id' in task:
            write = functools.partial(task.answer, owner=None, **values)
            self._write(task, write, 'The end of task %s is stored later')
            return
        try:
            task.create_answered(owner=None, **values)
        except Exception as error:
            self.trouble.tell(
                error,
                'The task of request %s is lost: %s',
                task.obj_context.request_id,
                values,
            )

    def forget(self, task: Task) -> None:
        """Remove the task of a request that turned out to be for nothing."""
        if 'id' in task:
            self._write(
                task,
                task.destroy,
                'Task %s, which is about no server, is removed later',
            )

    def refuse(self, task: Task, error: Exception) -> None:
        """Note that a request is refused as its task cannot be stored."""
        self.trouble.tell(
            error,
            'Request %s is refused: its task cannot be stored',
            task.obj_context.request_id,
        )
        if 'uuid' in task:
            # It may be stored, and just the answer to that be lost.
            self.backlog.keep(task.destroy)

    def _write(
        self, task: Task, write: Callable[[], object], failure: str
    ) -> None:
        """Write now, or later if that fails."""
        try:
            write()
        except Exception as error:
            self.trouble.tell(error, failure, task.uuid)
            self.backlog.keep(write)

    def _note_servers(self, task: Task, made: list[str]) -> None:
        """Store the servers of a request for several, if that can be done.

        Otherwise they are found again when the task is read.
        """
        try:
            task.set_instances(made)
        except Exception:
            LOG.exception('The servers of task %s are lost', task.uuid)

    def _made(
        self, req: request.Request, operation: Operation, answer: Answer
    ) -> list[str]:
        """Return the servers that a create has made, as far as it tells."""
        if operation.name != 'create':
            return []
        document = answer.document
        first = document.get('server', {}).get('id')
        if not operation.is_multiple:
            return [first] if first else []
        return self.house.made_together(
            req.environ, first, document.get('reservation_id')
        )
