# SPDX-License-Identifier: Apache-2.0
"""Schemas of cluster templates, in requests and answers."""

from ext_lib.wsgi import schema
from ext_lib.wsgi.schema import Param
from sahara_ext.api.schemas import node_groups
from sahara_ext.api.schemas import types

index_query = types.list_query('created_at')

#: What clusters and their templates have in common.
common: dict[str, Param] = {
    'node_groups': Param(node_groups.several_or_null),
    **types.optional(
        {
            'default_image_id': types.uuid_or_null,
            'cluster_configs': types.configs,
            'anti_affinity': types.strings_or_null,
            'description': types.text_or_null,
            'neutron_management_network': types.uuid_or_null,
            'shares': types.shares,
            'use_autoconfig': types.boolean_or_null,
            'is_public': types.boolean_or_null,
            'is_protected': types.boolean_or_null,
            'domain_name': types.string_or_null,
        }
    ),
}

create = schema.Body({**types.identity(is_required=True), **common})
update = schema.Body({**types.identity(is_required=False), **common})

#: The properties of an answer that clusters and their templates share.
shown: dict[str, Param] = {
    **types.owner(),
    **types.required(
        {
            **types.stored,
            'name': types.string,
            'plugin_name': types.string,
            'cluster_configs': {'type': 'object'},
            'anti_affinity': {'type': 'array', 'items': types.string},
            'shares': {'type': ['array', 'null']},
            **types.alike(
                (
                    'description',
                    'default_image_id',
                    'neutron_management_network',
                    'domain_name',
                ),
                types.any_string,
            ),
            **types.alike(
                ('use_autoconfig', 'is_public', 'is_protected'), types.boolean
            ),
        }
    ),
}

_template = schema.Body(
    {
        **shown,
        'is_default': Param(types.boolean, required=True),
        'node_groups': Param(
            schema.ListOf(schema.Body(node_groups.shown)), required=True
        ),
    }
)

index_response = types.page_of('cluster_templates', _template)
show_response = schema.wrapped('cluster_template', _template)
