# SPDX-License-Identifier: Apache-2.0
"""servers/{server_id or tag}/tasks and os-server-tasks: outcomes of requests.

The first has the tasks of one server or tag, the second those of a project.
The tasks filter routes here, in front of this service's own API or nova's.
"""

from collections.abc import Iterable
from typing import Any, Protocol

from oslo_utils import strutils

from ext_lib import exception as ext_exception
from ext_lib import masking
from ext_lib.wsgi import controller
from ext_lib.wsgi import links
from ext_lib.wsgi import request
from ext_lib.wsgi import routing
from ext_lib.wsgi import schema
from ext_lib.wsgi import timestamps
from ext_lib.wsgi.schema import Param
from nova_ext import exception
from nova_ext import policies
from nova_ext.api.openstack.compute import filters
from nova_ext.api.openstack.compute import task_pages
from nova_ext.api.openstack.compute.schemas import types
from nova_ext.objects.task import RequestState
from nova_ext.objects.task import Task
from nova_ext.objects.task import TaskList

_RULES = policies.ServerTasks
_TASKS = 'tasks'
_ALL = 'os-server-tasks'

#: What a task shows as it is stored.
_PLAIN = (
    'uuid', 'task', 'state', 'request_id', 'user_id', 'project_id', 'tag',
    'code', 'message',
)  # fmt: skip

_STRICT = '2.1'
_SECONDS = {'type': 'string', 'pattern': '^[0-9]{1,9}$'}

_FILTERS: schema.Params = {
    'limit': Param(types.limit),
    'marker': Param(types.uuid),
    'state': Param({'enum': list(RequestState.ALL)}),
    'changes-since': Param(types.date_time),
    'all_tenants': Param(types.boolean_like),
}
_INDEX_QUERY = schema.Query(
    {**_FILTERS, 'wait': Param(_SECONDS)}, strict_since=_STRICT
)
_INDEX_ALL_QUERY = schema.Query(
    {
        **_FILTERS,
        'server': Param(types.uuid),
        'tag': Param({'type': 'string', 'minLength': 1, 'maxLength': 255}),
    },
    strict_since=_STRICT,
)

_SHOW_QUERY = schema.Query(
    {'all_tenants': Param(types.boolean_like)}, strict_since=_STRICT
)

_TASK = schema.Body(
    {
        'uuid': Param(types.uuid, required=True),
        'task': Param(types.string, required=True),
        'state': Param({'enum': list(RequestState.ALL)}, required=True),
        'resource': Param(
            {
                'type': 'object',
                'patternProperties': {'^(server|image|network|volume)$': {}},
                'additionalProperties': False,
            },
            required=True,
        ),
        'request_id': Param(types.string, required=True),
        'user_id': Param(types.string, required=True),
        'project_id': Param(types.string, required=True),
        'start_time': Param(types.date_time, required=True),
        'last_updated': Param(types.date_time, required=True),
        'tag': Param(types.string_or_null, required=True),
        'code': Param(types.integer_or_null, required=True),
        'message': Param(types.string_or_null, required=True),
        'servers': Param({'type': 'array', 'items': types.uuid}),
        'links': Param(types.links, required=True),
    }
)

_INDEX_RESPONSE = schema.Body(
    {
        'tasks': Param(schema.ListOf(_TASK), required=True),
        'tasks_links': Param(types.links),
    }
)

_SHOW_RESPONSE = schema.wrapped('task', _TASK)

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
        self.pages = task_pages.TaskPages(application.resolve, waiting)

    @controller.query(_INDEX_QUERY)
    @controller.response(_INDEX_RESPONSE)
    def index(self, req: request.Request, server_id: str) -> controller.Reply:
        """List the tasks of a server or with a tag, newest first."""
        wanted = _filters(req)
        project = wanted['project_id']
        tasks, headers = self._page(req, server_id, wanted)
        is_tag = _has_tag(tasks, server_id) or TaskList.has_tag(
            req.context, server_id, project
        )
        if is_tag:
            headers['Task-tag'] = server_id
        elif not tasks:
            self._check_server(req, server_id, project)
        return controller.Reply(self._body(req, server_id, tasks), headers)

    @controller.query(_SHOW_QUERY)
    @controller.response(_SHOW_RESPONSE)
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

    @controller.query(_INDEX_ALL_QUERY)
    @controller.response(_INDEX_RESPONSE)
    def index_all(self, req: request.Request) -> dict[str, Any]:
        """List the tasks of a project, newest first."""
        return self._body(req, None, self.pages.get(req, None, _filters(req)))

    @controller.query(_SHOW_QUERY)
    @controller.response(_SHOW_RESPONSE)
    def show_any(self, req: request.Request, id: str) -> dict[str, Any]:
        """Show one task of a project."""
        return {'task': self._shown(req, None, self._task(req, id))}

    def _task(self, req: request.Request, uuid: str) -> Task:
        """Return a task that the caller may see, as it is now.

        :raises TaskNotFound: when there is none
        """
        project = _project(
            req, dict(req.query), _RULES.SHOW, _RULES.SHOW_ALL_TENANTS
        )
        task = Task.get_by_uuid(req.context, uuid, project)
        if task.has_ended:
            return task
        self.application.resolve(req.environ, [task])
        return Task.get_by_uuid(req.context, uuid, project)

    def _page(
        self, req: request.Request, key: str, wanted: dict[str, Any]
    ) -> tuple[TaskList, dict[str, str]]:
        """Return a page, for which the caller may wait, and headers."""
        # A page that is followed was not asked to be waited for.
        req.query.pop('wait', None)
        seconds = int(wanted.pop('wait', 0))
        if not seconds:
            return self.pages.get(req, key, wanted), {}
        tasks, could_wait = self.pages.get_changed(req, key, wanted, seconds)
        return tasks, {} if could_wait else {'Retry-After': str(_SOON)}

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

    def _body(
        self, req: request.Request, key: str | None, tasks: TaskList
    ) -> dict[str, Any]:
        body = {_TASKS: [self._shown(req, key, task) for task in tasks]}
        keys = [task.uuid for task in tasks]
        if next_page := self.links.next_page(req, _path(key), keys):
            body['tasks_links'] = next_page
        return body

    def _shown(
        self, req: request.Request, key: str | None, task: Task
    ) -> dict[str, Any]:
        return show_task(req, self.links, _path(key), task)


def table(controller: ServerTasksController) -> routing.Table:
    """Return the routes, which the filter serves."""
    path = f'/servers/{{server_id}}/{_TASKS}'
    return (
        (path, {'GET': controller.index}),
        (f'{path}/{{id}}', {'GET': controller.show}),
        (f'/{_ALL}', {'GET': controller.index_all}),
        (f'/{_ALL}/{{id}}', {'GET': controller.show_any}),
    )


def _path(key: str | None) -> tuple[str, ...]:
    return (_ALL,) if key is None else ('servers', key, _TASKS)


def _filters(req: request.Request) -> dict[str, Any]:
    """Return the filters of a list, with the project whose tasks it has."""
    wanted = filters.parsed(req)
    wanted['project_id'] = _project(
        req, wanted, _RULES.INDEX, _RULES.INDEX_ALL_TENANTS
    )
    return wanted


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


def show_task(
    req: request.Request,
    links: links.Links,
    path: tuple[str, ...],
    task: Task,
) -> dict[str, Any]:
    """Return a task.

    :param path: of the tasks that are looked at
    """
    shown: dict[str, Any] = {name: getattr(task, name) for name in _PLAIN}
    if task.message:
        # During an upgrade, processes of an earlier release store secrets.
        shown['message'] = masking.mask_text(task.message)
    shown['resource'] = {}
    if task.instance_uuid:
        shown['resource']['server'] = task.instance_uuid
    shown['start_time'] = timestamps.zulu(task.created_at)
    shown['last_updated'] = timestamps.zulu(task.updated_at)
    if task.instance_uuids:
        shown['servers'] = list(task.instance_uuids)
    shown['links'] = links.resource(req, *path, task.uuid)
    return shown
