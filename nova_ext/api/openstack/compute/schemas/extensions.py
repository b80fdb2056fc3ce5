# SPDX-License-Identifier: Apache-2.0
"""Schemas of the parts of the API."""

from ext_lib.wsgi import schema
from ext_lib.wsgi.schema import Param
from nova_ext.api.openstack.compute.schemas import types

_extension = schema.Body(
    {
        'alias': Param(types.string, required=True),
        'description': Param(types.string, required=True),
        'links': Param({'type': 'array'}, required=True),
        'name': Param(types.string, required=True),
        'namespace': Param(types.string, required=True),
        'updated': Param(types.string, required=True),
    }
)

index_response = schema.wrapped('extensions', schema.ListOf(_extension))
show_response = schema.wrapped('extension', _extension)
