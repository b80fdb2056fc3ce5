# SPDX-License-Identifier: Apache-2.0
"""What the application's answer says of a task, stored."""

from typing import Any

from oslo_log import log

from ext_lib.wsgi import request
from nova_ext.middleware import tasks_house
from nova_ext.middleware import tasks_trouble
from nova_ext.middleware.tasks_answers import Answer
from nova_ext.middleware.tasks_requests import Operation
from nova_ext.objects.task import Task
from nova_ext.objects.task import TaskState

LOG = log.getLogger(__name__)


class Recorder:
    """Stores outcomes; when it cannot the request is answered all the same.

    What is lost of a task with a reservation is found out when it is read.
    """

    def __init__(
        self, house: tasks_house.House, trouble: tasks_trouble.Trouble
    ) -> None:
        self.house = house
        self.trouble = trouble

    def conclude(
        self,
        req: request.Request,
        operation: Operation,
        task: Task,
        answer: Answer,
    ) -> None:
        """Store what an answer says of a task."""
        if answer.code >= 500:
            self.note(task, code=answer.code, message=answer.reason)
        elif answer.code >= 400:
            self.note(
                task,
                code=answer.code,
                message=answer.reason,
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
        try:
            if 'id' in task:
                task.answer(owner=None, **values)
            else:
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
        try:
            if 'id' in task:
                task.destroy()
        except Exception as error:
            self.trouble.tell(
                error, 'Task %s, which is about no server, stays', task.uuid
            )

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
