# SPDX-License-Identifier: Apache-2.0
"""Schemas of the actions of a server."""

from ext_lib.wsgi import schema
from ext_lib.wsgi.schema import Param
from nova_ext.api.openstack.compute.schemas import types

index_query = schema.Query(
    {
        'limit': Param(types.limit, since='2.58'),
        'marker': Param(types.string, since='2.58'),
        'changes-since': Param(types.date_time, since='2.58'),
        'changes-before': Param(types.date_time, since='2.66'),
    },
    strict_since='2.58',
)

show_query = schema.Query({}, strict_since='2.102')

_string_or_null = types.nullable(types.string)
_date_or_null = types.nullable(types.date_time)

_action = {
    'action': Param(types.string, required=True),
    'instance_uuid': Param(types.uuid, required=True),
    'request_id': Param(types.string, required=True),
    'user_id': Param(_string_or_null, required=True),
    'project_id': Param(_string_or_null, required=True),
    'start_time': Param(types.date_time, required=True),
    'message': Param(_string_or_null, required=True),
    'updated_at': Param(_date_or_null, since='2.58', required=True),
}

_event = schema.Body(
    {
        'event': Param(types.string, required=True),
        'start_time': Param(types.date_time, required=True),
        'finish_time': Param(_date_or_null, required=True),
        'result': Param({'enum': ['Success', 'Error', None]}, required=True),
        'traceback': Param(_string_or_null),
        'host': Param(_string_or_null, since='2.62'),
        'hostId': Param(types.host_id, since='2.62', required=True),
        'details': Param(_string_or_null, since='2.84'),
    }
)

index_response = schema.Body(
    {
        'instanceActions': Param(
            schema.ListOf(schema.Body(_action)), required=True
        ),
        'links': Param(types.links, since='2.58'),
    }
)

show_response = schema.wrapped(
    'instanceAction',
    schema.Body(
        {
            **_action,
            'events': Param(schema.ListOf(_event)),
        }
    ),
)
