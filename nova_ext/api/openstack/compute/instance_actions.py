# SPDX-License-Identifier: Apache-2.0
"""servers/{server_id}/os-instance-actions: the audit trail of a server."""

from typing import Any

from ext_lib import exception as ext_exception
from ext_lib.wsgi import controller
from ext_lib.wsgi import links
from ext_lib.wsgi import request
from ext_lib.wsgi import schema
from ext_lib.wsgi.schema import Param
from nova_ext import exception
from nova_ext import policies
from nova_ext.api.openstack.compute import filters
from nova_ext.api.openstack.compute import microversions
from nova_ext.api.openstack.compute.schemas import types
from nova_ext.api.openstack.compute.views import instance_actions as view
from nova_ext.objects.instance_action import InstanceAction
from nova_ext.objects.instance_action import InstanceActionList

_INDEX_QUERY = schema.Query(
    {
        'limit': Param(types.limit, since='2.58'),
        'marker': Param(types.string, since='2.58'),
        'changes-since': Param(types.date_time, since='2.58'),
        'changes-before': Param(types.date_time, since='2.66'),
    },
    strict_since='2.58',
)

_SHOW_QUERY = schema.Query({}, strict_since='2.102')


_ACTION = {
    'action': Param(types.string, required=True),
    'instance_uuid': Param(types.uuid, required=True),
    'request_id': Param(types.string, required=True),
    'user_id': Param(types.string_or_null, required=True),
    'project_id': Param(types.string_or_null, required=True),
    'start_time': Param(types.date_time, required=True),
    'message': Param(types.string_or_null, required=True),
    'updated_at': Param(types.date_time_or_null, since='2.58', required=True),
}

_EVENT = schema.Body(
    {
        'event': Param(types.string, required=True),
        'start_time': Param(types.date_time, required=True),
        'finish_time': Param(types.date_time_or_null, required=True),
        'result': Param({'enum': ['Success', 'Error', None]}, required=True),
        'traceback': Param(types.string_or_null),
        'host': Param(types.string_or_null, since='2.62'),
        'hostId': Param(types.host_id, since='2.62', required=True),
        'details': Param(types.string_or_null, since='2.84'),
    }
)

_INDEX_RESPONSE = schema.Body(
    {
        'instanceActions': Param(
            schema.ListOf(schema.Body(_ACTION)), required=True
        ),
        'links': Param(types.links, since='2.58'),
    }
)

_SHOW_RESPONSE = schema.wrapped(
    'instanceAction',
    schema.Body(
        {
            **_ACTION,
            'events': Param(schema.ListOf(_EVENT)),
        }
    ),
)


class InstanceActionsController:
    """Lists and shows the actions of a server."""

    def __init__(self, links: links.Links) -> None:
        self.links = links

    @controller.query(_INDEX_QUERY)
    @controller.response(_INDEX_RESPONSE)
    def index(self, req: request.Request, server_id: str) -> dict[str, Any]:
        """List the actions of a server, newest first.

        :raises MarkerNotFound: when the server has no action of the marker;
            as in nova, it names None instead of the marker
        """
        wanted = filters.unchecked(req)
        server, actions = InstanceActionList.get_with_server(
            req.context, server_id, req.page, wanted, _reads_deleted(req)
        )
        # Who may not list is refused before what is wrong with the request.
        req.context.can(
            policies.InstanceActions.LIST, {'project_id': server.project_id}
        )
        filters.check(wanted)
        if actions is None:
            raise ext_exception.MarkerNotFound(marker=None)
        shown = view.summaries(req, actions.objects)
        body: dict[str, Any] = {'instanceActions': shown}
        path = ('servers', server_id, 'os-instance-actions')
        keys = [action['request_id'] for action in shown]
        if next_page := self.links.next_page(req, path, keys):
            body['links'] = next_page
        return body

    @controller.query(_SHOW_QUERY)
    @controller.response(_SHOW_RESPONSE)
    def show(
        self, req: request.Request, server_id: str, id: str
    ) -> dict[str, Any]:
        """Show the action of the request ``id``, with its events."""
        server, action, events = InstanceAction.get_with_server(
            req.context, server_id, id, _reads_deleted(req)
        )
        target = {'project_id': server.project_id}
        req.context.can(policies.InstanceActions.SHOW, target)
        if action is None:
            raise exception.InstanceActionNotFound(request_id=id)
        [shown] = view.summaries(req, [action])
        rights = _rights(req, target)
        if rights.in_full or microversions.supports(
            req, microversions.EVENTS_FOR_ALL
        ):
            # Actions that the service itself began have no project.
            owner = action.project_id or server.project_id
            shown['events'] = [
                view.event(req, event, owner, rights)
                for event in events.objects
            ]
        return {'instanceAction': shown}


def _rights(req: request.Request, target: dict[str, Any]) -> view.Rights:
    """Return what the caller may see of the events of an action."""
    rules = policies.InstanceActions
    return view.Rights(
        in_full=req.context.can(rules.EVENTS, target, fatal=False),
        details=req.context.can(rules.DETAILS, target, fatal=False),
    )


def _reads_deleted(req: request.Request) -> bool:
    return microversions.supports(req, microversions.DELETED_ACTIONS)
