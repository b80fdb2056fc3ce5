# SPDX-License-Identifier: Apache-2.0
"""Schemas of requests about clusters."""

from ext_lib.wsgi import schema
from ext_lib.wsgi.schema import Param
from sahara_ext.api.schemas import cluster_templates
from sahara_ext.api.schemas import node_groups
from sahara_ext.api.schemas import types

index_query = schema.Query(
    {
        **types.filters('name', 'plugin_name'),
        **types.filters('plugin_version', since='2.0'),
        **types.filters(
            'id',
            'hadoop_version',
            'status',
            'description',
            'default_image_id',
            'neutron_management_network',
            'user_keypair_id',
            'cluster_template_id',
            until='1.1',
        ),
        **types.paging('id', 'name', 'plugin_name', 'status'),
    },
    strict_since='1.1',
)

show_query = schema.Query({'show_progress': Param(types.string)})

_many = {'type': 'integer', 'minimum': 1, 'maximum': 1000}

_create: schema.Params = {
    **types.identity(is_required=True),
    **cluster_templates.common,
    'is_transient': Param(types.boolean),
    'user_keypair_id': Param(types.keypair),
    'cluster_template_id': Param(types.uuid),
}
create = schema.Body({**_create, 'count': Param(_many, since='2.0')})
create_multiple = schema.Body(
    {**_create, 'count': Param(_many, required=True)}
)

_resizing = schema.Body(
    {
        'name': Param(types.string, required=True),
        'count': Param(types.count, required=True),
        'instances': Param(types.strings, since='2.0'),
    }
)
scale = schema.Body(
    {
        'resize_node_groups': Param(schema.ListOf(_resizing, {'minItems': 1})),
        'add_node_groups': Param(node_groups.several),
    },
    rules={
        'if': {'not': {'required': ['add_node_groups']}},
        'then': {'required': ['resize_node_groups']},
    },
)

update = schema.Body(
    {
        **types.optional(
            {
                'name': types.name,
                'description': types.text_or_null,
                'is_public': types.boolean_or_null,
                'is_protected': types.boolean_or_null,
                'shares': types.shares,
                'verification': {
                    'type': 'object',
                    'properties': {'status': {'enum': ['START']}},
                    'additionalProperties': False,
                },
            }
        ),
        'update_keypair': Param(types.boolean_or_null, since='2.0'),
    }
)

delete = schema.Body({'force': Param(types.boolean)})
