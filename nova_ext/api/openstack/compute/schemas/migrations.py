# SPDX-License-Identifier: Apache-2.0
"""Schemas of the list of migrations."""

from ext_lib.wsgi import schema
from ext_lib.wsgi.schema import Param
from nova_ext.api.openstack.compute.schemas import types

index_query = schema.Query(
    {
        'hidden': Param(types.string, multiple=True),
        'host': Param(types.string, multiple=True),
        'instance_uuid': Param(types.string, multiple=True),
        'source_compute': Param(types.string, multiple=True),
        'status': Param(types.string, multiple=True),
        'migration_type': Param(types.string, multiple=True),
        'limit': Param(types.limit, since='2.59'),
        'marker': Param(types.string, since='2.59'),
        'changes-since': Param(types.date_time, since='2.59'),
        'changes-before': Param(types.date_time, since='2.66'),
        'user_id': Param(types.string, since='2.80'),
        'project_id': Param(types.string, since='2.80'),
    },
    strict_since='2.59',
)

_string_or_null = types.nullable(types.string)
_integer_or_null = types.nullable(types.integer)

_migration = schema.Body(
    {
        'id': Param(types.integer, required=True),
        'source_compute': Param(_string_or_null, required=True),
        'dest_compute': Param(_string_or_null, required=True),
        'source_node': Param(_string_or_null, required=True),
        'dest_node': Param(_string_or_null, required=True),
        'dest_host': Param(_string_or_null, required=True),
        'old_instance_type_id': Param(_integer_or_null, required=True),
        'new_instance_type_id': Param(_integer_or_null, required=True),
        'instance_uuid': Param(types.uuid, required=True),
        'status': Param(_string_or_null, required=True),
        'created_at': Param(types.date_time, required=True),
        'updated_at': Param(types.nullable(types.date_time), required=True),
        'migration_type': Param(
            {
                'enum': [
                    'migration',
                    'resize',
                    'live-migration',
                    'evacuation',
                ]
            },
            since='2.23',
            required=True,
        ),
        'links': Param(types.links, since='2.23'),
        'uuid': Param(types.uuid, since='2.59', required=True),
        'user_id': Param(_string_or_null, since='2.80', required=True),
        'project_id': Param(_string_or_null, since='2.80', required=True),
    }
)

index_response = schema.Body(
    {
        'migrations': Param(schema.ListOf(_migration), required=True),
        'migrations_links': Param(types.links, since='2.59'),
    }
)
