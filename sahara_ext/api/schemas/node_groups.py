# SPDX-License-Identifier: Apache-2.0
"""Schemas of node groups, as parts of something, and of their templates."""

from ext_lib.wsgi import schema
from ext_lib.wsgi.schema import Param
from sahara_ext.api.schemas import types

flavor: types.JSONSchema = {
    'anyOf': [
        {'type': 'integer', 'minimum': 0, 'maximum': 10**18},
        {'type': 'string', 'format': 'flavor', 'maxLength': 255},
    ]
}

#: What node groups and their templates have in common.
common: dict[str, Param] = {
    **types.optional(
        {
            'flavor_id': flavor,
            'node_processes': {**types.strings, 'minItems': 1},
            'image_id': types.uuid_or_null,
            'node_configs': types.configs,
            'volumes_per_node': types.count,
            'volumes_size': types.positive,
            'volume_type': types.string_or_null,
            'volumes_availability_zone': types.string_or_null,
            'volume_mount_prefix': {
                **types.string_or_null,
                'format': 'posix_path',
            },
            'volume_local_to_instance': types.boolean_or_null,
            'description': types.text_or_null,
            'floating_ip_pool': types.string_or_null,
            'security_groups': types.strings_or_null,
            'auto_security_group': types.boolean_or_null,
            'availability_zone': types.string_or_null,
            'is_proxy_gateway': types.boolean_or_null,
            'shares': types.shares,
            'use_autoconfig': types.boolean_or_null,
            'is_public': types.boolean_or_null,
            'is_protected': types.boolean_or_null,
        }
    ),
    **types.optional(
        {
            'boot_from_volume': types.boolean_or_null,
            'boot_volume_type': types.string_or_null,
            'boot_volume_availability_zone': types.string_or_null,
            'boot_volume_local_to_instance': types.boolean_or_null,
        },
        since='2.0',
    ),
}

#: One that names no template has to say itself what it is.
one = schema.Body(
    {
        **common,
        'name': Param(types.name, required=True),
        'count': Param(types.count, required=True),
        'node_group_template_id': Param(types.uuid),
    },
    rules={
        'if': {'required': ['node_group_template_id']},
        'else': {'required': ['flavor_id', 'node_processes']},
    },
)
several = schema.ListOf(one)
several_or_null = schema.ListOf(one, {'type': ['array', 'null']})

#: In answers, those of templates of clusters included.
shown: dict[str, Param] = types.required(
    {
        **types.stored,
        'name': types.string,
        **types.alike(
            types.any_string,
            'flavor_id',
            'image_id',
            'volumes_availability_zone',
            'volume_mount_prefix',
            'volume_type',
            'boot_volume_type',
            'boot_volume_availability_zone',
            'node_group_template_id',
            'floating_ip_pool',
            'availability_zone',
        ),
        **types.alike(
            types.boolean,
            'boot_from_volume',
            'boot_volume_local_to_instance',
            'use_autoconfig',
            'auto_security_group',
            'is_proxy_gateway',
            'volume_local_to_instance',
        ),
        'node_processes': types.strings,
        'node_configs': {'type': 'object'},
        'volumes_per_node': types.count,
        'volumes_size': types.count,
        'count': types.count,
        'security_groups': types.strings_or_null,
        'shares': {'type': ['array', 'null']},
    }
)


template_index_query = types.list_query('created_at')

template_create = schema.Body(
    {**types.identity(is_required=True), **common},
    rules={'allOf': [{'required': ['flavor_id', 'node_processes']}]},
)
template_update = schema.Body({**types.identity(is_required=False), **common})

_template = schema.Body(
    {
        **{
            name: param
            for name, param in shown.items()
            if name not in ('count', 'node_group_template_id')
        },
        **types.owner(),
        **types.required(
            {
                'plugin_name': types.string,
                'description': types.any_string,
                'is_default': types.boolean,
                'is_public': types.boolean,
                'is_protected': types.boolean,
            }
        ),
    }
)

template_index_response = types.page_of('node_group_templates', _template)
template_show_response = schema.wrapped('node_group_template', _template)
