# SPDX-License-Identifier: Apache-2.0
"""Schemas of servers in answers."""

from ext_lib.wsgi import schema
from ext_lib.wsgi.schema import Param
from nova_ext.api.openstack.compute.schemas import types

_disk_config = {'enum': ['AUTO', 'MANUAL']}

_reference = {
    'id': Param(types.uuid, required=True),
    'links': Param(types.links, required=True),
}

#: Of every answer with a server.
_basics = {
    'accessIPv4': Param(types.string, required=True),
    'accessIPv6': Param(types.string, required=True),
    'addresses': Param({'type': 'object'}, required=True),
    'created': Param(types.date_time, required=True),
    'flavor': Param({'type': 'object'}, required=True),
    'hostId': Param(types.host_id, required=True),
    'image': Param({'type': ['object', 'string']}, required=True),
    'metadata': Param(types.metadata, required=True),
    'name': Param(types.string, required=True),
    'status': Param(types.string, required=True),
    'tenant_id': Param(types.string, required=True),
    'user_id': Param(types.string, required=True),
    'updated': Param(types.date_time, required=True),
    'fault': Param({'type': 'object'}),
    'OS-DCF:diskConfig': Param(_disk_config, required=True),
    'progress': Param(types.integer),
    'locked': Param(types.boolean, since='2.9', required=True),
    'description': Param(types.string_or_null, since='2.19', required=True),
    'tags': Param(
        {'type': 'array', 'items': types.string}, since='2.26', required=True
    ),
    'trusted_image_certificates': Param(
        {'type': ['array', 'null']}, since='2.63', required=True
    ),
    'locked_reason': Param(types.string_or_null, since='2.73', required=True),
}

#: Of answers to reads of a server.
_states = {
    'OS-EXT-AZ:availability_zone': types.string,
    'config_drive': types.string,
    'key_name': types.string_or_null,
    'OS-SRV-USG:launched_at': types.date_time_or_null,
    'OS-SRV-USG:terminated_at': types.date_time_or_null,
    'OS-EXT-STS:task_state': types.string_or_null,
    'OS-EXT-STS:vm_state': types.string_or_null,
    'OS-EXT-STS:power_state': types.integer,
    'os-extended-volumes:volumes_attached': {'type': 'array'},
}

_USER_DATA = 'OS-EXT-SRV-ATTR:user_data'
#: Of answers to operators.
_attributes = {
    'OS-EXT-SRV-ATTR:host': Param(types.string_or_null),
    'OS-EXT-SRV-ATTR:instance_name': Param(types.string),
    'OS-EXT-SRV-ATTR:hypervisor_hostname': Param(types.string_or_null),
    'OS-EXT-SRV-ATTR:hostname': Param(types.string_or_null, since='2.3'),
    'OS-EXT-SRV-ATTR:kernel_id': Param(types.string, since='2.3'),
    'OS-EXT-SRV-ATTR:launch_index': Param(types.integer, since='2.3'),
    'OS-EXT-SRV-ATTR:ramdisk_id': Param(types.string, since='2.3'),
    'OS-EXT-SRV-ATTR:reservation_id': Param(types.string_or_null, since='2.3'),
    'OS-EXT-SRV-ATTR:root_device_name': Param(
        types.string_or_null, since='2.3'
    ),
    _USER_DATA: Param(types.null, since='2.3'),
    'host_status': Param(types.string, since='2.16'),
}

_detail = {
    **_reference,
    **_basics,
    **{name: Param(form, required=True) for name, form in _states.items()},
    **_attributes,
}
_groups = Param({'type': 'array'}, since='2.71', required=True)
_changed = {
    **_reference,
    **_basics,
    **{name: Param(form, since='2.75') for name, form in _states.items()},
    **{
        name: Param(param.schema, since='2.75')
        for name, param in _attributes.items()
    },
    'server_groups': _groups,
}


def _listed(item: schema.Body) -> schema.Body:
    return schema.Body(
        {
            'servers': Param(schema.ListOf(item), required=True),
            'servers_links': Param(types.links),
        }
    )


index = _listed(
    schema.Body({**_reference, 'name': Param(types.string, required=True)})
)
detail = _listed(schema.Body(_detail))
show = schema.wrapped(
    'server', schema.Body({**_detail, 'server_groups': _groups})
)
create = schema.Body(
    {
        'server': Param(
            schema.Body(
                {
                    **_reference,
                    'OS-DCF:diskConfig': Param(_disk_config, required=True),
                    'security_groups': Param({'type': 'array'}),
                    'adminPass': Param(types.string),
                }
            )
        ),
        # Instead of the server, if the request asks for it.
        'reservation_id': Param(types.string),
    }
)
update = schema.wrapped('server', schema.Body(_changed))
rebuild = schema.wrapped(
    'server',
    schema.Body(
        {
            **{k: v for k, v in _changed.items() if k != _USER_DATA},
            'adminPass': Param(types.string),
            'key_name': (
                Param(types.string_or_null, since='2.54', until='2.74'),
                Param(types.string_or_null, since='2.75'),
            ),
            'user_data': Param(types.null, since='2.57'),
        }
    ),
)
evacuate = schema.Body(
    {'adminPass': Param(types.string, until='2.13', required=True)}
)
