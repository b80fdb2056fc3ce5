# SPDX-License-Identifier: Apache-2.0
"""Contract of every method by routes and schemas, for an API reference.

Keys are named as the reference names them: those of the object a document is
about by their own names, what lies deeper with dots, ``events.host``.
"""

from collections.abc import Iterable, Iterator, Sequence
import dataclasses
import re
from typing import Any, NamedTuple

from ext_lib.wsgi import controller
from ext_lib.wsgi import microversion
from ext_lib.wsgi import routing
from ext_lib.wsgi import schema

#: Those, of all of an API, at which something exists.
Versions = frozenset[microversion.Version]

Form = schema.JSONSchema | schema.Body | schema.ListOf


class Row(NamedTuple):
    """A parameter or key in one of its forms.

    :param open: whether its schema leaves open what is inside
    """

    name: str
    versions: Versions
    required: bool
    open: bool = False


class Key(NamedTuple):
    """Identity of a method; ``path`` has ``{}`` for its variable parts."""

    verb: str
    path: str
    action: str | None


@dataclasses.dataclass
class Method:
    """Parameters and answers of a method."""

    versions: Versions
    status: int
    query: list[Row]
    body: list[Row]
    response: list[Row]


def key(verb: str, path: str, action: str | None = None) -> Key:
    """Return the key of a method, whatever its path calls what varies."""
    return Key(verb, re.sub(r'{\w+}', '{}', path), action)


def between(
    every: Iterable[microversion.Version],
    since: str | microversion.Version | None,
    until: str | microversion.Version | None,
) -> Versions:
    """Return those of ``every`` from ``since`` to ``until``, None for open."""
    first, last = _version(since), _version(until)
    return frozenset(
        version
        for version in every
        if (first is None or version >= first)
        and (last is None or version <= last)
    )


def _version(
    version: str | microversion.Version | None,
) -> microversion.Version | None:
    if isinstance(version, str):
        return microversion.parse(version)
    return version


class Contract:
    """The methods of an API at some versions of it.

    :param versions: all of them
    """

    def __init__(self, versions: Iterable[microversion.Version]) -> None:
        self._every = frozenset(versions)

    def methods(self, table: routing.Table) -> dict[Key, Method]:
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
                    found[key(verb, path, action)] = self._method(method)
        return found

    def _method(self, method: controller.Method) -> Method:
        contract = controller.contract(method)
        limits = getattr(method, 'versions', None)
        return Method(
            versions=self._between(
                limits and limits.since, limits and limits.until
            ),
            status=contract.status,
            query=list(self._forms(contract.query.params, '', self._every)),
            body=list(self._document(contract.body)),
            response=list(self._document(contract.response)),
        )

    def _between(self, since: Any, until: Any) -> Versions:
        return between(self._every, since, until)

    def _document(self, body: schema.Body | None) -> Iterator[Row]:
        """Return the rows of a whole document.

        Its first key names what it is about, so those inside stand without
        it.
        """
        if body is None or not body.params:
            return
        about = next(iter(body.params))
        for row in self._forms(body.params, '', self._every):
            yield row._replace(name=row.name.removeprefix(f'{about}.'))

    def _forms(
        self, params: schema.Params, prefix: str, outer: Versions
    ) -> Iterator[Row]:
        for name, forms in params.items():
            for param in forms if isinstance(forms, tuple) else (forms,):
                own = self._between(param.since, param.until) & outer
                inside = list(
                    self._inside(param.schema, f'{prefix}{name}.', own)
                )
                is_open = not inside and _may_hold_more(param.schema)
                yield Row(prefix + name, own, param.required, is_open)
                yield from inside

    def _inside(
        self, form: Form, prefix: str, outer: Versions
    ) -> Iterator[Row]:
        if isinstance(form, schema.ListOf):
            yield from self._inside(form.item, prefix, outer)
        elif isinstance(form, schema.Body):
            yield from self._forms(form.params, prefix, outer)
        else:
            yield from _plain(form, prefix, outer)


def _may_hold_more(form: Form) -> bool:
    if not isinstance(form, dict):
        return False
    types = form.get('type', [])
    return 'object' in types or 'array' in types


def _plain(
    form: dict[str, Any], prefix: str, outer: Versions
) -> Iterator[Row]:
    """Return the rows inside a JSON Schema that does not grow."""
    for name, inner in form.get('properties', {}).items():
        yield Row(prefix + name, outer, name in form.get('required', ()))
        yield from _plain(inner, f'{prefix}{name}.', outer)
    branches = [*form.get('anyOf', ()), *form.get('oneOf', ())]
    if isinstance(form.get('items'), dict):
        branches.append(form['items'])
    for branch in branches:
        yield from _plain(branch, prefix, outer)


def differences(
    served: Sequence[Row],
    documented: Sequence[Any],
    span: Versions,
    both_ways: bool,
) -> Iterator[str]:
    """Say where two tables differ.

    :param documented: rows of a reference
    :param span: versions that have the method
    :param both_ways: whether what need not be there must be documented as
        optional; else documents may be stricter than the schema
    """
    there, here = _versions(served, span), _versions(documented, span)
    inside = {row.name for row in served if row.open}
    for name in sorted(there.keys() | here.keys()):
        around = name.rpartition('.')[0]
        if name not in there and around in inside:
            if not here[name] <= there[around]:
                yield f'{name} is documented at {_text(here[name])}'
        elif there.get(name) != here.get(name):
            yield (
                f'{name} exists at {_text(there.get(name))}, '
                f'is documented at {_text(here.get(name))}'
            )
    yield from _optional(served, documented, span, both_ways)


def _optional(
    served: Sequence[Row],
    documented: Sequence[Any],
    span: Versions,
    both_ways: bool,
) -> Iterator[str]:
    there = _versions((r for r in served if r.required), span)
    here = _versions((r for r in documented if r.required), span)
    for name in {row.name for row in served}:
        needed, said = there.get(name, set()), here.get(name, set())
        if needed - said or (both_ways and said - needed):
            yield (
                f'{name} is required at {_text(needed)}, '
                f'is documented to be at {_text(said)}'
            )


def _versions(
    rows: Iterable[Any], span: Versions
) -> dict[str, set[microversion.Version]]:
    """Return the versions, of those in ``span``, that have each name."""
    found: dict[str, set[microversion.Version]] = {}
    for row in rows:
        found[row.name] = found.get(row.name, set()) | (row.versions & span)
    return {name: versions for name, versions in found.items() if versions}


def _text(versions: Iterable[microversion.Version] | None) -> str:
    """Return versions as people write them: ``2.1-2.36 2.80``."""
    found = set(versions or ())
    if not found:
        return 'no version'
    starts = [v for v in found if v._replace(minor=v.minor - 1) not in found]
    ends = [v for v in found if v._replace(minor=v.minor + 1) not in found]
    pairs = zip(sorted(starts), sorted(ends), strict=True)
    return ' '.join(f'{start}-{end}' for start, end in pairs)
