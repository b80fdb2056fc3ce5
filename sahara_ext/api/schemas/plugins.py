# SPDX-License-Identifier: Apache-2.0
"""Schemas of plugins in answers."""

from ext_lib.wsgi import schema
from ext_lib.wsgi.schema import Param
from sahara_ext.api.schemas import types

_label = {
    'type': 'object',
    'properties': {
        'status': types.boolean,
        'mutable': types.boolean,
        'description': {'type': 'string'},
    },
    'required': ['status', 'mutable', 'description'],
    'additionalProperties': False,
}
_labels = {'type': 'object', 'additionalProperties': _label}
_config: types.JSONSchema = {
    'type': 'object',
    'properties': {
        'name': types.string,
        'description': types.any_string,
        'config_type': {'enum': ['string', 'int', 'bool', 'enum']},
        'config_values': {'type': ['array', 'null']},
        'default_value': {},
        'applicable_target': types.string,
        'scope': {'enum': ['cluster', 'node']},
        'is_optional': types.boolean,
        'priority': {'type': 'integer'},
    },
    'additionalProperties': False,
}
_config['required'] = list(_config['properties'])

_plugin: dict[str, Param] = types.required(
    {
        'name': types.string,
        'title': types.string,
        'description': {'type': 'string'},
        'versions': types.strings,
        'plugin_labels': _labels,
        'version_labels': {
            'type': 'object',
            'additionalProperties': _labels,
        },
    }
)

index_response = schema.wrapped('plugins', schema.ListOf(schema.Body(_plugin)))
show_response = schema.wrapped('plugin', schema.Body(_plugin))
show_version_response = schema.wrapped(
    'plugin',
    schema.Body(
        {
            **_plugin,
            **types.required(
                {
                    'configs': {'type': 'array', 'items': _config},
                    'node_processes': {
                        'type': 'object',
                        'additionalProperties': types.strings,
                    },
                    'required_image_tags': types.strings,
                }
            ),
        }
    ),
)
