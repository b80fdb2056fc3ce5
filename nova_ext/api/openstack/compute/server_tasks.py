# SPDX-License-Identifier: Apache-2.0
"""servers/{server_id or tag}/tasks and os-server-tasks: outcomes of requests.

The first has the tasks of one server or tag, the second those of a project.
The tasks filter routes here, in front of this service's own API or nova's.
"""

from collections.abc import Iterable
import functools
from typing import Any, Protocol

from oslo_utils import strutils

from ext_lib import exception as ext_exception
from ext_lib.paging import Page
from ext_lib.wsgi import controller
from ext_lib.wsgi import links
from ext_lib.wsgi import request
from ext_lib.wsgi import routing
from nova_ext import exception
from nova_ext.api.openstack.compute import filters
from nova_ext.api.openstack.compute import task_pages
from nova_ext.api.openstack.compute.schemas import server_tasks as schema
from nova_ext.api.openstack.compute.views import server_tasks as view
from nova_ext.objects.task import Task
from nova_ext.objects.task import TaskList
from nova_ext.objects.task import TaskState
from nova_ext.policies import server_tasks as policies

#: The most tasks of one server or tag that one request resolves.
_MOST = 1000
_SINCE = 'changes-since'
_TASKS = 'tasks'
_ALL = 'os-server-tasks'
#: Filters by what may change while a task is unfinished.
_VARIABLE = frozenset({'state', _SINCE})

#: Seconds after which to ask again for what could not be waited for.
_SOON = 2


class Application(Protocol):
    """The compute API that carries the requests out."""

    def resolve(self, environ: dict[str, Any], tasks: Iterable[Task]) -> None:
        """Store the outcomes of unfinished tasks, as far as there are any."""

    def shows_server(self, environ: dict[str, Any], server_id: str) -> bool:
        """Return whether the caller may see a server."""


class ServerTasksController:
    """Lists and shows tasks."""

    def __init__(
        self,
        links: links.Links,
        application: Application,
        waiting: task_pages.Waiting,
    ) -> None:
        self.links = links
        self.application = application
        self.waiting = waiting

    @controller.query(schema.index_query)
    @controller.response(schema.index_response)
    def index(self, req: request.Request, server_id: str) -> controller.Reply:
        """List the tasks of a server or with a tag, newest first."""
        wanted = filters.parsed(req)
        project = _project(
            req, wanted, policies.INDEX, policies.INDEX_ALL_TENANTS
        )
        wanted['project_id'] = project
        # A page that is followed was not asked to be waited for.
        req.query.pop('wait', None)
        headers: dict[str, str] = {}
        if seconds := int(wanted.pop('wait', 0)):
            tasks = self._waited_for(req, server_id, wanted, seconds, headers)
        else:
            tasks = self._resolved(req, server_id, wanted)
        is_tag = _has_tag(tasks, server_id) or TaskList.has_tag(
            req.context, server_id, project
        )
        if not tasks and not is_tag:
            self._check_server(req, server_id, project)
        body = {_TASKS: [self._shown(req, server_id, t) for t in tasks]}
        path = ('servers', server_id, _TASKS)
        keys = [task.uuid for task in tasks]
        if next_page := self.links.next_page(req, path, keys):
            body['tasks_links'] = next_page
        if is_tag:
            headers['Task-tag'] = server_id
        return controller.Reply(body, headers)

    @controller.query(schema.show_query)
    @controller.response(schema.show_response)
    def show(
        self, req: request.Request, server_id: str, id: str
    ) -> controller.Reply:
        """Show one task of a server or with a tag."""
        task = self._task(req, id)
        if not _is_of(task, server_id):
            raise exception.TaskNotFound(task_id=id)
        headers = {'Task-tag': server_id} if task.tag == server_id else {}
        body = {'task': self._shown(req, server_id, task)}
        return controller.Reply(body, headers)

    @controller.query(schema.index_all_query)
    @controller.response(schema.index_all_response)
    def index_all(self, req: request.Request) -> dict[str, Any]:
        """List the tasks of a project, newest first."""
        wanted = filters.parsed(req)
        wanted['project_id'] = _project(
            req, wanted, policies.INDEX, policies.INDEX_ALL_TENANTS
        )
        tasks = self._resolved(req, None, wanted)
        body = {_TASKS: [self._shown(req, None, task) for task in tasks]}
        keys = [task.uuid for task in tasks]
        if next_page := self.links.next_page(req, (_ALL,), keys):
            body['tasks_links'] = next_page
        return body

    @controller.query(schema.show_query)
    @controller.response(schema.show_response)
    def show_any(self, req: request.Request, id: str) -> dict[str, Any]:
        """Show one task of a project."""
        return {'task': self._shown(req, None, self._task(req, id))}

    def _task(self, req: request.Request, uuid: str) -> Task:
        """Return a task that the caller may see, as it is now.

        :raises TaskNotFound: when there is none
        """
        project = _project(
            req, dict(req.query), policies.SHOW, policies.SHOW_ALL_TENANTS
        )
        task = Task.get_by_uuid(req.context, uuid, project)
        if task.has_ended:
            return task
        self.application.resolve(req.environ, [task])
        return Task.get_by_uuid(req.context, uuid, project)

    def _waited_for(
        self,
        req: request.Request,
        key: str,
        wanted: dict[str, Any],
        seconds: int,
        headers: dict[str, str],
    ) -> TaskList:
        """Return a page once it changes, or no task is unfinished.

        :param headers: gets one that says when to ask again, if it was not
            waited
        """
        look = functools.partial(self._resolved, req, key, wanted, True)
        found = [look()]

        def has_changed() -> bool:
            found.append(look())
            before, after = (_outline(tasks) for tasks in found[-2:])
            return before != after or not self._is_open(req, key, wanted)

        if self._is_open(req, key, wanted) and not self.waiting.until(
            req.environ, seconds, has_changed
        ):
            headers['Retry-After'] = str(_SOON)
        return found[-1]

    @staticmethod
    def _is_open(
        req: request.Request, key: str, wanted: dict[str, Any]
    ) -> bool:
        """Return whether a task of a server or tag is unfinished."""
        return bool(
            TaskList.get_page(req.context, key, _open(wanted), Page(1))
        )

    def _resolved(
        self,
        req: request.Request,
        key: str | None,
        wanted: dict[str, Any],
        everything: bool = False,
    ) -> TaskList:
        """Return a page of tasks, after resolving the unfinished ones.

        :param key: a server or a tag; None for all
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
        self.application.resolve(req.environ, unfinished)
        return ask(wanted, req.page)

    def _check_server(
        self, req: request.Request, server_id: str, project: str | None
    ) -> None:
        anything = TaskList.get_by_key(
            req.context, server_id, {'project_id': project}, limit=1
        )
        if anything:
            return
        if not self.application.shows_server(req.environ, server_id):
            raise exception.InstanceNotFound(instance_id=server_id)

    def _shown(
        self, req: request.Request, key: str | None, task: Task
    ) -> dict[str, Any]:
        path = (_ALL,) if key is None else ('servers', key, _TASKS)
        return view.show(req, self.links, path, task)


def table(controller: ServerTasksController) -> routing.Table:
    """Return the routes, which the filter serves."""
    path = f'/servers/{{server_id}}/{_TASKS}'
    return (
        (path, {'GET': controller.index}),
        (f'{path}/{{id}}', {'GET': controller.show}),
        (f'/{_ALL}', {'GET': controller.index_all}),
        (f'/{_ALL}/{{id}}', {'GET': controller.show_any}),
    )


def _project(
    req: request.Request, query: dict[str, Any], rule: str, any_rule: str
) -> str | None:
    """Return the project whose tasks may be seen; None for all projects.

    :raises PolicyNotAuthorized: when the policy refuses, or the token has no
        project, which is refused for all rules of this API
    """
    own: str | None = req.context.project_id
    is_any = strutils.bool_from_string(query.pop('all_tenants', False))
    rule = any_rule if is_any else rule
    if not own:
        raise ext_exception.PolicyNotAuthorized(action=rule)
    req.context.can(rule, {'project_id': own})
    return None if is_any else own


def _open(wanted: dict[str, Any]) -> dict[str, Any]:
    """Return the filters for what is unfinished, whatever it may become."""
    return {**wanted, 'state': list(TaskState.UNFINISHED), _SINCE: None}


def _outline(tasks: Iterable[Task]) -> list[Any]:
    """Return what a client that waits wants to know of tasks."""
    return [
        (task.uuid, task.state, task.code, task.instance_uuid)
        for task in tasks
    ]


def _has_tag(tasks: Iterable[Task], tag: str) -> bool:
    return any(task.tag == tag for task in tasks)


def _is_of(task: Task, key: str) -> bool:
    servers = (task.instance_uuid, *task.instance_uuids)
    return key == task.tag or key.lower() in servers
