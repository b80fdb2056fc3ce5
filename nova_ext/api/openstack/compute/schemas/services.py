# SPDX-License-Identifier: Apache-2.0
"""Schemas of the services."""

from ext_lib.wsgi import schema
from ext_lib.wsgi.schema import Param
from nova_ext.api.openstack.compute.schemas import types

index_query = schema.Query(
    {
        'host': Param(types.string, multiple=True),
        'binary': Param(types.string, multiple=True),
    },
    strict_since='2.75',
)

_of_host = {
    'host': Param(types.host, required=True),
    'binary': Param(types.name, required=True),
}
switch = schema.Body(_of_host)
disable_log_reason = schema.Body(
    {**_of_host, 'disabled_reason': Param(types.name, required=True)}
)
force_down = schema.Body(
    {**_of_host, 'forced_down': Param(types.boolean_like, required=True)}
)
update = schema.Body(
    {
        'status': Param({'enum': ['enabled', 'disabled']}),
        'disabled_reason': Param(types.name),
        'forced_down': Param(types.boolean_like),
    }
)

_service = schema.Body(
    {
        'binary': Param(types.string, required=True),
        'host': Param(types.string, required=True),
        'id': (
            Param(types.integer, until='2.52', required=True),
            Param(types.uuid, since='2.53', required=True),
        ),
        'zone': Param(types.string, required=True),
        'status': Param({'enum': ['enabled', 'disabled']}, required=True),
        'state': Param({'enum': ['up', 'down']}, required=True),
        'updated_at': Param(types.nullable(types.date_time), required=True),
        'disabled_reason': Param(types.nullable(types.string), required=True),
        'forced_down': Param(types.boolean, since='2.11', required=True),
    }
)
index_response = schema.wrapped('services', schema.ListOf(_service))
update_response = schema.wrapped('service', _service)
switch_response = schema.wrapped(
    'service',
    schema.Body(
        {
            'host': Param(types.string, required=True),
            'binary': Param(types.string, required=True),
            'status': Param(types.string),
            'disabled_reason': Param(types.string),
            'forced_down': Param(types.boolean, since='2.11'),
        }
    ),
)
