# SPDX-License-Identifier: Apache-2.0
"""Schemas of the events of a step of a cluster."""

from ext_lib.wsgi import schema
from ext_lib.wsgi.schema import Param
from sahara_ext.api.schemas import types

index_query = schema.Query(
    {
        'step_id': Param(types.uuid),
        'limit': Param(types.limit),
        'marker': Param(types.uuid),
        'successful': Param(types.boolean_word),
    },
    strict_since='1.1',
)

_event = schema.Body(
    types.required(
        {
            'id': types.uuid,
            'cluster_id': types.uuid,
            'provisioning_step_id': types.uuid,
            'created_at': types.time,
            'successful': types.boolean,
            **types.alike(
                (
                    'node_group_id',
                    'instance_id',
                    'instance_name',
                    'event_info',
                    'error_id',
                ),
                types.any_string,
            ),
        }
    )
)

index_response = schema.wrapped('events', schema.ListOf(_event))
