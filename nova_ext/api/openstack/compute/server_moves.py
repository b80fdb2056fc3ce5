# SPDX-License-Identifier: Apache-2.0
"""servers/{server_id}/action: moves of a server to another host."""

from typing import Any

from oslo_utils import strutils

from ext_lib.wsgi import controller
from ext_lib.wsgi import request
from nova_ext.api.openstack.compute import microversions
from nova_ext.api.openstack.compute import server_properties
from nova_ext.api.openstack.compute.schemas import server_actions as schema
from nova_ext.api.openstack.compute.schemas import server_answers as answers
from nova_ext.api.openstack.compute.server_actions import instance_for
from nova_ext.compute.api import servers as compute
from nova_ext.flavors import Catalogue
from nova_ext.policies import servers as policies

Body = dict[str, Any]


class ServerMovesController:
    """Resizes, migrates and evacuates servers."""

    def __init__(self, catalogue: Catalogue, compute_api: compute.API) -> None:
        self.catalogue = catalogue
        self.compute_api = compute_api

    @controller.status(202)
    @controller.body(schema.resize)
    def resize(self, req: request.Request, server_id: str, body: Body) -> None:
        """Give the server another flavor; the user has to confirm it."""
        instance = instance_for(req, server_id, policies.RESIZE)
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
        instance = instance_for(req, server_id, policies.CONFIRM_RESIZE)
        self.compute_api.confirm_resize(req.context, instance)

    @controller.status(202)
    @controller.body(schema.revert_resize)
    def revert_resize(
        self, req: request.Request, server_id: str, body: Body
    ) -> None:
        """Revert a resize or cold migration."""
        instance = instance_for(req, server_id, policies.REVERT_RESIZE)
        self.compute_api.revert_resize(req.context, instance)

    @controller.status(202)
    @controller.body(schema.migrate)
    def migrate(
        self, req: request.Request, server_id: str, body: Body
    ) -> None:
        """Cold-migrate the server; the operator has to confirm it."""
        instance = instance_for(req, server_id, policies.MIGRATE)
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
        instance = instance_for(req, server_id, policies.MIGRATE_LIVE)
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
        instance = instance_for(req, server_id, policies.EVACUATE)
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
