# SPDX-License-Identifier: Apache-2.0
"""Schemas of records across servers."""

from ext_lib.wsgi import schema
from ext_lib.wsgi.schema import Param
from nova_ext.api.openstack.compute.schemas import types
from nova_ext.objects import audit

#: These resources are not of nova, and no microversion changes them.
_STRICT = '2.1'
_RESULT = {'enum': list(audit.RESULTS)}
_TEXT = {'type': 'string', 'minLength': 1, 'maxLength': 255}
_PAGE: schema.Params = {
    'limit': Param(types.limit),
    'marker': Param(types.string),
}

ACTIONS_QUERY = schema.Query(
    {
        'user': Param(_TEXT),
        'project': Param(_TEXT),
        'server': Param(types.uuid),
        'server_name': Param(_TEXT),
        'host': Param(_TEXT),
        'action': Param(_TEXT),
        'result': Param(_RESULT),
        'request_id': Param(_TEXT),
        'since': Param(types.date_time),
        'before': Param(types.date_time),
        'events': Param(types.boolean_like),
        **_PAGE,
    },
    strict_since=_STRICT,
)
TIMELINE_QUERY = schema.Query(_PAGE, strict_since=_STRICT)
MIGRATIONS_QUERY = schema.Query(
    {'status': Param(_TEXT), 'migration_type': Param(_TEXT), **_PAGE},
    strict_since=_STRICT,
)

_EVENT: schema.Params = {
    'event': Param(types.string_or_null, required=True),
    'start_time': Param(types.date_time_or_null, required=True),
    'finish_time': Param(types.date_time_or_null, required=True),
    'result': Param({'enum': ['Success', 'Error', None]}, required=True),
    'hostId': Param(types.host_id, required=True),
    'host': Param(types.string_or_null),
    'traceback': Param(types.string_or_null),
    'details': Param(types.string_or_null),
}

_ACTION: schema.Params = {
    'id': Param(types.string, required=True),
    'action': Param(types.string_or_null, required=True),
    'result': Param(_RESULT, required=True),
    'server_id': Param(types.string_or_null, required=True),
    'server_name': Param(types.string_or_null, required=True),
    'server_project_id': Param(types.string_or_null, required=True),
    'request_id': Param(types.string_or_null, required=True),
    'user_id': Param(types.string_or_null, required=True),
    'project_id': Param(types.string_or_null, required=True),
    'message': Param(types.string_or_null, required=True),
    'created_at': Param(types.date_time_or_null, required=True),
    'start_time': Param(types.date_time_or_null, required=True),
    'updated_at': Param(types.date_time_or_null, required=True),
}

_MIGRATION = schema.Body(
    {
        'id': Param(types.string, required=True),
        'uuid': Param(types.uuid, required=True),
        'server_id': Param(types.string_or_null, required=True),
        'migration_type': Param(types.string, required=True),
        'status': Param(types.string_or_null, required=True),
        'source_compute': Param(types.string_or_null, required=True),
        'dest_compute': Param(types.string_or_null, required=True),
        'source_node': Param(types.string_or_null, required=True),
        'dest_node': Param(types.string_or_null, required=True),
        'dest_host': Param(types.string_or_null, required=True),
        'old_instance_type_id': Param(types.integer_or_null, required=True),
        'new_instance_type_id': Param(types.integer_or_null, required=True),
        'user_id': Param(types.string_or_null, required=True),
        'project_id': Param(types.string_or_null, required=True),
        'created_at': Param(types.date_time_or_null, required=True),
        'updated_at': Param(types.date_time_or_null, required=True),
    }
)

_SERVER = schema.Body(
    {
        'id': Param(types.uuid, required=True),
        'name': Param(types.string_or_null, required=True),
        'project_id': Param(types.string_or_null, required=True),
        'user_id': Param(types.string_or_null, required=True),
        'created_at': Param(types.date_time_or_null, required=True),
        'deleted_at': Param(types.date_time_or_null, required=True),
    }
)

_TASK = schema.Body(
    {
        'uuid': Param(types.uuid, required=True),
        'task': Param(types.string_or_null, required=True),
        'state': Param(types.string, required=True),
        'request_id': Param(types.string_or_null, required=True),
        'user_id': Param(types.string_or_null, required=True),
        'project_id': Param(types.string_or_null, required=True),
        'tag': Param(types.string_or_null, required=True),
        'code': Param(types.integer_or_null, required=True),
        'message': Param(types.string_or_null, required=True),
        'start_time': Param(types.date_time_or_null, required=True),
        'last_updated': Param(types.date_time_or_null, required=True),
    }
)

_ENTRY = schema.Body(
    {
        'id': Param(types.string, required=True),
        'type': Param(
            {
                'enum': [
                    audit.ACTION, audit.EVENT, audit.MIGRATION, audit.TASK,
                ]
            },
            required=True,
        ),
        'time': Param(types.date_time, required=True),
        audit.ACTION: Param(schema.Body(_ACTION)),
        audit.EVENT: Param(
            schema.Body(
                {**_EVENT, 'action_id': Param(types.string, required=True)}
            )
        ),
        audit.MIGRATION: Param(_MIGRATION),
        audit.TASK: Param(_TASK),
    },
    # Those three of all, and one that its type names.
    rules={'minProperties': 4, 'maxProperties': 4},
)  # fmt: skip

ACTIONS_RESPONSE = schema.Body(
    {
        'actions': Param(
            schema.ListOf(
                schema.Body(
                    {
                        **_ACTION,
                        'events': Param(schema.ListOf(schema.Body(_EVENT))),
                    }
                )
            ),
            required=True,
        ),
        'actions_links': Param(types.links),
    }
)
TIMELINE_RESPONSE = schema.Body(
    {
        'timeline': Param(schema.ListOf(_ENTRY), required=True),
        'server': Param(_SERVER, required=True),
        'tasks': Param({'enum': list(audit.TaskStore.ALL)}, required=True),
        'timeline_links': Param(types.links),
    }
)
MIGRATIONS_RESPONSE = schema.Body(
    {
        'migrations': Param(schema.ListOf(_MIGRATION), required=True),
        'migrations_links': Param(types.links),
    }
)
