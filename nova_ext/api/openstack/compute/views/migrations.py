# SPDX-License-Identifier: Apache-2.0
"""Migrations as the list of all of them shows them."""

from collections.abc import Iterable
from typing import Any

from ext_lib import objects
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
_NO_HOSTS = dict.fromkeys(HOST_KEYS)
_IN_PROGRESS = fields.MigrationStatus.LIVE_IN_PROGRESS
_hosts = objects.Values(*HOST_KEYS)
_initiator = objects.Values('user_id', 'project_id')
_plain = objects.Values(
    'old_instance_type_id', 'new_instance_type_id', 'instance_uuid', 'status'
)


def show_all(
    req: request.Request,
    migrations: Iterable[Migration],
    with_hosts: bool,
    links: links.Links,
) -> list[dict[str, Any]]:
    """Return migrations.

    :param with_hosts: whether the caller may know the hosts
    """
    with_uuid = microversions.supports(req, microversions.MIGRATION_UUID)
    with_type = microversions.supports(req, microversions.MIGRATION_TYPE)
    with_user = microversions.supports(req, microversions.MIGRATION_USER)
    found = []
    for migration in migrations:
        shown: dict[str, Any] = {'id': migration.id}
        if with_uuid:
            shown['uuid'] = migration.uuid
        shown.update(hosts(migration, with_hosts))
        shown.update(_plain(migration))
        if with_type:
            shown['migration_type'] = migration.migration_type
        if with_user:
            shown.update(_initiator(migration))
        shown['created_at'] = timestamps.micro(migration.created_at)
        shown['updated_at'] = timestamps.micro(migration.updated_at)
        if with_type:
            shown.update(_links(req, migration, links))
        found.append(shown)
    return found


def hosts(migration: Migration, visible: bool) -> dict[str, Any]:
    """Return source and destination of a migration, nulls if not visible."""
    return _hosts(migration) if visible else _NO_HOSTS


def initiator(req: request.Request, migration: Migration) -> dict[str, Any]:
    """Return the initiator of a migration, in the versions that show it."""
    if not microversions.supports(req, microversions.MIGRATION_USER):
        return {}
    return _initiator(migration)


def _links(
    req: request.Request, migration: Migration, links: links.Links
) -> dict[str, Any]:
    # Only a live migration in progress can be watched at a URL of its own.
    if not migration.is_live or migration.status not in _IN_PROGRESS:
        return {}
    path = ('servers', migration.instance_uuid, 'migrations', migration.id)
    return {'links': links.resource(req, *path)}
