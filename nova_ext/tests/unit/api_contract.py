# SPDX-License-Identifier: Apache-2.0
"""What the routes and schemas say of every method, for the API reference.

Keys are named as the reference names them: those of the object a document is
about by their own names, what lies deeper with dots, ``events.host``.
"""

from collections.abc import Iterable, Iterator
import dataclasses
import re
from typing import Any, NamedTuple

from ext_lib.wsgi import controller
from ext_lib.wsgi import microversion
from ext_lib.wsgi import routing
from ext_lib.wsgi import schema
from nova_ext.api.openstack.compute import microversions

VERSIONS = tuple(microversion.parse(text) for text in microversions.HISTORY)

Form = schema.JSONSchema | schema.Body | schema.ListOf


class Span(NamedTuple):
    """A range of microversions, both ends included."""

    since: microversion.Version = microversions.MINIMUM
    until: microversion.Version = microversions.MAXIMUM

    def within(self, other: 'Span') -> 'Span':
        """Return what the two ranges have in common."""
        return Span(max(self.since, other.since), min(self.until, other.until))

    def versions(self) -> set[microversion.Version]:
        """Return all versions of the range."""
        return {v for v in VERSIONS if self.since <= v <= self.until}


class Row(NamedTuple):
    """A parameter or key in one of its forms.

    :param open: whether its schema leaves open what is inside
    """

    name: str
    span: Span
    required: bool
    open: bool = False


class Key(NamedTuple):
    """What identifies a method; ``path`` has ``{}`` for what varies."""

    verb: str
    path: str
    action: str | None


@dataclasses.dataclass
class Method:
    """What a method takes and gives."""

    span: Span
    status: int
    query: list[Row]
    body: list[Row]
    response: list[Row]


def span(since: str | None, until: str | None) -> Span:
    """Return the range from ``since`` to ``until``, open where None."""
    return Span(
        microversion.parse(since) if since else microversions.MINIMUM,
        microversion.parse(until) if until else microversions.MAXIMUM,
    )


def key(verb: str, path: str, action: str | None = None) -> Key:
    """Return the key of a method, whatever its path calls what varies."""
    return Key(verb, re.sub(r'{\w+}', '{}', path), action)


def methods(table: routing.Table) -> dict[Key, Method]:
    """Return every method of ``table``."""
    found = {}
    for path, targets in table:
        for verb, target in targets.items():
            actions: Iterable[tuple[str | None, controller.Method]] = (
                target.items()
                if isinstance(target, routing.Actions)
                else [(None, target)]
            )
            for action, method in actions:
                found[key(verb, path, action)] = _method(method)
    return found


def _method(method: controller.Method) -> Method:
    contract = controller.contract(method)
    limits = getattr(method, 'versions', None)
    return Method(
        span=Span(
            limits.since if limits else microversions.MINIMUM,
            (limits and limits.until) or microversions.MAXIMUM,
        ),
        status=contract.status,
        query=list(_forms(contract.query.params, '', Span())),
        body=list(_document(contract.body)),
        response=list(_document(contract.response)),
    )


def _document(body: schema.Body | None) -> Iterator[Row]:
    """Return the rows of a whole document.

    Its first key names what it is about, so those inside stand without it.
    """
    if body is None:
        return
    about = next(iter(body.params))
    for row in _forms(body.params, '', Span()):
        yield row._replace(name=row.name.removeprefix(f'{about}.'))


def _forms(params: schema.Params, prefix: str, outer: Span) -> Iterator[Row]:
    for name, forms in params.items():
        for param in forms if isinstance(forms, tuple) else (forms,):
            own = span(param.since, param.until).within(outer)
            inside = list(_inside(param.schema, f'{prefix}{name}.', own))
            is_open = not inside and _may_hold_more(param.schema)
            yield Row(prefix + name, own, param.required, is_open)
            yield from inside


def _may_hold_more(form: Form) -> bool:
    if not isinstance(form, dict):
        return False
    types = form.get('type', [])
    return 'object' in types or 'array' in types


def _inside(form: Form, prefix: str, outer: Span) -> Iterator[Row]:
    if isinstance(form, schema.ListOf):
        yield from _inside(form.item, prefix, outer)
    elif isinstance(form, schema.Body):
        yield from _forms(form.params, prefix, outer)
    else:
        yield from _plain(form, prefix, outer)


def _plain(form: dict[str, Any], prefix: str, outer: Span) -> Iterator[Row]:
    """Return the rows inside a JSON Schema that does not grow."""
    for name, inner in form.get('properties', {}).items():
        yield Row(prefix + name, outer, name in form.get('required', ()))
        yield from _plain(inner, f'{prefix}{name}.', outer)
    branches = [*form.get('anyOf', ()), *form.get('oneOf', ())]
    if isinstance(form.get('items'), dict):
        branches.append(form['items'])
    for branch in branches:
        yield from _plain(branch, prefix, outer)
