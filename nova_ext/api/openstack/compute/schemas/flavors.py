# SPDX-License-Identifier: Apache-2.0
"""Schemas of flavors."""

from ext_lib.wsgi import schema
from ext_lib.wsgi.schema import Param
from nova_ext.api.openstack.compute.schemas import types

SORT_KEYS = (
    'flavorid',
    'id',
    'name',
    'memory_mb',
    'vcpus',
    'root_gb',
    'ephemeral_gb',
    'swap',
    'rxtx_factor',
    'disabled',
    'is_public',
)
#: Accepted and ignored: all flavors are equal in these.
_SAME_KEYS = ('created_at', 'updated_at', 'description', 'vcpu_weight')
_sort_key = {'enum': [*SORT_KEYS, *_SAME_KEYS]}

index_query = schema.Query(
    {
        'limit': Param(types.limit, multiple=True),
        'marker': Param(types.string, multiple=True),
        'is_public': Param(types.string, multiple=True),
        'minRam': Param(types.string, multiple=True),
        'minDisk': Param(types.string, multiple=True),
        'sort_key': Param(_sort_key, multiple=True),
        'sort_dir': Param({'enum': ['asc', 'desc']}, multiple=True),
    },
    strict_since='2.75',
)

_description = Param(types.nullable(types.string), since='2.55', required=True)
_reference = {
    'id': Param(types.string, required=True),
    'name': Param(types.string, required=True),
    'links': Param(types.links, required=True),
    'description': _description,
}
_detail = schema.Body(
    {
        **_reference,
        'ram': Param(types.integer, required=True),
        'disk': Param(types.integer, required=True),
        'swap': (
            Param(
                {'type': ['string', 'integer']}, until='2.74', required=True
            ),
            Param(types.integer, since='2.75', required=True),
        ),
        'OS-FLV-EXT-DATA:ephemeral': Param(types.integer, required=True),
        'OS-FLV-DISABLED:disabled': Param(types.boolean, required=True),
        'vcpus': Param(types.integer, required=True),
        'os-flavor-access:is_public': Param(types.boolean, required=True),
        'rxtx_factor': Param({'type': 'number'}, required=True),
        'extra_specs': Param({'type': 'object'}, since='2.61'),
    }
)


def _listed(item: schema.Body) -> schema.Body:
    return schema.Body(
        {
            'flavors': Param(schema.ListOf(item), required=True),
            'flavors_links': Param(types.links),
        }
    )


index_response = _listed(schema.Body(_reference))
detail_response = _listed(_detail)
show_response = schema.wrapped('flavor', _detail)
extra_specs_response = schema.wrapped('extra_specs', {'type': 'object'})
