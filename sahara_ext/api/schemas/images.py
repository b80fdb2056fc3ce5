# SPDX-License-Identifier: Apache-2.0
"""Schemas of registered images, in requests and answers."""

from ext_lib.wsgi import schema
from ext_lib.wsgi.schema import Param
from sahara_ext.api.schemas import types

index_query = schema.Query(
    {
        'name': Param(types.string),
        'tags': Param(types.string, multiple=True),
        'username': Param(types.string, since='2.0'),
    }
)

_tag = {'type': 'string', 'format': 'valid_tag', 'maxLength': 255}

register = schema.Body(
    {
        'username': Param({**types.string, 'minLength': 1}, required=True),
        'description': Param({'type': 'string', 'maxLength': 65535}),
    }
)
tag = schema.wrapped('tags', {'type': 'array', 'items': _tag})

_image = schema.Body(
    types.required(
        {
            'id': types.string,
            'name': types.string,
            'username': types.string,
            'description': {'type': 'string'},
            'tags': types.strings,
            'status': types.string,
            'created': types.any_string,
            'updated': types.any_string,
            'minDisk': types.count,
            'minRam': types.count,
            'progress': types.count,
            'OS-EXT-IMG-SIZE:size': types.count,
            'metadata': {
                'type': 'object',
                'additionalProperties': {'type': 'string'},
            },
        }
    )
)

index_response = schema.wrapped('images', schema.ListOf(_image))
show_response = schema.wrapped('image', _image)
