# SPDX-License-Identifier: Apache-2.0
"""A live migration as a resource of its server, with its progress."""

from typing import Any

from ext_lib.wsgi import request
from ext_lib.wsgi import timestamps
from nova_ext.api.openstack.compute import microversions
from nova_ext.api.openstack.compute.views import migrations
from nova_ext.objects.migration import Migration


def show(
    req: request.Request, migration: Migration, with_hosts: bool
) -> dict[str, Any]:
    """Return a migration.

    :param with_hosts: whether the caller may know the hosts
    """
    hosts = migrations.hosts(migration, with_hosts)
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
    return shown | migrations.initiator(req, migration)
