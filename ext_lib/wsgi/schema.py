# SPDX-License-Identifier: Apache-2.0
"""JSON Schemas that grow: each property once, with the version it came in."""

from collections.abc import Mapping
import dataclasses
import functools
from typing import Any

from ext_lib.wsgi import microversion

JSONSchema = dict[str, Any]


@dataclasses.dataclass(frozen=True)
class Param:
    """A property and the versions that have it.

    :param schema: of its value: a JSON Schema, or one that grows itself
    :param since: the version that brought it; from the beginning when omitted
    :param until: the last version that has it
    :param multiple: in a query, may be given several times: the last counts
    :param required: in an object, must be there
    """

    schema: 'JSONSchema | Body | ListOf'
    since: str | None = None
    until: str | None = None
    multiple: bool = False
    required: bool = False

    def exists_at(self, version: microversion.Version) -> bool:
        """Return whether ``version`` has the property."""
        if self.since and version < microversion.parse(self.since):
            return False
        return not self.until or version <= microversion.parse(self.until)

    def at(self, version: microversion.Version) -> JSONSchema:
        """Return the schema of the value at ``version``."""
        if isinstance(self.schema, dict):
            return self.schema
        return self.schema.at(version)


#: A property, or the forms it had one after the other.
Params = Mapping[str, Param | tuple[Param, ...]]


class Query:
    """The query parameters of a method.

    :param params: by name, as the client writes it
    :param strict_since: the version from which unknown parameters are
        refused; before it, or always when omitted, they are ignored
    """

    def __init__(
        self, params: Params, strict_since: str | None = None
    ) -> None:
        self.params = params
        self.strict_since = strict_since and microversion.parse(strict_since)
        self.at = functools.cache(self._at)
        self.names = functools.cache(self._names)

    def _names(self, version: microversion.Version) -> frozenset[str]:
        """Return the parameters known at ``version``."""
        return frozenset(_existing(self.params, version))

    def _at(self, version: microversion.Version) -> JSONSchema:
        """Return the schema of ``{name: [value, ...]}`` at ``version``."""
        known = _existing(self.params, version)
        strict = self.strict_since and version >= self.strict_since
        return {
            'type': 'object',
            'properties': {n: _array(p) for n, p in known.items()},
            'additionalProperties': not strict,
        }


class Body:
    """An object in a request or an answer.

    :param params: its properties by name
    :param additional: whether it may have others
    :param rules: what else JSON Schema can say of it, at all versions
    """

    def __init__(
        self,
        params: Params,
        additional: bool = False,
        rules: JSONSchema | None = None,
    ) -> None:
        self.params = params
        self.additional = additional
        self.rules = rules or {}
        self.at = functools.cache(self._at)

    def _at(self, version: microversion.Version) -> JSONSchema:
        """Return the schema of the object at ``version``."""
        known = _existing(self.params, version)
        return {
            'type': 'object',
            'properties': {n: p.at(version) for n, p in known.items()},
            'required': [n for n, p in known.items() if p.required],
            'additionalProperties': self.additional,
            **self.rules,
        }


class ListOf:
    """A JSON array whose items grow with the versions.

    :param item: the schema of one item
    :param rules: what else JSON Schema can say of it, at all versions
    """

    def __init__(self, item: Body, rules: JSONSchema | None = None) -> None:
        self.item = item
        self.rules = rules or {}

    def at(self, version: microversion.Version) -> JSONSchema:
        """Return the schema of the array at ``version``."""
        return {
            'type': 'array',
            'items': self.item.at(version),
            **self.rules,
        }


def wrapped(key: str, inner: JSONSchema | Body | ListOf) -> Body:
    """Return the schema of ``{key: inner}``, the form of most bodies."""
    return Body({key: Param(inner, required=True)})


def _existing(
    params: Params, version: microversion.Version
) -> dict[str, Param]:
    found = {}
    for name, forms in params.items():
        for param in forms if isinstance(forms, tuple) else (forms,):
            if param.exists_at(version):
                found[name] = param
    return found


def _array(param: Param) -> JSONSchema:
    array: JSONSchema = {'type': 'array', 'items': param.schema}
    if not param.multiple:
        array['maxItems'] = 1
    return array
