# SPDX-License-Identifier: Apache-2.0
"""servers/{server_id}/os-instance-actions: the audit trail of a server."""

from typing import Any

from ext_lib import exception as ext_exception
from ext_lib.wsgi import controller
from ext_lib.wsgi import links
from ext_lib.wsgi import request
from nova_ext import exception
from nova_ext.api.openstack.compute import filters
from nova_ext.api.openstack.compute import microversions
from nova_ext.api.openstack.compute.schemas import instance_actions as schema
from nova_ext.api.openstack.compute.views import instance_actions as view
from nova_ext.objects.instance import Instance
from nova_ext.objects.instance_action import InstanceAction
from nova_ext.objects.instance_action import InstanceActionList
from nova_ext.objects.instance_action_event import InstanceActionEventList
from nova_ext.policies import instance_actions as policies


class InstanceActionsController:
    """Lists and shows the actions of a server."""

    def __init__(self, links: links.Links) -> None:
        self.links = links

    @controller.query(schema.index_query)
    @controller.response(schema.index_response)
    def index(self, req: request.Request, server_id: str) -> dict[str, Any]:
        """List the actions of a server, newest first."""
        instance = _instance(req, server_id)
        req.context.can(policies.LIST, {'project_id': instance.project_id})
        actions = _page(req, instance.uuid)
        body = {'instanceActions': [view.summary(req, a) for a in actions]}
        path = ('servers', server_id, 'os-instance-actions')
        keys = [action.request_id for action in actions]
        if next_page := self.links.next_page(req, path, keys):
            body['links'] = next_page
        return body

    @controller.query(schema.show_query)
    @controller.response(schema.show_response)
    def show(
        self, req: request.Request, server_id: str, id: str
    ) -> dict[str, Any]:
        """Show the action of the request ``id``, with its events."""
        instance = _instance(req, server_id)
        target = {'project_id': instance.project_id}
        req.context.can(policies.SHOW, target)
        action = InstanceAction.get_by_request_id(
            req.context, instance.uuid, id
        )
        if action is None:
            raise exception.InstanceActionNotFound(request_id=id)
        shown = view.summary(req, action)
        rights = view.Rights(
            in_full=req.context.can(policies.EVENTS, target, fatal=False),
            details=req.context.can(policies.DETAILS, target, fatal=False),
        )
        if rights.in_full or microversions.supports(
            req, microversions.EVENTS_FOR_ALL
        ):
            shown['events'] = _events(req, instance, action, rights)
        return {'instanceAction': shown}


def _page(req: request.Request, server_id: str) -> InstanceActionList:
    """Return the requested actions.

    :raises MarkerNotFound: when the server has no action of the marker; as in
        nova, it names None instead of the marker
    """
    try:
        return InstanceActionList.get_page(
            req.context, server_id, req.page, filters.parsed(req)
        )
    except ext_exception.MarkerNotFound:
        raise ext_exception.MarkerNotFound(marker=None) from None


def _instance(req: request.Request, server_id: str) -> Instance:
    deleted_too = microversions.supports(req, microversions.DELETED_ACTIONS)
    return Instance.get_ref(req.context, server_id, read_deleted=deleted_too)


def _events(
    req: request.Request,
    instance: Instance,
    action: InstanceAction,
    rights: view.Rights,
) -> list[dict[str, Any]]:
    # Actions that the service itself began have no project.
    project_id = action.project_id or instance.project_id
    events = InstanceActionEventList.get_by_action(req.context, action.id)
    return [view.event(req, event, project_id, rights) for event in events]
