# SPDX-License-Identifier: Apache-2.0
"""A task: the record of a request that changes a server."""

from openstack import resource

PENDING = 'pending'
RUNNING = 'running'
SUCCESS = 'success'
ERROR = 'error'
#: The states of a task that continues.
UNFINISHED = frozenset({PENDING, RUNNING})


class Task(resource.Resource):
    """A task of a server or with a tag.

    Compute API, ``GET /servers/{server_id or tag}/tasks`` and, for those of
    a project, ``GET /os-server-tasks``.
    """

    resource_key = 'task'
    resources_key = 'tasks'
    base_path = '/servers/%(server_or_tag)s/tasks'

    allow_fetch = True
    allow_list = True

    _query_mapping = resource.QueryParameters(
        'state', 'wait', 'server', 'tag', all_projects='all_tenants',
        changes_since='changes-since',
    )  # fmt: skip

    #: The server or the tag below which the task was read, if any.
    server_or_tag = resource.URI('server_or_tag')
    #: The id of the task, a UUID.
    id = resource.Body('uuid', alternate_id=True)
    #: The name of the action, as nova records it: ``create``, ``reboot``.
    task = resource.Body('task')
    #: ``pending``, ``running``, ``success`` or ``error``.
    state = resource.Body('state')
    #: What the task is about, by kind: ``{'server': UUID}``; the server is
    #: missing while it is not known.
    resources = resource.Body('resource', type=dict)
    #: The id of the request.
    request_id = resource.Body('request_id')
    #: The id of the user who sent the request.
    user_id = resource.Body('user_id')
    #: The id of the project that the task belongs to.
    project_id = resource.Body('project_id')
    #: When the request arrived: ISO 8601, UTC.
    start_time = resource.Body('start_time')
    #: When the task changed last: ISO 8601, UTC.
    last_updated = resource.Body('last_updated')
    #: The tag of the request; None without one.
    tag = resource.Body('tag')
    #: The status of the answer to the request; None while there is none.
    code = resource.Body('code', type=int)
    #: Why the task failed; None if it did not.
    message = resource.Body('message')
    #: The ids of all servers, where a request made several.
    servers = resource.Body('servers', type=list)
    #: URLs of the task.
    links = resource.Body('links')

    @property
    def server_id(self) -> str | None:
        """The id of the server, the first of several; None if not known."""
        return (self.resources or {}).get('server')

    @property
    def has_ended(self) -> bool:
        """True once the task has succeeded or failed."""
        return self.state not in UNFINISHED
