# SPDX-License-Identifier: Apache-2.0
"""Migrations as the list of all of them shows them."""

from collections.abc import Iterable
import functools
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
_LIVE = fields.MigrationType.LIVE_MIGRATION
_IN_PROGRESS = fields.MigrationStatus.LIVE_IN_PROGRESS
_hosts = objects.Values(*HOST_KEYS)
_initiator = objects.Values('user_id', 'project_id')
_RELATIONS = ('self', 'bookmark')


def show_visible(
    req: request.Request,
    migrations: Iterable[Migration],
    with_hosts: bool,
    links: links.Links,
) -> list[dict[str, Any]]:
    """Return those migrations that users may see.

    :param with_hosts: whether the caller may know the hosts
    """
    with_type = microversions.supports(req, microversions.MIGRATION_TYPE)
    values = _values(
        microversions.supports(req, microversions.MIGRATION_UUID),
        with_type,
        microversions.supports(req, microversions.MIGRATION_USER),
    )
    # No setter and no getter for each of many.
    prefixes = [link['href'] for link in links.resource(req, 'servers')]
    found = []
    for migration in migrations:
        shown = values(migration)
        if shown.pop('hidden'):
            continue
        if not with_hosts:
            shown.update(_NO_HOSTS)
        shown['created_at'] = timestamps.micro(shown['created_at'])
        shown['updated_at'] = timestamps.micro(shown['updated_at'])
        # Only a live migration in progress can be watched at a URL of its
        # own.
        is_live = with_type and shown['migration_type'] == _LIVE
        if is_live and shown['status'] in _IN_PROGRESS:
            path = f'/{shown["instance_uuid"]}/migrations/{shown["id"]}'
            shown['links'] = [
                {'rel': rel, 'href': prefix + path}
                for rel, prefix in zip(_RELATIONS, prefixes, strict=True)
            ]
        found.append(shown)
    return found


@functools.cache
def _values(
    with_uuid: bool, with_type: bool, with_user: bool
) -> objects.Values:
    return objects.Values(
        'id',
        *(['uuid'] if with_uuid else []),
        *HOST_KEYS,
        'old_instance_type_id',
        'new_instance_type_id',
        'instance_uuid',
        'status',
        *(['migration_type'] if with_type else []),
        *(['user_id', 'project_id'] if with_user else []),
        'created_at',
        'updated_at',
        'hidden',
    )


def hosts(migration: Migration, visible: bool) -> dict[str, Any]:
    """Return source and destination of a migration, nulls if not visible."""
    return _hosts(migration) if visible else _NO_HOSTS


def initiator(req: request.Request, migration: Migration) -> dict[str, Any]:
    """Return the initiator of a migration, in the versions that show it."""
    if not microversions.supports(req, microversions.MIGRATION_USER):
        return {}
    return _initiator(migration)
