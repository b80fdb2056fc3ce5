# SPDX-License-Identifier: Apache-2.0
"""servers/{server_id}/action: what users do to servers."""

from collections.abc import Callable
from typing import Any

from oslo_utils import strutils

from ext_lib.wsgi import controller
from ext_lib.wsgi import request
from nova_ext.api.openstack.compute import microversions
from nova_ext.api.openstack.compute import server_properties
from nova_ext.api.openstack.compute import server_view
from nova_ext.api.openstack.compute.schemas import server_actions as schema
from nova_ext.api.openstack.compute.schemas import server_answers as answers
from nova_ext.compute.api import servers as compute
from nova_ext.flavors import Catalogue
from nova_ext.objects.instance import Instance
from nova_ext.policies import servers as policies

Body = dict[str, Any]


def _instance_for(req: request.Request, server_id: str, rule: str) -> Instance:
    """Return the server of a request that ``rule`` guards.

    :raises InstanceNotFound: when there is none that the caller may see
    :raises PolicyNotAuthorized: when the rule does not permit the request
    """
    instance = Instance.get_by_uuid(req.context, server_id)
    req.context.can(rule, {'project_id': instance.project_id})
    return instance


def _plain(
    rule: str, form: Any, operation: Callable[..., None], doc: str
) -> controller.Method:
    """Return a controller method for an action without parameters."""

    @controller.status(202)
    @controller.body(form)
    def act(
        self: 'ServerActionsController',
        req: request.Request,
        server_id: str,
        body: Body,
    ) -> None:
        instance = _instance_for(req, server_id, rule)
        operation(self.compute_api, req.context, instance)

    act.__doc__ = doc
    return act


class ServerActionsController:
    """Actions on servers that stay on their host."""

    def __init__(
        self,
        compute_api: compute.API,
        view: server_view.ServerView,
    ) -> None:
        self.compute_api = compute_api
        self.view = view

    start = _plain(policies.START, schema.start, compute.API.start, 'Start.')
    stop = _plain(policies.STOP, schema.stop, compute.API.stop, 'Stop.')
    pause = _plain(policies.PAUSE, schema.pause, compute.API.pause, 'Pause.')
    unpause = _plain(
        policies.UNPAUSE, schema.unpause, compute.API.unpause, 'Unpause.'
    )
    suspend = _plain(
        policies.SUSPEND, schema.suspend, compute.API.suspend, 'Suspend.'
    )
    resume = _plain(
        policies.RESUME, schema.resume, compute.API.resume, 'Resume.'
    )
    force_delete = _plain(
        policies.FORCE_DELETE,
        schema.force_delete,
        compute.API.force_delete,
        'Delete at once.',
    )

    @controller.status(202)
    @controller.body(schema.reboot)
    def reboot(self, req: request.Request, server_id: str, body: Body) -> None:
        """Reboot, soft or hard."""
        instance = _instance_for(req, server_id, policies.REBOOT)
        kind = body['reboot']['type'].upper()
        self.compute_api.reboot(req.context, instance, kind)

    @controller.status(202)
    @controller.body(schema.rebuild)
    @controller.response(answers.rebuild)
    def rebuild(
        self, req: request.Request, server_id: str, body: Body
    ) -> controller.Reply:
        """Write the image over the server's disk again."""
        instance = _instance_for(req, server_id, policies.REBUILD)
        wanted = body['rebuild']
        server_properties.check_files(wanted)
        key = {'key_name': wanted['key_name']} if 'key_name' in wanted else {}
        self.compute_api.rebuild(
            req.context,
            instance,
            image_ref=wanted['imageRef'],
            metadata=wanted.get('metadata'),
            **key,
            **server_properties.of(wanted),
        )
        shown = self.view.rebuilt(
            req, instance, server_properties.password_of(wanted)
        )
        location = shown['links'][0]['href']
        return controller.Reply({'server': shown}, {'Location': location})

    @controller.status(202)
    @controller.body(schema.lock)
    def lock(self, req: request.Request, server_id: str, body: Body) -> None:
        """Keep all users but administrators from changing the server."""
        instance = _instance_for(req, server_id, policies.LOCK)
        reason = None
        if microversions.supports(req, microversions.LOCKED_REASON):
            reason = (body['lock'] or {}).get('locked_reason')
        self.compute_api.lock(req.context, instance, reason)

    @controller.status(202)
    @controller.body(schema.unlock)
    def unlock(self, req: request.Request, server_id: str, body: Body) -> None:
        """Let the owner change the server again."""
        instance = _instance_for(req, server_id, policies.UNLOCK)
        if instance.locked_by == 'admin':
            target = {'project_id': instance.project_id}
            req.context.can(policies.UNLOCK_OVERRIDE, target)
        self.compute_api.unlock(req.context, instance)

    @controller.status(202)
    @controller.body(schema.reset_state)
    def reset_state(
        self, req: request.Request, server_id: str, body: Body
    ) -> None:
        """Reset the state of the server to active or error."""
        instance = _instance_for(req, server_id, policies.RESET_STATE)
        state = body['os-resetState']['state']
        self.compute_api.reset_state(req.context, instance, state)


class ServerMovesController:
    """Resizes, migrates and evacuates servers."""

    def __init__(self, catalogue: Catalogue, compute_api: compute.API) -> None:
        self.catalogue = catalogue
        self.compute_api = compute_api

    @controller.status(202)
    @controller.body(schema.resize)
    def resize(self, req: request.Request, server_id: str, body: Body) -> None:
        """Give the server another flavor; the user has to confirm it."""
        instance = _instance_for(req, server_id, policies.RESIZE)
        wanted = body['resize']
        flavor = self.catalogue.requested(wanted['flavorRef'])
        self.compute_api.resize(
            req.context, instance, flavor, **server_properties.of(wanted)
        )

    @controller.status(204)
    @controller.body(schema.confirm_resize)
    def confirm_resize(
        self, req: request.Request, server_id: str, body: Body
    ) -> None:
        """Confirm a resize or cold migration."""
        instance = _instance_for(req, server_id, policies.CONFIRM_RESIZE)
        self.compute_api.confirm_resize(req.context, instance)

    @controller.status(202)
    @controller.body(schema.revert_resize)
    def revert_resize(
        self, req: request.Request, server_id: str, body: Body
    ) -> None:
        """Revert a resize or cold migration."""
        instance = _instance_for(req, server_id, policies.REVERT_RESIZE)
        self.compute_api.revert_resize(req.context, instance)

    @controller.status(202)
    @controller.body(schema.migrate)
    def migrate(
        self, req: request.Request, server_id: str, body: Body
    ) -> None:
        """Cold-migrate the server; the operator has to confirm it."""
        instance = _instance_for(req, server_id, policies.MIGRATE)
        host = None
        if microversions.supports(req, microversions.MIGRATE_HOST):
            host = (body['migrate'] or {}).get('host')
        if host is not None:
            target = {'project_id': instance.project_id}
            req.context.can(policies.MIGRATE_HOST, target)
        self.compute_api.resize(req.context, instance, None, host)

    @controller.status(202)
    @controller.body(schema.migrate_live)
    def migrate_live(
        self, req: request.Request, server_id: str, body: Body
    ) -> None:
        """Live-migrate the server."""
        instance = _instance_for(req, server_id, policies.MIGRATE_LIVE)
        wanted = body['os-migrateLive']
        if wanted['host'] is not None:
            target = {'project_id': instance.project_id}
            req.context.can(policies.MIGRATE_LIVE_HOST, target)
        if not microversions.supports(req, microversions.MIGRATE_LIVE_ASYNC):
            self.compute_api.check_live_migration(
                req.context, instance, wanted['host']
            )
        self.compute_api.live_migrate(
            req.context,
            instance,
            wanted['host'],
            force=strutils.bool_from_string(wanted.get('force')),
        )

    @controller.body(schema.evacuate)
    @controller.response(answers.evacuate)
    def evacuate(
        self, req: request.Request, server_id: str, body: Body
    ) -> dict[str, str] | None:
        """Rebuild a server whose host is down on another host."""
        instance = _instance_for(req, server_id, policies.EVACUATE)
        wanted = body['evacuate']
        self.compute_api.evacuate(
            req.context,
            instance,
            wanted.get('host'),
            force=strutils.bool_from_string(wanted.get('force')),
        )
        if microversions.supports(req, microversions.EVACUATE_SILENT):
            return None
        return {'adminPass': server_properties.password_of(wanted)}
