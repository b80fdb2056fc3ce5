# SPDX-License-Identifier: Apache-2.0
"""servers/{server_id}/migrations: watch and steer live migrations."""

import re
from typing import Any, TYPE_CHECKING

from ext_lib.wsgi import controller
from ext_lib.wsgi import microversion
from ext_lib.wsgi import request
from ext_lib.wsgi import schema
from ext_lib.wsgi import timestamps
from ext_lib.wsgi.schema import Param
from nova_ext import exception
from nova_ext import policies
from nova_ext.api.openstack.compute import microversions
from nova_ext.api.openstack.compute.schemas import types
from nova_ext.api.openstack.compute.views import migrations as view
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

#: Of both GETs: no parameters.
_QUERY = schema.Query({}, strict_since='2.102')


_MIGRATION = schema.Body(
    {
        'id': Param(types.integer, required=True),
        'server_uuid': Param(types.uuid, required=True),
        'status': Param(types.string, required=True),
        'source_compute': Param(types.string_or_null, required=True),
        'dest_compute': Param(types.string_or_null, required=True),
        'source_node': Param(types.string_or_null, required=True),
        'dest_node': Param(types.string_or_null, required=True),
        'dest_host': Param(types.string_or_null, required=True),
        'memory_total_bytes': Param(types.integer_or_null, required=True),
        'memory_processed_bytes': Param(types.integer_or_null, required=True),
        'memory_remaining_bytes': Param(types.integer_or_null, required=True),
        'disk_total_bytes': Param(types.integer_or_null, required=True),
        'disk_processed_bytes': Param(types.integer_or_null, required=True),
        'disk_remaining_bytes': Param(types.integer_or_null, required=True),
        'created_at': Param(types.date_time, required=True),
        'updated_at': Param(types.date_time_or_null, required=True),
        'uuid': Param(types.uuid, since='2.59', required=True),
        'user_id': Param(types.string_or_null, since='2.80', required=True),
        'project_id': Param(types.string_or_null, since='2.80', required=True),
    }
)

_INDEX_RESPONSE = schema.wrapped('migrations', schema.ListOf(_MIGRATION))
_SHOW_RESPONSE = schema.wrapped('migration', _MIGRATION)
_FORCE_COMPLETE = schema.wrapped('force_complete', types.null)


class ServerMigrationsController:
    """Lists and shows a server's live migrations."""

    @microversion.available('2.23')
    @controller.query(_QUERY)
    @controller.response(_INDEX_RESPONSE)
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
                show_migration(req, m, with_hosts) for m in migrations.objects
            ]
        }

    @microversion.available('2.23')
    @controller.query(_QUERY)
    @controller.response(_SHOW_RESPONSE)
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
        return {'migration': show_migration(req, migration, with_hosts=True)}


class ServerMigrationActionsController:
    """Forces and aborts a server's live migrations."""

    def __init__(self, compute_api: 'compute.API') -> None:
        self.compute_api = compute_api

    @microversion.available('2.22')
    @controller.status(202)
    @controller.body(_FORCE_COMPLETE)
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


def show_migration(
    req: request.Request, migration: Migration, with_hosts: bool
) -> dict[str, Any]:
    """Return a live migration with its progress.

    :param with_hosts: whether the caller may know the hosts
    """
    hosts = view.hosts(migration, with_hosts)
    shown = {
        'created_at': timestamps.micro(migration.created_at),
        'dest_compute': hosts['dest_compute'],
        'dest_host': hosts['dest_host'],
        'dest_node': hosts['dest_node'],
        'disk_processed_bytes': migration.disk_processed,
        'disk_remaining_bytes': migration.disk_remaining,
        'disk_total_bytes': migration.disk_total,
        'id': migration.id,
        'memory_processed_bytes': migration.memory_processed,
        'memory_remaining_bytes': migration.memory_remaining,
        'memory_total_bytes': migration.memory_total,
        'server_uuid': migration.instance_uuid,
        'source_compute': hosts['source_compute'],
        'source_node': hosts['source_node'],
        'status': migration.status,
        'updated_at': timestamps.micro(migration.updated_at),
    }
    if microversions.supports(req, microversions.MIGRATION_UUID):
        shown['uuid'] = migration.uuid
    return shown | view.initiator(req, migration)
