# SPDX-License-Identifier: Apache-2.0
"""The tasks filter: what changes a server is recorded, and safe to repeat.

It stands between the filter that makes the context and the compute API, this
service's own or nova's. Of nova it needs the application and the environ of
an authenticated request; it has a configuration and a database of its own.
"""

from collections.abc import Callable, Iterable
import functools
from typing import Any

from oslo_config import cfg
from oslo_log import log
from oslo_middleware import request_id
from oslo_utils import uuidutils
import webob.exc

from ext_lib import context
from ext_lib import policy
from ext_lib.db import text
from ext_lib.wsgi import application
from ext_lib.wsgi import links
from ext_lib.wsgi import loading
from ext_lib.wsgi import request
from nova_ext import exception
from nova_ext.api.openstack import faults
from nova_ext.api.openstack.compute import server_tasks
from nova_ext.conf import opts
from nova_ext.db.facade import facade
from nova_ext.middleware import tasks_answers
from nova_ext.middleware import tasks_house
from nova_ext.middleware import tasks_owner
from nova_ext.middleware import tasks_requests
from nova_ext.middleware import tasks_settling
from nova_ext.middleware import tasks_steps
from nova_ext.middleware import tasks_tags
from nova_ext.middleware.tasks_answers import Answer
from nova_ext.middleware.tasks_requests import Effect
from nova_ext.middleware.tasks_requests import Operation
from nova_ext.objects.task import Task
from nova_ext.objects.task import TaskState
from nova_ext.policies import base as base_policies
from nova_ext.policies import server_tasks as policies

LOG = log.getLogger(__name__)

Environ = dict[str, Any]

_READING = tasks_requests.READING
_URL = '/tasks'
_TAG = 'HTTP_TASK_TAG'
#: How often to look again whether a reservation is free.
_ATTEMPTS = 10


class Repeated(Exception):
    """The request was accepted before, as ``task``."""

    def __init__(self, task: Task) -> None:
        super().__init__(task.uuid)
        self.task = task


class TasksFilter:
    """Records requests that change servers, and answers for them.

    :param conf: the filter's own configuration
    """

    def __init__(self, application: Any, conf: cfg.ConfigOpts) -> None:
        self.application = application
        self.conf = conf
        self.house = tasks_house.House(application)
        self.settler = tasks_settling.Settler(conf, self.house)
        self.links = links.Links(conf.api.compute_link_prefix)
        self.answers = tasks_answers.Faults(self.house, self.links)
        rules = [*base_policies.list_rules(), *policies.list_rules()]
        self.enforcer = policy.Enforcer(conf, rules)
        controller = server_tasks.ServerTasksController(
            self.links, self.settler
        )
        self.table = server_tasks.table(controller)

    def __call__(
        self, environ: Environ, start_response: Any
    ) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        # Most requests read, and shall not notice that there is a filter.
        if environ['REQUEST_METHOD'] in _READING:
            if _URL not in environ.get('PATH_INFO', ''):
                return _pass(self.application, environ, start_response)
            return _pass(self._read, environ, start_response)
        return _pass(self._change, environ, start_response)

    def _read(self, environ: Environ, start_response: Any) -> Any:
        """Answer from the tasks if it is them that are asked for."""
        own = {
            **environ,
            request.CONTEXT: self._context(environ),
            tasks_house.OUTER: environ,
        }
        req = request.Request(own)
        try:
            self._tasks_api(environ).router.match(req)
        except webob.exc.HTTPNotFound:
            return self.application(environ, start_response)
        return self._tasks_api(environ)(own, start_response)

    def _tasks_api(self, environ: Environ) -> application.Application:
        negotiator = self.house.negotiator(environ)
        return self._application_at(negotiator)

    @functools.lru_cache(maxsize=2)  # noqa: B019 - filters live for ever
    def _application_at(self, negotiator: Any) -> application.Application:
        settings = application.Settings(
            max_limit=self.conf.api.max_limit,
            check_answers=self.conf.api.response_validation == 'error',
        )
        return application.Application(
            self.table, negotiator, faults.FAULTS, settings
        )

    def _change(self, environ: Environ, start_response: Any) -> Any:
        """Pass on what changes something, with a task if it is a server."""
        req = request.Request(environ)
        project_id = environ.get('HTTP_X_PROJECT_ID')
        operation = tasks_requests.understand(req, project_id)
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
    ) -> Any:
        """Carry a request out as a task."""
        tasks_steps.reached(tasks_steps.RECEIVED)
        task = self._new_task(req, operation)
        try:
            if tag is not None:
                self._reserve(req, operation, task, tag)
        except Repeated as repeated:
            answer = self.answers.repeated(req, repeated.task)
            return answer(req.environ, start_response)
        except Exception:
            LOG.exception('A task could not be stored')
            return self.answers.no_store(req)(req.environ, start_response)
        tasks_steps.reached(tasks_steps.RESERVED)
        return self._carry_out(req, operation, task, start_response)

    def _reserve(
        self,
        req: request.Request,
        operation: Operation,
        task: Task,
        tag: str,
    ) -> None:
        """Store the task, pending, and the reservation of its tag.

        A task without a tag promises nothing: it is stored with its answer,
        which costs half as much.

        :raises Repeated: when another task has the reservation
        """
        fingerprint = tasks_tags.fingerprint(
            req.method,
            operation.path,
            req.query_string,
            tasks_requests.body(req),
        )
        task.tag = tag
        task.reservation = tasks_tags.reservation(
            str(task.obj_context.project_id), tag, fingerprint
        )
        for _ in range(_ATTEMPTS):
            try:
                task.create()
                return
            except exception.TaskReservationExists:
                self._check_holder(req, task)
        raise exception.TaskReservationExists()

    def _new_task(self, req: request.Request, operation: Operation) -> Task:
        server_id = operation.server_id
        if not uuidutils.is_uuid_like(server_id) or len(server_id or '') != 36:
            server_id = None
        return Task(
            self._context(req.environ),
            task=text.storable(operation.name),
            instance_uuid=server_id and server_id.lower(),
            owner=tasks_owner.current(self.conf.host),
        )

    def _check_holder(self, req: request.Request, task: Task) -> None:
        """See whether the task that has the reservation still needs it.

        :raises Repeated: when it does
        """
        holder = self._holder(task)
        if holder is not None and not holder.has_ended:
            self.settler.settle_one(req.environ, holder)
            holder = self._holder(task)
        if holder is None:
            return
        if not self.settler.has_lapsed(holder):
            raise Repeated(holder)
        holder.release()

    @staticmethod
    def _holder(task: Task) -> Task | None:
        found: Task | None = Task.get_by_reservation(
            task.obj_context, str(task.reservation)
        )
        return found

    def _carry_out(
        self,
        req: request.Request,
        operation: Operation,
        task: Task,
        start_response: Any,
    ) -> Any:
        try:
            answer = tasks_answers.ask(self.application, req.environ)
        except Exception:
            # Outside of the filter it becomes an answer of this code.
            _note(task, code=500, owner=None)
            raise
        tasks_steps.reached(tasks_steps.ANSWERED)
        if not answer.is_routed(req.environ):
            if 'id' in task:
                task.destroy()
            return tasks_answers.send(answer, start_response)
        self._conclude(req, operation, task, answer)
        tasks_steps.reached(tasks_steps.RECORDED)
        if 'id' in task:
            answer.headers.append((tasks_answers.ID, task.uuid))
        if 'tag' in task:
            answer.headers.append((tasks_answers.TAG, str(task.tag)))
        return tasks_answers.send(answer, start_response)

    def _conclude(
        self,
        req: request.Request,
        operation: Operation,
        task: Task,
        answer: Answer,
    ) -> None:
        """Store what an answer says of a task."""
        if answer.code >= 500:
            _note(task, code=answer.code, message=answer.reason, owner=None)
        elif answer.code >= 400:
            _note(
                task,
                code=answer.code,
                message=answer.reason,
                owner=None,
                state=TaskState.ERROR,
                ends=True,
                reservation=None,
            )
        else:
            made = self._made(req, operation, answer)
            first = {'instance_uuid': made[0]} if made else {}
            state = TaskState.RUNNING
            _note(task, code=answer.code, owner=None, state=state, **first)
            if len(made) > 1 and 'id' in task:
                _note_servers(task, made)

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

    def _context(self, environ: Environ) -> context.RequestContext:
        found: context.RequestContext = context.RequestContext.from_environ(
            environ,
            enforcer=self.enforcer,
            request_id=environ.get(request_id.ENV_REQUEST_ID),
            global_request_id=environ.get(request_id.GLOBAL_REQ_ID),
            # The thread's own context is the application's.
            overwrite=False,
        )
        found.is_admin = self.enforcer.authorize(
            'context_is_admin', {}, found, fatal=False
        )
        return found


def filter_factory(
    global_conf: dict[str, str], **local_conf: str
) -> Callable[[Any], TasksFilter]:
    """Return the filter for paste.

    ``config_file`` in the paste section names the filter's own file. In this
    service's own pipeline it may be left out.
    """
    conf = _configuration(local_conf.get('config_file'))
    return lambda app: TasksFilter(app, conf)


def _configuration(path: str | None) -> cfg.ConfigOpts:
    if path is None:
        return loading.current_conf()
    conf = cfg.ConfigOpts()
    try:
        _read_file(conf, path)
        facade.configure(conf)
    except Exception:
        # What stands behind the filter must serve whatever becomes of tasks.
        LOG.exception('Tasks are not configured: %s', path)
        conf = cfg.ConfigOpts()
        opts.register_opts(conf)
        conf([], project='nova-ext', default_config_files=[])
    return conf


def _read_file(conf: cfg.ConfigOpts, path: str) -> None:
    opts.register_opts(conf)
    # A store that is down is found out by the request that needs it.
    conf.set_default('max_retries', 0, 'database')
    # The variables of the environment are the other service's.
    conf(
        [],
        project='nova-ext',
        default_config_files=[path],
        default_config_dirs=[],
        use_env=False,
    )


def _pass(application: Any, environ: Environ, start_response: Any) -> Any:
    return application(environ, start_response)


def _note(task: Task, **values: Any) -> None:
    """Store what has become of a task, or at least that it is lost."""
    try:
        if 'id' in task:
            task.answer(**values)
        else:
            task.create_answered(**values)
    except Exception:
        LOG.exception(
            'The task of request %s is lost: %s',
            task.obj_context.request_id,
            values,
        )


def _note_servers(task: Task, made: list[str]) -> None:
    """Store the servers of a request for several, if that can be done.

    Otherwise they are found again when the task is read.
    """
    try:
        task.set_instances(made)
    except Exception:
        LOG.exception('The servers of task %s are lost', task.uuid)
