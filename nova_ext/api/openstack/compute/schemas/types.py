# SPDX-License-Identifier: Apache-2.0
"""JSON Schemas of properties that several resources share."""

from typing import Any

from ext_lib.wsgi import formats
from ext_lib.wsgi import schema

JSONSchema = dict[str, Any]

string: JSONSchema = {'type': 'string'}
boolean: JSONSchema = {'type': 'boolean'}
integer: JSONSchema = {'type': 'integer'}
null: JSONSchema = {'type': 'null'}
uuid: JSONSchema = {'type': 'string', 'format': 'uuid'}
ipv4: JSONSchema = {'type': 'string', 'format': 'ipv4'}
ipv6: JSONSchema = {'type': 'string', 'format': 'ipv6'}
regex: JSONSchema = {
    'type': 'string',
    'maxLength': formats.LONGEST_PATTERN,
    'format': 'regex',
}
date_time: JSONSchema = {'type': 'string', 'format': 'date-time'}
limit: JSONSchema = {'type': 'string', 'pattern': '^[0-9]*$', 'minLength': 1}
host_id: JSONSchema = {'type': 'string', 'pattern': '^([0-9a-f]{56})?$'}
name: JSONSchema = {
    'type': 'string',
    'minLength': 1,
    'maxLength': 255,
    'format': 'name',
}
description: JSONSchema = {
    'type': ['string', 'null'],
    'maxLength': 255,
    'format': 'text',
}
metadata: JSONSchema = {
    'type': 'object',
    'patternProperties': {
        r'^[a-zA-Z0-9-_:. ]{1,255}$': {'type': 'string', 'maxLength': 255}
    },
    'additionalProperties': False,
}
host: JSONSchema = {
    'type': 'string',
    'minLength': 1,
    'maxLength': 255,
    'pattern': '^[a-zA-Z0-9-._]*$',
}
user_data: JSONSchema = {
    'type': 'string',
    'format': 'base64',
    'maxLength': 65535,
}
certificates: JSONSchema = {
    'type': ['array', 'null'],
    'items': {'type': 'string', 'minLength': 1},
    'minItems': 1,
    'maxItems': 50,
    'uniqueItems': True,
}
boolean_like: JSONSchema = {
    'anyOf': [
        {'type': 'boolean'},
        {
            'enum': [
                *('True', 'TRUE', 'true', '1', 'ON', 'On', 'on'),
                *('YES', 'Yes', 'yes', 'y', 't'),
                *('False', 'FALSE', 'false', '0', 'OFF', 'Off', 'off'),
                *('NO', 'No', 'no', 'n', 'f'),
            ]
        },
    ]
}
positive: JSONSchema = {
    'type': ['integer', 'string'],
    # Python itself refuses to read numbers much longer than these.
    'pattern': '^0{0,999}[1-9][0-9]{0,999}$',
    'minimum': 1,
}

link = schema.Body(
    {
        'rel': schema.Param(string, required=True),
        'href': schema.Param(string, required=True),
    }
)
links = schema.ListOf(link)


def nullable(inner: JSONSchema) -> JSONSchema:
    """Return a schema that also takes null."""
    return {'anyOf': [inner, null]}


string_or_null = nullable(string)
integer_or_null = nullable(integer)
date_time_or_null = nullable(date_time)


def bare(action: str) -> schema.Body:
    """Return the schema of an action whose value is ignored."""
    return schema.wrapped(action, {})
