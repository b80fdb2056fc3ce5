# SPDX-License-Identifier: Apache-2.0
"""servers/{server_id or tag}/tasks: the outcomes of requests.

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
from nova_ext.api.openstack.compute.schemas import server_tasks as schema
from nova_ext.api.openstack.compute.views import server_tasks as view
from nova_ext.objects.task import Task
from nova_ext.objects.task import TaskList
from nova_ext.objects.task import TaskState
from nova_ext.policies import server_tasks as policies

#: The most tasks of one server or tag that one request resolves.
_MOST = 1000
_SINCE = 'changes-since'
#: Filters by what may change while a task is unfinished.
_VARIABLE = frozenset({'state', _SINCE})


class Application(Protocol):
    """The compute API that carries the requests out."""

    def resolve(self, environ: dict[str, Any], tasks: Iterable[Task]) -> None:
        """Store the outcomes of unfinished tasks, as far as there are any."""

    def shows_server(self, environ: dict[str, Any], server_id: str) -> bool:
        """Return whether the caller may see a server."""


class ServerTasksController:
    """Lists and shows tasks."""

    def __init__(self, links: links.Links, application: Application) -> None:
        self.links = links
        self.application = application

    @controller.query(schema.index_query)
    @controller.response(schema.index_response)
    def index(self, req: request.Request, server_id: str) -> controller.Reply:
        """List the tasks of a server or with a tag, newest first."""
        wanted = filters.parsed(req)
        project = _project(
            req, wanted, policies.INDEX, policies.INDEX_ALL_TENANTS
        )
        wanted['project_id'] = project
        tasks = self._resolved(req, server_id, wanted)
        is_tag = _has_tag(tasks, server_id) or TaskList.has_tag(
            req.context, server_id, project
        )
        if not tasks and not is_tag:
            self._check_server(req, server_id, project)
        body = {'tasks': [self._shown(req, server_id, t) for t in tasks]}
        path = ('servers', server_id, 'tasks')
        keys = [task.uuid for task in tasks]
        if next_page := self.links.next_page(req, path, keys):
            body['tasks_links'] = next_page
        headers = {'Task-tag': server_id} if is_tag else {}
        return controller.Reply(body, headers)

    @controller.query(schema.show_query)
    @controller.response(schema.show_response)
    def show(
        self, req: request.Request, server_id: str, id: str
    ) -> controller.Reply:
        """Show one task of a server or with a tag."""
        project = _project(
            req, dict(req.query), policies.SHOW, policies.SHOW_ALL_TENANTS
        )
        task = Task.get_by_uuid(req.context, id, project)
        if not task.has_ended:
            self.application.resolve(req.environ, [task])
            task = Task.get_by_uuid(req.context, id, project)
        if not _is_of(task, server_id):
            raise exception.TaskNotFound(task_id=id)
        headers = {'Task-tag': server_id} if task.tag == server_id else {}
        body = {'task': self._shown(req, server_id, task)}
        return controller.Reply(body, headers)

    def _resolved(
        self, req: request.Request, key: str, wanted: dict[str, Any]
    ) -> TaskList:
        """Return a page of tasks, after resolving the unfinished ones."""
        ask = functools.partial(TaskList.get_page, req.context, key)
        if _VARIABLE.isdisjoint(wanted):
            tasks = ask(wanted, req.page)
            if all(task.has_ended for task in tasks):
                return tasks
        else:
            # The outcome of a task decides whether it is wanted.
            states = list(TaskState.UNFINISHED)
            tasks = ask({**wanted, 'state': states, _SINCE: None}, Page(_MOST))
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
        self, req: request.Request, key: str, task: Task
    ) -> dict[str, Any]:
        return view.show(req, self.links, key, task)


def table(controller: ServerTasksController) -> routing.Table:
    """Return the routes, which the filter serves."""
    path = '/servers/{server_id}/tasks'
    return (
        (path, {'GET': controller.index}),
        (f'{path}/{{id}}', {'GET': controller.show}),
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


def _has_tag(tasks: Iterable[Task], tag: str) -> bool:
    return any(task.tag == tag for task in tasks)


def _is_of(task: Task, key: str) -> bool:
    servers = (task.instance_uuid, *task.instance_uuids)
    return key == task.tag or key.lower() in servers
