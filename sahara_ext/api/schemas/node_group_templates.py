# SPDX-License-Identifier: Apache-2.0
"""Schemas of node group templates, in requests and answers."""

from ext_lib.wsgi import schema
from ext_lib.wsgi.schema import Param
from sahara_ext.api.schemas import node_groups
from sahara_ext.api.schemas import types

index_query = schema.Query(
    {
        **types.filters('name', 'plugin_name'),
        **types.filters('plugin_version', since='2.0'),
        **types.filters('id', 'hadoop_version', 'description', until='1.1'),
        **types.paging('id', 'name', 'plugin_name', 'created_at'),
    },
    strict_since='1.1',
)

create = schema.Body(
    {**types.identity(is_required=True), **node_groups.common},
    rules={'allOf': [{'required': ['flavor_id', 'node_processes']}]},
)
update = schema.Body(
    {**types.identity(is_required=False), **node_groups.common}
)

_template = schema.Body(
    {
        **{
            name: param
            for name, param in node_groups.shown.items()
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

index_response = schema.Body(
    {
        'node_group_templates': Param(schema.ListOf(_template), required=True),
        'markers': Param(types.markers),
    }
)
show_response = schema.wrapped('node_group_template', _template)
