# SPDX-License-Identifier: Apache-2.0
"""Node groups, their instances and their templates as answers show them."""

from typing import Any

from ext_lib.wsgi import request
from ext_lib.wsgi import timestamps
from sahara_ext.api import microversions
from sahara_ext.objects.cluster_instance import ClusterInstance
from sahara_ext.objects.node_group import NodeGroup
from sahara_ext.objects.template import NodeGroupTemplate

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


#: Keys that mean nothing to another project.
_OWN = (
    'id',
    'created_at',
    'updated_at',
    'tenant_id',
    'project_id',
    'is_default',
)
#: Keys that are to be filled in when a template is imported.
_BLANKS = ('flavor_id', 'image_id', 'floating_ip_pool', 'security_groups')


def show_template(
    req: request.Request, template: NodeGroupTemplate
) -> dict[str, Any]:
    """Return a template."""
    return microversions.renamed(
        req,
        {
            'created_at': timestamps.seconds(template.created_at),
            'updated_at': timestamps.seconds(template.updated_at),
            'id': template.id,
            'name': template.name,
            'description': template.description,
            'tenant_id': template.project_id,
            'flavor_id': template.flavor_id,
            'image_id': template.image_id,
            'plugin_name': template.plugin_name,
            'hadoop_version': template.plugin_version,
            'node_processes': template.node_processes,
            'node_configs': template.node_configs,
            **volumes(template),
            **network(template),
            'is_default': template.is_default,
            'use_autoconfig': template.use_autoconfig,
            'shares': template.shares or None,
            'is_public': template.is_public,
            'is_protected': template.is_protected,
        },
    )


def export_template(
    req: request.Request, template: NodeGroupTemplate
) -> dict[str, Any]:
    """Return a template as a file to import it from, elsewhere."""
    return blanked(show_template(req, template), _BLANKS)


def blanked(shown: dict[str, Any], blanks: tuple[str, ...]) -> dict[str, Any]:
    """Return what is shown without what is its owner's.

    :param blanks: keys whose values are only named
    """
    return {
        key: f'{{{key}}}' if key in blanks else value
        for key, value in shown.items()
        if key not in _OWN
    }
