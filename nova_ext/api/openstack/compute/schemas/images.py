# SPDX-License-Identifier: Apache-2.0
"""Schemas of images."""

from ext_lib.wsgi import schema
from ext_lib.wsgi.schema import Param
from nova_ext.api.openstack.compute.schemas import types

show_response = schema.wrapped(
    'image',
    schema.Body(
        {
            'id': Param(types.string, required=True),
            'name': Param(types.string, required=True),
            'status': Param(types.string, required=True),
            'progress': Param(types.integer, required=True),
            'minDisk': Param(types.integer, required=True),
            'minRam': Param(types.integer, required=True),
            'metadata': Param({'type': 'object'}, required=True),
            'created': Param(types.date_time, required=True),
            'updated': Param(types.date_time, required=True),
            'OS-EXT-IMG-SIZE:size': Param(types.integer, required=True),
            'links': Param(types.links, required=True),
        }
    ),
)
