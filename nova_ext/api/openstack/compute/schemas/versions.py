# SPDX-License-Identifier: Apache-2.0
"""Schemas of the version documents."""

from ext_lib.wsgi import schema
from nova_ext.api.openstack.compute.schemas import types

_link = schema.Body(
    {
        'rel': schema.Param(types.string, required=True),
        'href': schema.Param(types.string, required=True),
        'type': schema.Param(types.string),
    }
)
_media_type = schema.Body(
    {
        'base': schema.Param(types.string, required=True),
        'type': schema.Param(types.string, required=True),
    }
)
_version = schema.Body(
    {
        'id': schema.Param(types.string, required=True),
        'status': schema.Param(types.string, required=True),
        'version': schema.Param(types.string, required=True),
        'min_version': schema.Param(types.string, required=True),
        'updated': schema.Param(types.string, required=True),
        'links': schema.Param(schema.ListOf(_link), required=True),
        'media-types': schema.Param(schema.ListOf(_media_type), required=True),
    }
)

show_response = schema.wrapped('version', _version)
