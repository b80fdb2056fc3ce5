# SPDX-License-Identifier: Apache-2.0
"""What keeps a tagged request from being carried out twice."""

from ext_lib.context import RequestContext
from ext_lib.wsgi import request
from nova_ext import exception
from nova_ext.middleware import tasks_tags
from nova_ext.middleware.tasks import requests
from nova_ext.middleware.tasks import resolver
from nova_ext.objects.task import Task

#: How often to look again whether a reservation is free.
_ATTEMPTS = 10


class Repeated(Exception):
    """The request was accepted before, as ``task``."""

    def __init__(self, task: Task) -> None:
        super().__init__(task.uuid)
        self.task = task


class Reservations:
    """Gives each request with a tag to one task only."""

    def __init__(self, settler: resolver.Settler) -> None:
        self.settler = settler

    def reserve(
        self,
        req: request.Request,
        operation: requests.Operation,
        task: Task,
        tag: str,
    ) -> None:
        """Store the task, pending, and the reservation of its tag.

        :raises Repeated: when another task has the reservation
        """
        fingerprint = tasks_tags.fingerprint(
            req.method,
            operation.path,
            req.query_string,
            requests.body(req),
        )
        task.tag = tag
        task.reservation = tasks_tags.reservation(
            _namespace(task.obj_context), tag, fingerprint
        )
        for _ in range(_ATTEMPTS):
            try:
                task.create()
                return
            except exception.TaskReservationExists:
                self._check_holder(req, task)
        raise exception.TaskReservationExists()

    def _check_holder(self, req: request.Request, task: Task) -> None:
        """See whether the task that has the reservation still needs it.

        :raises Repeated: when it does
        """
        holder = _holder(task)
        if holder is not None and not holder.has_ended:
            self.settler.settle_one(req.environ, holder)
            holder = _holder(task)
        if holder is None:
            return
        if not self.settler.has_lapsed(holder):
            raise Repeated(holder)
        holder.release()


def _namespace(context: RequestContext) -> str:
    """Return whose tags they are: the project's, or the user's without one.

    No id has a slash.
    """
    return context.project_id or f'/{context.user_id}'


def _holder(task: Task) -> Task | None:
    found: Task | None = Task.get_by_reservation(
        task.obj_context, str(task.reservation)
    )
    return found
