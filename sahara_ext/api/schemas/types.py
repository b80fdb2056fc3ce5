# SPDX-License-Identifier: Apache-2.0
"""JSON Schemas of properties, and the formats that their strings have."""

import re
from typing import Any

import jsonschema
from oslo_utils import uuidutils

from ext_lib.wsgi import schema
from ext_lib.wsgi.schema import Param

JSONSchema = dict[str, Any]


def closed(properties: dict[str, JSONSchema]) -> JSONSchema:
    """Return the schema of an object that has these properties, no others."""
    return {
        'type': 'object',
        'properties': properties,
        'required': list(properties),
        'additionalProperties': False,
    }


#: What a column of numbers holds.
_HIGHEST = 2**31 - 1
#: What no JSON reader stumbles over.
_LARGEST = 1e15

string: JSONSchema = {'type': 'string', 'maxLength': 255}
string_or_null: JSONSchema = {'type': ['string', 'null'], 'maxLength': 255}
text_or_null: JSONSchema = {'type': ['string', 'null'], 'maxLength': 65535}
boolean: JSONSchema = {'type': 'boolean'}
boolean_or_null: JSONSchema = {'type': ['boolean', 'null']}
#: In a query: as JSON, as Python and as shells spell it.
boolean_word: JSONSchema = {
    'enum': ['true', 'false', 'True', 'False', 'TRUE', 'FALSE']
}
null: JSONSchema = {'type': 'null'}
uuid: JSONSchema = {'type': 'string', 'format': 'uuid', 'maxLength': 255}
uuid_or_null: JSONSchema = {
    'type': ['string', 'null'],
    'format': 'uuid',
    'maxLength': 255,
}
strings: JSONSchema = {'type': 'array', 'items': string}
strings_or_null: JSONSchema = {'type': ['array', 'null'], 'items': string}
count: JSONSchema = {'type': 'integer', 'minimum': 0, 'maximum': _HIGHEST}
positive: JSONSchema = {
    'type': ['integer', 'null'],
    'minimum': 1,
    'maximum': _HIGHEST,
}
#: It becomes part of the names of hosts.
name: JSONSchema = {
    'type': 'string',
    'minLength': 1,
    'maxLength': 50,
    'format': 'valid_name_hostname',
}
keypair: JSONSchema = {
    'type': 'string',
    'format': 'valid_keypair_name',
    'maxLength': 255,
}
_number: JSONSchema = {
    'type': ['string', 'boolean', 'number'],
    'minimum': -_LARGEST,
    'maximum': _LARGEST,
}
#: By applicable target, then by name.
configs: JSONSchema = {
    'type': ['object', 'null'],
    'additionalProperties': {
        'type': 'object',
        'additionalProperties': _number,
    },
}
shares: JSONSchema = {
    'type': 'array',
    'items': {
        'type': 'object',
        'properties': {
            'id': uuid,
            'path': string_or_null,
            'access_level': {'enum': ['rw', 'ro', None]},
        },
        'required': ['id'],
        'additionalProperties': False,
    },
}
limit: JSONSchema = {'type': 'string', 'format': 'positive integer'}

#: In answers: a time without zone and fraction.
time: JSONSchema = {
    'type': 'string',
    'pattern': r'^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$',
}
time_or_null: JSONSchema = {'anyOf': [time, null]}
#: What answers say of all that is stored.
stored: dict[str, JSONSchema] = {
    'created_at': time_or_null,
    'updated_at': time_or_null,
    'id': uuid,
}
any_string: JSONSchema = {'type': ['string', 'null']}
#: The pages before and after a list.
markers: JSONSchema = closed({'prev': any_string, 'next': any_string})


def sort_by(*names: str) -> JSONSchema:
    """Return the schema of a parameter that names what to sort by."""
    return {'enum': [*names, *(f'-{name}' for name in names)]}


def optional(
    schemas: dict[str, JSONSchema],
    since: str | None = None,
    until: str | None = None,
) -> dict[str, Param]:
    """Return properties that may be there."""
    return {name: Param(form, since, until) for name, form in schemas.items()}


def required(schemas: dict[str, JSONSchema]) -> dict[str, Param]:
    """Return properties that have to be there."""
    return {name: Param(form, required=True) for name, form in schemas.items()}


def alike(form: JSONSchema, *names: str) -> dict[str, JSONSchema]:
    """Return the same schema for several properties."""
    return dict.fromkeys(names, form)


def identity(is_required: bool) -> dict[str, Param]:
    """Return what says which thing of which kind is meant."""
    return {
        'name': Param(name, required=is_required),
        'plugin_name': Param(string, required=is_required),
        'hadoop_version': Param(string, until='1.1', required=is_required),
        'plugin_version': Param(string, since='2.0', required=is_required),
    }


def owner() -> dict[str, Param]:
    """Return what an answer says of the kind of a thing, and whose it is."""
    return {
        'tenant_id': Param(string, until='1.1', required=True),
        'project_id': Param(string, since='2.0', required=True),
        'hadoop_version': Param(string, until='1.1', required=True),
        'plugin_version': Param(string, since='2.0', required=True),
    }


def filters(
    *names: str, since: str | None = None, until: str | None = None
) -> dict[str, Param]:
    """Return parameters of a list that are compared as they are."""
    return optional(alike(string, *names), since, until)


def list_query(sort_key: str, *old_filters: str) -> schema.Query:
    """Return the parameters of a list of what plugins make something of.

    :param sort_key: what it can be sorted by, beside what all lists can
    :param old_filters: likewise for filters, in version 1.1
    """
    sort_keys = ('id', 'name', 'plugin_name', sort_key)
    return schema.Query(
        {
            **filters('name', 'plugin_name'),
            **filters('plugin_version', since='2.0'),
            **filters(
                'id',
                'hadoop_version',
                'description',
                *old_filters,
                until='1.1',
            ),
            'limit': Param(limit),
            'marker': Param(string),
            'sort_by': (
                Param(sort_by(*sort_keys, 'hadoop_version'), until='1.1'),
                Param(sort_by(*sort_keys, 'plugin_version'), since='2.0'),
            ),
        },
        strict_since='1.1',
    )


def page_of(key: str, item: schema.Body) -> schema.Body:
    """Return the schema of a page of a list."""
    return schema.Body(
        {
            key: Param(schema.ListOf(item), required=True),
            'markers': Param(markers),
        }
    )


CHECKER = jsonschema.FormatChecker(formats=())

_LABEL = '[a-zA-Z](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?'
_TAG_PART = '[a-zA-Z0-9](?:[a-zA-Z0-9_-]*[a-zA-Z0-9])?'
_PATTERNS = {
    'valid_name_hostname': re.compile(rf'{_LABEL}(?:\.{_LABEL})*'),
    'valid_keypair_name': re.compile(r'[a-zA-Z0-9_ -]+'),
    'valid_tag': re.compile(rf'{_TAG_PART}(?:\.{_TAG_PART})*'),
    'posix_path': re.compile('(?:/[a-zA-Z0-9_-]+)+'),
    'positive integer': re.compile('0*[1-9][0-9]{0,17}'),
    'integer': re.compile('-?[0-9]{1,18}'),
}


def _register(name: str, pattern: re.Pattern[str]) -> None:
    @CHECKER.checks(name)
    def _fits(value: object) -> bool:
        return not isinstance(value, str) or bool(pattern.fullmatch(value))


for _name, _pattern in _PATTERNS.items():
    _register(_name, _pattern)


@CHECKER.checks('uuid')
def _is_uuid(value: object) -> bool:
    return not isinstance(value, str) or uuidutils.is_uuid_like(value)


@CHECKER.checks('flavor')
def _is_flavor(value: object) -> bool:
    is_number = isinstance(value, str) and _PATTERNS['integer'].fullmatch(
        value
    )
    return bool(is_number) or _is_uuid(value)
