# SPDX-License-Identifier: Apache-2.0
"""servers/{server_id}/migrations: watch and steer live migrations."""

import re
from typing import Any, TYPE_CHECKING

from ext_lib.wsgi import controller
from ext_lib.wsgi import microversion
from ext_lib.wsgi import request
from nova_ext import exception
from nova_ext import policies
from nova_ext.api.openstack.compute import microversions
from nova_ext.api.openstack.compute.schemas import server_migrations as schema
from nova_ext.api.openstack.compute.views import server_migrations as view
from nova_ext.objects.fields import MigrationStatus
from nova_ext.objects.instance import Instance
from nova_ext.objects.migration import Migration
from nova_ext.objects.migration import MigrationList

if TYPE_CHECKING:
    # The audit serves what needs none of it.
    from nova_ext.compute.api import servers as compute

#: Highest value of the column.
_HIGHEST_ID = 2**31 - 1
#: A number that no migration has.
_NO_ID = 0
_NUMBER = re.compile('[0-9]{1,10}')


class ServerMigrationsController:
    """Lists and shows a server's live migrations."""

    @microversion.available('2.23')
    @controller.query(schema.query)
    @controller.response(schema.index_response)
    def index(self, req: request.Request, server_id: str) -> dict[str, Any]:
        """List the live migrations of a server that are in progress."""
        server, migrations = MigrationList.get_with_server(
            req.context, server_id
        )
        target = {'project_id': server.project_id}
        req.context.can(policies.ServerMigrations.INDEX, target)
        with_hosts = req.context.can(
            policies.ServerMigrations.INDEX_HOST, target, fatal=False
        )
        return {
            'migrations': [
                view.show(req, m, with_hosts) for m in migrations.objects
            ]
        }

    @microversion.available('2.23')
    @controller.query(schema.query)
    @controller.response(schema.show_response)
    def show(
        self, req: request.Request, server_id: str, id: str
    ) -> dict[str, Any]:
        """Show a live migration of a server that is in progress."""
        server, migration = Migration.get_with_server(
            req.context, server_id, _number(id) or _NO_ID
        )
        target = {'project_id': server.project_id}
        req.context.can(policies.ServerMigrations.SHOW, target)
        if migration is None:
            raise exception.LiveMigrationNotFound(
                migration_id=id, instance_id=server.uuid
            )
        _check_can_be_watched(server, migration)
        return {'migration': view.show(req, migration, with_hosts=True)}


class ServerMigrationActionsController:
    """Forces and aborts a server's live migrations."""

    def __init__(self, compute_api: 'compute.API') -> None:
        self.compute_api = compute_api

    @microversion.available('2.22')
    @controller.status(202)
    @controller.body(schema.force_complete)
    def force_complete(
        self,
        req: request.Request,
        server_id: str,
        id: str,
        body: dict[str, Any],
    ) -> None:
        """Force a running live migration to complete."""
        instance = Instance.get_by_uuid(req.context, server_id)
        target = {'project_id': instance.project_id}
        req.context.can(policies.ServerMigrations.FORCE_COMPLETE, target)
        try:
            self.compute_api.live_migrate_force_complete(
                req.context, instance, _existing(instance, id)
            )
        except exception.MigrationNotFound as error:
            # As in nova since 2.22, and unlike in delete(), an unknown
            # migration makes the request invalid.
            raise exception.InvalidMigration(error.message) from error

    @microversion.available('2.24')
    @controller.status(202)
    def delete(self, req: request.Request, server_id: str, id: str) -> None:
        """Abort a live migration, from 2.65 also before it runs."""
        instance = Instance.get_by_uuid(req.context, server_id)
        target = {'project_id': instance.project_id}
        req.context.can(policies.ServerMigrations.DELETE, target)
        self.compute_api.live_migrate_abort(
            req.context,
            instance,
            _existing(instance, id),
            allow_queued=microversions.supports(
                req, microversions.ABORT_QUEUED
            ),
        )


def _number(id: str) -> int | None:
    """Return the number that a migration may have, None if none can."""
    is_possible = _NUMBER.fullmatch(id) and int(id) <= _HIGHEST_ID
    return int(id) if is_possible else None


def _existing(instance: Instance, id: str) -> int:
    number = _number(id)
    if number is None:
        raise exception.MigrationNotFoundForInstance(
            migration_id=id, instance_id=instance.uuid
        )
    return number


def _check_can_be_watched(instance: Instance, migration: Migration) -> None:
    ids: dict[str, Any] = {
        'migration_id': migration.id,
        'instance_id': instance.uuid,
    }
    if not migration.is_live:
        raise exception.MigrationNotLive(**ids)
    if migration.status not in MigrationStatus.LIVE_IN_PROGRESS:
        raise exception.MigrationNotInProgress(**ids)
