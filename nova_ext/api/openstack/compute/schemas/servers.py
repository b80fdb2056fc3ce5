# SPDX-License-Identifier: Apache-2.0
"""Schemas of requests about servers."""

from ext_lib.wsgi import schema
from ext_lib.wsgi.schema import Param
from nova_ext.api.openstack.compute.schemas import types

SORT_KEYS = (
    'display_name', 'access_ip_v4', 'display_description', 'terminated_at',
    'launched_at', 'progress', 'node', 'updated_at', 'access_ip_v6',
    'image_ref', 'host', 'task_state', 'vm_state', 'locked_by', 'user_id',
    'availability_zone', 'instance_type_id', 'created_at', 'uuid',
    'power_state', 'project_id', 'key_name', 'auto_disk_config',
    'config_drive', 'root_device_name', 'hostname', 'launch_index', 'locked',
)  # fmt: skip
#: Accepted and ignored: all servers are equal in these.
_SAME_KEYS = ('kernel_id', 'ramdisk_id')
#: The same, but only before 2.75.
_OLD_KEYS = (
    'architecture', 'cell_name', 'cleaned', 'default_ephemeral_device',
    'default_swap_device', 'deleted', 'deleted_at', 'disable_terminate',
    'ephemeral_gb', 'ephemeral_key_uuid', 'id', 'key_data', 'launched_on',
    'memory_mb', 'os_type', 'reservation_id', 'root_gb',
    'shutdown_terminate', 'user_data', 'vcpus', 'vm_mode',
)  # fmt: skip
_sort_key = {'enum': [*SORT_KEYS, *_SAME_KEYS]}
_old_sort_key = {'enum': [*SORT_KEYS, *_SAME_KEYS, *_OLD_KEYS]}

#: Filters that are compared literally.
_WORDS = (
    'user_id', 'project_id', 'tenant_id', 'launch_index', 'image_ref', 'image',
    'uuid', 'host', 'status', 'vm_state', 'task_state', 'deleted',
    'soft_deleted', 'all_tenants',
)  # fmt: skip
#: Filters that must be regular expressions, even where they are not used so.
_PATTERNS = (
    'kernel_id', 'ramdisk_id', 'hostname', 'key_name', 'flavor', 'created_at',
    'launched_at', 'terminated_at', 'availability_zone', 'name',
    'display_name', 'description', 'display_description', 'locked_by',
    'root_device_name', 'config_drive', 'access_ip_v4', 'access_ip_v6',
    'auto_disk_config', 'node', 'power_state', 'progress', 'reservation_id',
    'ip', 'ip6',
)  # fmt: skip
_TAGS = ('tags', 'tags-any', 'not-tags', 'not-tags-any')

index_query = schema.Query(
    {
        **{name: Param(types.string, multiple=True) for name in _WORDS},
        **{name: Param(types.regex, multiple=True) for name in _PATTERNS},
        **{n: Param(types.regex, '2.26', multiple=True) for n in _TAGS},
        'changes-since': Param(types.date_time, multiple=True),
        'changes-before': Param(types.date_time, since='2.66', multiple=True),
        'locked': Param(types.string, since='2.73', multiple=True),
        'limit': Param(types.limit, multiple=True),
        'marker': Param(types.string, multiple=True),
        'sort_key': (
            Param(_old_sort_key, until='2.74', multiple=True),
            Param(_sort_key, since='2.75', multiple=True),
        ),
        'sort_dir': Param(types.string, multiple=True),
    },
    strict_since='2.75',
)

_tag = {
    'type': 'string',
    'minLength': 1,
    'maxLength': 60,
    'pattern': '^[^,/]*$',
}
disk_config = {'enum': ['AUTO', 'MANUAL']}
_network = {
    'type': 'object',
    'properties': {
        'uuid': types.uuid,
        'port': types.nullable(types.uuid),
        'fixed_ip': {'anyOf': [types.ipv4, types.ipv6]},
        'tag': types.string,
    },
    'anyOf': [{'required': ['uuid']}, {'required': ['port']}],
    'additionalProperties': False,
}
_networks = {'type': 'array', 'items': _network}
_networks_or_word = {
    'oneOf': [_networks, {'type': 'string', 'enum': ['none', 'auto']}]
}
image_ref = {
    'anyOf': [types.uuid, {'type': 'string', 'maxLength': 0}],
}
_block_device = {
    'type': 'array',
    'items': {'type': 'object', 'additionalProperties': True},
}

_security_groups = {
    'type': 'array',
    'items': {
        'type': 'object',
        'properties': {'name': types.name},
        'additionalProperties': False,
    },
}
_file = {
    'type': 'object',
    'properties': {
        'path': types.string,
        'contents': {'type': 'string', 'format': 'base64'},
    },
    'required': ['path', 'contents'],
    'additionalProperties': False,
}
personality = {'type': 'array', 'items': _file}

_hints = {'type': 'object', 'additionalProperties': True}

_create: schema.Params = {
    'name': Param(types.name, required=True),
    'flavorRef': Param(
        {'type': ['string', 'integer'], 'minLength': 1}, required=True
    ),
    'imageRef': Param(image_ref),
    'adminPass': Param(types.string),
    'metadata': Param(types.metadata),
    'networks': (
        Param(_networks, until='2.36'),
        Param(_networks_or_word, since='2.37', required=True),
    ),
    'OS-DCF:diskConfig': Param(disk_config),
    'accessIPv4': Param(types.ipv4),
    'accessIPv6': Param(types.ipv6),
    'personality': Param(personality, until='2.56'),
    'availability_zone': Param(types.name),
    'block_device_mapping': Param(_block_device),
    'block_device_mapping_v2': Param(_block_device),
    'config_drive': Param(types.boolean_like),
    'key_name': Param(types.name),
    'min_count': Param(types.positive),
    'max_count': Param(types.positive),
    'return_reservation_id': Param(types.boolean_like),
    'security_groups': Param(_security_groups),
    'user_data': Param(types.user_data),
    'description': Param(types.description, since='2.19'),
    'tags': Param(
        {'type': 'array', 'items': _tag, 'maxItems': 50}, since='2.52'
    ),
    'trusted_image_certificates': Param(types.certificates, since='2.63'),
    'host': Param(types.host, since='2.74'),
    'hypervisor_hostname': Param(types.host, since='2.74'),
}

create = schema.Body(
    {
        'server': Param(schema.Body(_create), required=True),
        'os:scheduler_hints': Param(_hints),
        'OS-SCH-HNT:scheduler_hints': Param(_hints),
    }
)

update = schema.wrapped(
    'server',
    schema.Body(
        {
            'name': Param(types.name),
            'OS-DCF:diskConfig': Param(disk_config),
            'accessIPv4': Param(types.ipv4),
            'accessIPv6': Param(types.ipv6),
            'description': Param(types.description, since='2.19'),
        }
    ),
)
