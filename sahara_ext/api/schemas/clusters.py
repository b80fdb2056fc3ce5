# SPDX-License-Identifier: Apache-2.0
"""Schemas of clusters and their templates, in requests and answers."""

from ext_lib.wsgi import schema
from ext_lib.wsgi.schema import Param
from sahara_ext.api.schemas import node_groups
from sahara_ext.api.schemas import types
from sahara_ext.objects import fields

#: What clusters and their templates have in common.
_common: dict[str, Param] = {
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

index_query = types.list_query(
    'status',
    'status',
    'default_image_id',
    'neutron_management_network',
    'user_keypair_id',
    'cluster_template_id',
)

show_query = schema.Query({'show_progress': Param(types.string)})

_many = {'type': 'integer', 'minimum': 1, 'maximum': 1000}

_create: schema.Params = {
    **types.identity(is_required=True),
    **_common,
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


#: The properties of an answer that clusters and their templates share.
_shown: dict[str, Param] = {
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
                types.any_string,
                'description',
                'default_image_id',
                'neutron_management_network',
                'domain_name',
            ),
            **types.alike(
                types.boolean, 'use_autoconfig', 'is_public', 'is_protected'
            ),
        }
    ),
}

_tri_state = {'type': ['boolean', 'null']}
_number_or_null = {'type': ['integer', 'null'], 'minimum': 0}

_instance = schema.Body(
    types.required(
        {
            **types.stored,
            'instance_name': types.string,
            **types.alike(
                types.any_string,
                'instance_id',
                'internal_ip',
                'management_ip',
                'dns_hostname',
            ),
            'storage_devices_number': types.count,
        }
    )
)

_group = schema.Body(
    {
        **node_groups.shown,
        'instances': Param(schema.ListOf(_instance), required=True),
    }
)

_event = schema.Body(
    types.required(
        {
            'created_at': types.time,
            'updated_at': types.time_or_null,
            'id': types.uuid,
            **types.alike(
                types.any_string,
                'node_group_id',
                'instance_id',
                'instance_name',
                'event_info',
            ),
            'successful': types.boolean,
            'step_id': types.uuid,
        }
    )
)

_any_step: dict[str, types.JSONSchema] = {
    'created_at': types.time,
    'updated_at': types.time_or_null,
    'id': types.uuid,
    'cluster_id': types.uuid,
    'step_name': types.string,
    'step_type': {'enum': list(fields.StepType.ALL)},
    'successful': _tri_state,
}

#: Of ``provision_progress``: one that has begun.
_begun_step = schema.Body(
    {
        **types.required({**_any_step, 'total': types.count}),
        'tenant_id': Param(types.string, until='1.1', required=True),
        'project_id': Param(types.string, since='2.0', required=True),
        'events': Param(schema.ListOf(_event)),
    }
)

#: Of ``provisioning_progress``: any.
_step = schema.Body(
    types.required(
        {
            **_any_step,
            'completed': types.count,
            'failed': types.count,
            'total': _number_or_null,
            'duration': _number_or_null,
            'started_at': types.time_or_null,
            'completed_at': types.time_or_null,
        }
    )
)

_percentage = {'type': 'integer', 'minimum': 0, 'maximum': 100}
_state: dict[str, types.JSONSchema] = {
    'status': {'enum': list(fields.ClusterStatus.ALL)},
    'status_description': types.any_string,
    'provisioning_percentage': _percentage,
}
_steps = {
    **types.required(_state),
    'provisioning_progress': Param(schema.ListOf(_step), required=True),
}

#: A part of a cluster, which clients may poll.
provisioning = schema.Body(
    {
        **types.required(
            {
                'id': types.uuid,
                'name': types.string,
                'updated_at': types.time_or_null,
            }
        ),
        **_steps,
    }
)

_cluster = schema.Body(
    {
        **_shown,
        **types.required(
            {
                'trust_id': types.any_string,
                'is_transient': types.boolean,
                'anti_affinity_ratio': _number_or_null,
                'management_public_key': types.any_string,
                'user_keypair_id': types.any_string,
                'info': {'type': 'object'},
                'cluster_template_id': types.any_string,
            }
        ),
        'node_groups': Param(schema.ListOf(_group), required=True),
        'provision_progress': Param(schema.ListOf(_begun_step), required=True),
        **_steps,
    }
)
show_response = schema.wrapped('cluster', _cluster)

index_response = types.page_of('clusters', _cluster)
create_response = schema.Body(
    {
        'cluster': Param(_cluster),
        'clusters': Param(schema.ListOf(show_response), since='2.0'),
    }
)
create_multiple_response = schema.wrapped(
    'clusters', {'type': 'array', 'items': types.uuid}
)
delete_response = schema.wrapped('stack_name', types.any_string)


template_index_query = types.list_query('created_at')

template_create = schema.Body({**types.identity(is_required=True), **_common})
template_update = schema.Body({**types.identity(is_required=False), **_common})

_template = schema.Body(
    {
        **_shown,
        'is_default': Param(types.boolean, required=True),
        'node_groups': Param(
            schema.ListOf(schema.Body(node_groups.shown)), required=True
        ),
    }
)

template_index_response = types.page_of('cluster_templates', _template)
template_show_response = schema.wrapped('cluster_template', _template)
