# SPDX-License-Identifier: Apache-2.0
"""audit: actions, timelines and migrations of all servers, from the trail.

Nova does not have these URLs, and their answers are the same at every
microversion.
"""

from typing import Any
import uuid

from oslo_utils import strutils
from oslo_utils import uuidutils

from ext_lib import exception as ext_exception
from ext_lib.wsgi import controller
from ext_lib.wsgi import links
from ext_lib.wsgi import request
from ext_lib.wsgi import routing
from nova_ext import exception
from nova_ext import policies
from nova_ext.api.openstack.compute import filters
from nova_ext.api.openstack.compute.schemas import audit as schemas
from nova_ext.api.openstack.compute.views import audit as view
from nova_ext.objects import audit

_ROOT = 'audit'
_SINCE, _BEFORE = 'since', 'before'
#: Columns of actions, by the names of filters.
_COLUMNS = {
    'user': 'user_id',
    'project': 'server_project_id',
    'server': 'instance_uuid',
    'server_name': 'server_name',
    'host': 'host',
    'action': 'action',
    'result': 'outcome',
    'request_id': 'request_id',
}


class InvalidSpan(ext_exception.Invalid):
    """Actions are requested for a time that ends before it begins."""

    msg_fmt = 'The value of since must be less than or equal to before.'


class AuditController:
    """Lists actions across servers, and shows what was done to one."""

    def __init__(self, links: links.Links) -> None:
        self.links = links

    @controller.query(schemas.ACTIONS_QUERY)
    @controller.response(schemas.ACTIONS_RESPONSE)
    def actions(self, req: request.Request) -> dict[str, Any]:
        """List actions, newest first."""
        rights = view.Rights(req)
        project = _project(req, rights, policies.Audit.ACTIONS)
        wanted = _filters(req)
        has_events = strutils.bool_from_string(req.filters.get('events'))
        wanted |= _owner(req, wanted.get('server_project_id'), project)
        if 'host' in wanted and not rights.hosts(project):
            raise ext_exception.PolicyNotAuthorized(
                action=policies.Audit.HOSTS
            )
        found = audit.get_actions(req.context, wanted, req.page)
        events = None
        if has_events:
            in_full = any(rights.in_full(a.server_project_id) for a in found)
            events = audit.get_events(req.context, found, in_full)
        shown = view.actions(found, events, rights)
        return self._body(req, ('actions',), shown)

    @controller.query(schemas.TIMELINE_QUERY)
    @controller.response(schemas.TIMELINE_RESPONSE)
    def timeline(self, req: request.Request, server_id: str) -> dict[str, Any]:
        """Show all that was done to a server, oldest first."""
        rights = view.Rights(req)
        project = _project(req, rights, policies.Audit.TIMELINE)
        server = _server(req, server_id, project)
        owner = server.project_id
        kinds = [audit.ACTION, audit.EVENT]
        if rights.may(policies.Audit.MIGRATIONS, owner):
            kinds.append(audit.MIGRATION)
        wanted = audit.Wanted(kinds, rights.in_full(owner), project)
        entries, tasks = audit.get_timeline(
            req.context, server, wanted, req.page
        )
        shown = [view.entry(entry, owner, rights) for entry in entries]
        path = ('servers', server_id, 'timeline')
        return {
            'server': view.server(server),
            'tasks': tasks,
            **self._body(req, path, shown),
        }

    @controller.query(schemas.MIGRATIONS_QUERY)
    @controller.response(schemas.MIGRATIONS_RESPONSE)
    def migrations(
        self, req: request.Request, server_id: str
    ) -> dict[str, Any]:
        """List the migrations of a server, of all types, newest first."""
        rights = view.Rights(req)
        project = _project(req, rights, policies.Audit.MIGRATIONS)
        server = _server(req, server_id, project)
        found = audit.get_migrations(
            req.context, server, dict(req.filters), req.page
        )
        with_hosts = rights.hosts(server.project_id)
        shown = [view.migration(row, with_hosts) for row in found]
        return self._body(req, ('servers', server_id, 'migrations'), shown)

    def _body(
        self,
        req: request.Request,
        path: tuple[str, ...],
        shown: list[dict[str, Any]],
    ) -> dict[str, Any]:
        name = path[-1]
        body: dict[str, Any] = {name: shown}
        keys = [one['id'] for one in shown]
        if next_page := self.links.next_page(req, (_ROOT, *path), keys):
            body[f'{name}_links'] = next_page
        return body


def table(links: links.Links) -> routing.Table:
    """Return the routes."""
    controller = AuditController(links)
    one = f'/{_ROOT}/servers/{{server_id}}'
    return (
        (f'/{_ROOT}/actions', {'GET': controller.actions}),
        (f'{one}/timeline', {'GET': controller.timeline}),
        (f'{one}/migrations', {'GET': controller.migrations}),
    )


def _project(
    req: request.Request, rights: view.Rights, rule: str
) -> str | None:
    """Return the project whose records the caller sees; None for all.

    :raises PolicyNotAuthorized: when the caller may see none
    :raises TrailNotFound: when this service has no trail
    """
    own: str | None = req.context.project_id
    req.context.can(rule, {'project_id': own})
    audit.check_available()
    return None if rights.may(policies.Audit.ALL_PROJECTS, own) else own


def _owner(
    req: request.Request, asked: str | None, project: str | None
) -> dict[str, str]:
    """Return the filter by the project of servers.

    :raises PolicyNotAuthorized: when it may not be asked for
    """
    if project is None:
        return {}
    if asked not in (None, project):
        req.context.can(policies.Audit.ALL_PROJECTS, {'project_id': project})
    return {'server_project_id': project}


def _filters(req: request.Request) -> dict[str, Any]:
    """Return the filters of a list of actions.

    :raises InvalidSpan: when the time ends before it begins
    """
    given = req.filters
    wanted: dict[str, Any] = {
        column: given[name]
        for name, column in _COLUMNS.items()
        if name in given
    }
    if 'server' in given:
        wanted['instance_uuid'] = str(uuid.UUID(given['server']))
    for name in (_SINCE, _BEFORE):
        if name in given:
            wanted[name] = filters.naive_utc(given[name])
    if {_SINCE, _BEFORE} <= wanted.keys() and wanted[_SINCE] > wanted[_BEFORE]:
        raise InvalidSpan()
    return wanted


def _server(
    req: request.Request, server_id: str, project: str | None
) -> audit.Server:
    """Return a server that the caller may see.

    :raises InstanceNotFound: when there is none
    """
    if not uuidutils.is_uuid_like(server_id):
        raise exception.InstanceNotFound(instance_id=server_id)
    return audit.get_server(req.context, str(uuid.UUID(server_id)), project)
