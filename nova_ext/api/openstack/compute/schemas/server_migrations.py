# SPDX-License-Identifier: Apache-2.0
"""Schemas of the live migrations of one server."""

from ext_lib.wsgi import schema
from ext_lib.wsgi.schema import Param
from nova_ext.api.openstack.compute.schemas import types

#: Of both GETs: no parameters.
query = schema.Query({}, strict_since='2.102')

_string_or_null = types.nullable(types.string)
_integer_or_null = types.nullable(types.integer)

_migration = schema.Body(
    {
        'id': Param(types.integer, required=True),
        'server_uuid': Param(types.uuid, required=True),
        'status': Param(types.string, required=True),
        'source_compute': Param(_string_or_null, required=True),
        'dest_compute': Param(_string_or_null, required=True),
        'source_node': Param(_string_or_null, required=True),
        'dest_node': Param(_string_or_null, required=True),
        'dest_host': Param(_string_or_null, required=True),
        'memory_total_bytes': Param(_integer_or_null, required=True),
        'memory_processed_bytes': Param(_integer_or_null, required=True),
        'memory_remaining_bytes': Param(_integer_or_null, required=True),
        'disk_total_bytes': Param(_integer_or_null, required=True),
        'disk_processed_bytes': Param(_integer_or_null, required=True),
        'disk_remaining_bytes': Param(_integer_or_null, required=True),
        'created_at': Param(types.date_time, required=True),
        'updated_at': Param(types.nullable(types.date_time), required=True),
        'uuid': Param(types.uuid, since='2.59', required=True),
        'user_id': Param(_string_or_null, since='2.80', required=True),
        'project_id': Param(_string_or_null, since='2.80', required=True),
    }
)

index_response = schema.wrapped('migrations', schema.ListOf(_migration))
show_response = schema.wrapped('migration', _migration)
force_complete = schema.wrapped('force_complete', types.null)
