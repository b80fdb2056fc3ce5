# SPDX-License-Identifier: Apache-2.0
"""Schemas of the tasks of a server."""

from ext_lib.wsgi import schema
from ext_lib.wsgi.schema import Param
from nova_ext.api.openstack.compute.schemas import types
from nova_ext.objects.task import TaskState

_STRICT = '2.1'
_SECONDS = {'type': 'string', 'pattern': '^[0-9]{1,9}$'}

_filters: schema.Params = {
    'limit': Param(types.limit),
    'marker': Param(types.uuid),
    'state': Param({'enum': list(TaskState.ALL)}),
    'changes-since': Param(types.date_time),
    'all_tenants': Param(types.boolean_like),
}
index_query = schema.Query(
    {**_filters, 'wait': Param(_SECONDS)}, strict_since=_STRICT
)
index_all_query = schema.Query(
    {
        **_filters,
        'server': Param(types.uuid),
        'tag': Param({'type': 'string', 'minLength': 1, 'maxLength': 255}),
    },
    strict_since=_STRICT,
)

show_query = schema.Query(
    {'all_tenants': Param(types.boolean_like)}, strict_since=_STRICT
)


_task = schema.Body(
    {
        'uuid': Param(types.uuid, required=True),
        'task': Param(types.string, required=True),
        'state': Param({'enum': list(TaskState.ALL)}, required=True),
        'resource': Param(
            {
                'type': 'object',
                'patternProperties': {'^(server|image|network|volume)$': {}},
                'additionalProperties': False,
            },
            required=True,
        ),
        'request_id': Param(types.string, required=True),
        'user_id': Param(types.string, required=True),
        'project_id': Param(types.string, required=True),
        'start_time': Param(types.date_time, required=True),
        'last_updated': Param(types.date_time, required=True),
        'tag': Param(types.string_or_null, required=True),
        'code': Param(types.integer_or_null, required=True),
        'message': Param(types.string_or_null, required=True),
        'servers': Param({'type': 'array', 'items': types.uuid}),
        'links': Param(types.links, required=True),
    }
)

index_all_response = index_response = schema.Body(
    {
        'tasks': Param(schema.ListOf(_task), required=True),
        'tasks_links': Param(types.links),
    }
)

show_response = schema.wrapped('task', _task)
