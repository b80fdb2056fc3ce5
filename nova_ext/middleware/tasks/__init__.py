# SPDX-License-Identifier: Apache-2.0
"""The tasks filter: what changes a server is recorded, and safe to repeat.

It stands between the filter that makes the context and the compute API, this
service's own or nova's. Of nova it needs the application and the environ of
an authenticated request; it has a configuration and a database of its own.
"""

from collections.abc import Callable, Iterable
from typing import Any

from oslo_config import cfg
from oslo_utils import uuidutils

from ext_lib import process_name
from ext_lib.db import text
from ext_lib.wsgi import links
from ext_lib.wsgi import request
from nova_ext.middleware import tasks_backlog
from nova_ext.middleware import tasks_caller
from nova_ext.middleware import tasks_reading
from nova_ext.middleware import tasks_steps
from nova_ext.middleware import tasks_tags
from nova_ext.middleware import tasks_trouble
from nova_ext.middleware.tasks import answers
from nova_ext.middleware.tasks import configuration
from nova_ext.middleware.tasks import recorder
from nova_ext.middleware.tasks import requests
from nova_ext.middleware.tasks import reservations
from nova_ext.middleware.tasks import resolver
from nova_ext.middleware.tasks import upstream
from nova_ext.middleware.tasks.requests import Effect
from nova_ext.middleware.tasks.requests import Operation
from nova_ext.objects.task import Task

Environ = dict[str, Any]

_READING = requests.READING
_URL = '/tasks'
_TAG = 'HTTP_TASK_TAG'


class TasksFilter:
    """Records requests that change servers, and answers for them.

    :param conf: the filter's own configuration
    """

    def __init__(self, application: Any, conf: cfg.ConfigOpts) -> None:
        self.application = application
        self.conf = conf
        self.house = upstream.House(application)
        url = links.Links(conf.api.compute_link_prefix)
        settler = resolver.Settler(conf, self.house)
        self.answers = answers.Faults(self.house, url)
        self.reading = tasks_reading.Reading(conf, self.house, settler, url)
        self.reservations = reservations.Reservations(settler)
        self.backlog = tasks_backlog.Backlog()
        trouble = tasks_trouble.Trouble(conf)
        self.recorder = recorder.Recorder(self.house, trouble, self.backlog)

    def __call__(
        self, environ: Environ, start_response: Any
    ) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        # Most requests read, and shall not notice that there is a filter.
        if environ['REQUEST_METHOD'] not in _READING:
            self.backlog.work_off()
            return self._change(environ, start_response)
        if _URL in environ.get('PATH_INFO', ''):
            self.backlog.work_off()
            return self.reading(environ, start_response)
        return self.application(environ, start_response)

    def _change(
        self, environ: Environ, start_response: Any
    ) -> Iterable[bytes]:
        """Pass on what changes something, with a task if it is a server."""
        req = request.Request(environ)
        project_id = environ.get('HTTP_X_PROJECT_ID')
        operation = requests.understand(req, project_id)
        tag = environ.get(_TAG)
        refusal = self._refusal(req, operation, tag)
        if refusal is not None:
            return refusal(environ, start_response)
        if operation.effect is not Effect.MAKES_TASK:
            return self.application(environ, start_response)
        return self._record(req, operation, tag, start_response)

    def _refusal(
        self, req: request.Request, operation: Operation, tag: str | None
    ) -> Any:
        """Return the answer to a tag that cannot be honoured, if it is so."""
        if tag is None or operation.effect is Effect.READS:
            return None
        makes_task = operation.effect is Effect.MAKES_TASK
        if makes_task and tasks_tags.is_tag(tag):
            return None
        if not self.house.is_routed(req.environ):
            return None
        return (
            self.answers.bad_tag(req)
            if makes_task
            else self.answers.no_task(req)
        )

    def _record(
        self,
        req: request.Request,
        operation: Operation,
        tag: str | None,
        start_response: Any,
    ) -> Iterable[bytes]:
        """Carry a request out as a task.

        One without a tag promises nothing: its task is stored with the
        answer, which costs half as much.
        """
        tasks_steps.reached(tasks_steps.RECEIVED)
        task = self._new_task(req.environ, operation)
        if tag is not None:
            refusal = self._reserve(req, operation, task, tag)
            if refusal is not None:
                return refusal(req.environ, start_response)
        tasks_steps.reached(tasks_steps.RESERVED)
        return self._carry_out(req, operation, task, start_response)

    def _new_task(self, environ: Environ, operation: Operation) -> Task:
        server_id = operation.server_id
        if not uuidutils.is_uuid_like(server_id) or len(server_id or '') != 36:
            server_id = None
        return Task(
            tasks_caller.caller(environ),
            task=text.storable(operation.name),
            instance_uuid=server_id and server_id.lower(),
            owner=process_name.current(self.conf.host),
        )

    def _reserve(
        self,
        req: request.Request,
        operation: Operation,
        task: Task,
        tag: str,
    ) -> Any:
        """Keep repeats away; return the answer if this is one."""
        try:
            self.reservations.reserve(req, operation, task, tag)
        except reservations.Repeated as repeated:
            return self.answers.repeated(req, repeated.task)
        except Exception as error:
            self.recorder.refuse(task, error)
            return self.answers.no_store(req)
        return None

    def _carry_out(
        self,
        req: request.Request,
        operation: Operation,
        task: Task,
        start_response: Any,
    ) -> Iterable[bytes]:
        try:
            answer = answers.ask(self.application, req.environ)
        except Exception:
            # Outside of the filter it becomes an answer of this code.
            self.recorder.note(task, code=500)
            raise
        tasks_steps.reached(tasks_steps.ANSWERED)
        if answer.is_routed(req.environ):
            self.recorder.conclude(req, operation, task, answer)
            answers.name(answer, task)
        else:
            self.recorder.forget(task)
        tasks_steps.reached(tasks_steps.RECORDED)
        return answers.send(answer, start_response)


def filter_factory(
    global_conf: dict[str, str], **local_conf: str
) -> Callable[[Any], TasksFilter]:
    """Return the filter for paste.

    ``config_file`` in the paste section names the filter's own file. In this
    service's own pipeline it may be left out.
    """
    conf = configuration.load(local_conf.get('config_file'))
    return lambda app: TasksFilter(app, conf)
