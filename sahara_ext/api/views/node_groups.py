# SPDX-License-Identifier: Apache-2.0
"""Node groups and their instances as answers show them."""

from typing import Any

from ext_lib.wsgi import timestamps
from sahara_ext.objects.cluster_instance import ClusterInstance
from sahara_ext.objects.node_group import NodeGroup

#: Where volumes are mounted by default.
MOUNT_PREFIX = '/volumes/disk'

_VOLUMES = (
    'volumes_per_node',
    'volumes_size',
    'volumes_availability_zone',
    'volume_mount_prefix',
    'volume_type',
    'boot_from_volume',
    'boot_volume_type',
    'boot_volume_availability_zone',
    'boot_volume_local_to_instance',
)
_NETWORK = (
    'floating_ip_pool',
    'security_groups',
    'auto_security_group',
    'availability_zone',
    'is_proxy_gateway',
    'volume_local_to_instance',
)
_INSTANCE = (
    'id',
    'instance_id',
    'instance_name',
    'internal_ip',
    'management_ip',
)


def show(group: NodeGroup) -> dict[str, Any]:
    """Return a node group with those of its instances that there are."""
    return {
        'created_at': timestamps.seconds(group.created_at),
        'updated_at': timestamps.seconds(group.updated_at),
        'id': group.id,
        'name': group.name,
        'flavor_id': group.flavor_id,
        'image_id': group.image_id,
        'node_processes': group.node_processes,
        'node_configs': group.node_configs,
        **volumes(group),
        'count': group.count,
        'use_autoconfig': group.use_autoconfig,
        'node_group_template_id': group.node_group_template_id,
        **network(group),
        'shares': group.shares or None,
        # Clients take it that an instance has a server.
        'instances': [
            _instance(instance)
            for instance in group.instances
            if instance.instance_id is not None
        ],
    }


def volumes(group: Any) -> dict[str, Any]:
    """Return what a node group, or a template of one, says of volumes."""
    shown = {name: getattr(group, name) for name in _VOLUMES}
    shown['volumes_size'] = group.volumes_size or 0
    shown['volume_mount_prefix'] = group.volume_mount_prefix or MOUNT_PREFIX
    return shown


def network(group: Any) -> dict[str, Any]:
    """Return where the instances of a node group, or a template, live."""
    shown = {name: getattr(group, name) for name in _NETWORK}
    shown['security_groups'] = group.security_groups or None
    return shown


def _instance(instance: ClusterInstance) -> dict[str, Any]:
    return {
        'created_at': timestamps.seconds(instance.created_at),
        'updated_at': timestamps.seconds(instance.updated_at),
        **{name: getattr(instance, name) for name in _INSTANCE},
        'storage_devices_number': instance.storage_devices_number or 0,
        'dns_hostname': instance.dns_hostname,
    }
