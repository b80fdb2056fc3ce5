# SPDX-License-Identifier: Apache-2.0
"""Migrations as the list of all of them shows them."""

from typing import Any

from ext_lib.wsgi import links
from ext_lib.wsgi import request
from ext_lib.wsgi import timestamps
from nova_ext.api.openstack.compute import microversions
from nova_ext.objects import fields
from nova_ext.objects.migration import Migration

HOST_KEYS = (
    'source_compute',
    'dest_compute',
    'source_node',
    'dest_node',
    'dest_host',
)
_IN_PROGRESS = fields.MigrationStatus.LIVE_IN_PROGRESS
_PLAIN = (
    'old_instance_type_id',
    'new_instance_type_id',
    'instance_uuid',
    'status',
)


def show(
    req: request.Request,
    migration: Migration,
    with_hosts: bool,
    links: links.Links,
) -> dict[str, Any]:
    """Return a migration.

    :param with_hosts: whether the caller may know the hosts
    """
    shown: dict[str, Any] = {'id': migration.id}
    if microversions.supports(req, microversions.MIGRATION_UUID):
        shown['uuid'] = migration.uuid
    shown.update(hosts(migration, with_hosts))
    shown.update({key: getattr(migration, key) for key in _PLAIN})
    if microversions.supports(req, microversions.MIGRATION_TYPE):
        shown['migration_type'] = migration.migration_type
    shown.update(initiator(req, migration))
    shown['created_at'] = timestamps.micro(migration.created_at)
    shown['updated_at'] = timestamps.micro(migration.updated_at)
    if microversions.supports(req, microversions.MIGRATION_TYPE):
        shown.update(_links(req, migration, links))
    return shown


def hosts(migration: Migration, visible: bool) -> dict[str, Any]:
    """Return source and destination of a migration, nulls if not visible."""
    return {
        key: getattr(migration, key) if visible else None for key in HOST_KEYS
    }


def initiator(req: request.Request, migration: Migration) -> dict[str, Any]:
    """Return the initiator of a migration, in the versions that show it."""
    if not microversions.supports(req, microversions.MIGRATION_USER):
        return {}
    return {
        'user_id': migration.user_id,
        'project_id': migration.project_id,
    }


def _links(
    req: request.Request, migration: Migration, links: links.Links
) -> dict[str, Any]:
    # Only a live migration in progress can be watched at a URL of its own.
    if not migration.is_live or migration.status not in _IN_PROGRESS:
        return {}
    path = ('servers', migration.instance_uuid, 'migrations', migration.id)
    return {'links': links.resource(req, *path)}
