# SPDX-License-Identifier: Apache-2.0
"""Schemas of clusters, in requests and answers."""

from ext_lib.wsgi import schema
from ext_lib.wsgi.schema import Param
from sahara_ext.api.schemas import cluster_templates
from sahara_ext.api.schemas import node_groups
from sahara_ext.api.schemas import types
from sahara_ext.objects import fields

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


_tri_state = {'type': ['boolean', 'null']}
_number_or_null = {'type': ['integer', 'null'], 'minimum': 0}

_instance = schema.Body(
    types.required(
        {
            **types.stored,
            'instance_name': types.string,
            **types.alike(
                (
                    'instance_id',
                    'internal_ip',
                    'management_ip',
                    'dns_hostname',
                ),
                types.any_string,
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
                (
                    'node_group_id',
                    'instance_id',
                    'instance_name',
                    'event_info',
                ),
                types.any_string,
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
        **cluster_templates.shown,
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
