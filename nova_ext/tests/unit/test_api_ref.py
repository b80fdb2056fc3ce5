# SPDX-License-Identifier: Apache-2.0
"""The API reference tells all of the API and nothing else.

Compared are the pages with the table of routes and the schemas: methods,
microversions, codes, parameters and keys, at every version.
"""

from collections.abc import Iterable, Iterator
import re
from typing import Any
from unittest import mock

from nova_ext import policies
from nova_ext.api.openstack import faults
from nova_ext.api.openstack.compute import routes
from nova_ext.api.openstack.compute import server_tasks
from nova_ext.api.openstack.compute.views import versions as versions_view
from nova_ext.tests import base
from nova_ext.tests.unit import api_contract
from nova_ext.tests.unit import api_reference

_HEADERS = {'Location', 'Task-tag'}
#: The filter in front of the API serves these.
_TASKS = server_tasks.table(
    server_tasks.ServerTasksController(mock.Mock(), mock.Mock())
)

Versions = set[Any]


class TestAPIReference(base.TestCase):
    """The pages against routes and schemas."""

    def setUp(self) -> None:
        super().setUp()
        self.served = api_contract.methods((*routes.table(self.conf), *_TASKS))
        self.told = api_reference.methods()
        self.version_list = self.told.pop(api_reference.VERSION_LIST)

    def test_every_method_is_told(self) -> None:
        self.assertEqual(
            [], sorted(map(str, self.served.keys() - self.told.keys()))
        )

    def test_no_other_method_is_told(self) -> None:
        self.assertEqual(
            [], sorted(map(str, self.told.keys() - self.served.keys()))
        )

    def test_microversions_of_methods(self) -> None:
        for key, method in self.served.items():
            self.assertEqual(method.span, self.told[key].span, str(key))

    def test_codes_of_success(self) -> None:
        for key, method in self.served.items():
            self.assertEqual(method.status, self.told[key].status, str(key))

    def test_codes_of_errors(self) -> None:
        for key, method in self.told.items():
            for name, code in method.errors.items():
                (kind,) = faults.render(code, '', {})
                self.assertEqual(kind, name, str(key))

    def test_parameters_of_paths(self) -> None:
        for method in self.told.values():
            told = {r.name for r in method.request if r.where == 'path'}
            self.assertEqual(set(re.findall(r'{(\w+)}', method.path)), told)

    def test_parameters_of_queries(self) -> None:
        self._compare('query', lambda served: served.query, 'request')

    def test_keys_of_requests(self) -> None:
        self._compare('body', lambda served: served.body, 'request')

    def test_keys_of_answers(self) -> None:
        self._compare('body', lambda served: served.response, 'response')

    def test_keys_of_the_version_list(self) -> None:
        body = versions_view.index('http://localhost')
        told = [row.name for row in self.version_list.response]
        self.assertEqual({'versions', *_names(body['versions'][0])}, set(told))

    def test_headers(self) -> None:
        told = {
            row.name
            for method in self.told.values()
            for row in [*method.request, *method.response]
            if row.where == 'header'
        }
        self.assertEqual(_HEADERS, told)

    def test_policies(self) -> None:
        rules = policies.list_rules()
        guarding = {r.name for r in rules if getattr(r, 'operations', None)}
        self.assertEqual(guarding, api_reference.policies())

    def test_every_parameter_of_the_file_is_used(self) -> None:
        unused = api_reference.parameters().keys() - api_reference.used()
        self.assertEqual(set(), unused)

    def _compare(self, where: str, rows_of: Any, side: str) -> None:
        found: list[str] = []
        for key, served in self.served.items():
            told = [
                row
                for row in getattr(self.told[key], side)
                if row.where == where
            ]
            found += (
                f'{" ".join(map(str, key))}: {text}'
                for text in _differences(
                    rows_of(served), told, served.span, side == 'request'
                )
            )
        self.assertEqual([], found)


def _differences(
    served: list[api_contract.Row],
    told: list[api_reference.Row],
    span: api_contract.Span,
    both_ways: bool,
) -> Iterator[str]:
    """Say where two tables differ.

    :param both_ways: whether what need not be there must be told to be
        optional; else it may be told more strictly than the schema has it
    """
    there, here = _versions(served, span), _versions(told, span)
    inside = {row.name for row in served if row.open}
    for name in sorted(there.keys() | here.keys()):
        around = name.rpartition('.')[0]
        if name not in there and around in inside:
            if not here[name] <= there[around]:
                yield f'{name} is told at {_text(here[name])}'
        elif there.get(name) != here.get(name):
            yield (
                f'{name} exists at {_text(there.get(name))}, '
                f'is told at {_text(here.get(name))}'
            )
    yield from _optional(served, told, span, both_ways)


def _optional(
    served: list[api_contract.Row],
    told: list[api_reference.Row],
    span: api_contract.Span,
    both_ways: bool,
) -> Iterator[str]:
    there = _versions((r for r in served if r.required), span)
    here = _versions((r for r in told if r.required), span)
    for name in {row.name for row in served}:
        needed, said = there.get(name, set()), here.get(name, set())
        if needed - said or (both_ways and said - needed):
            yield (
                f'{name} is required at {_text(needed)}, '
                f'is told to be at {_text(said)}'
            )


def _versions(
    rows: Iterable[Any], span: api_contract.Span
) -> dict[str, Versions]:
    """Return the versions, of those in ``span``, that have each name."""
    found: dict[str, Versions] = {}
    for row in rows:
        versions = row.span.within(span).versions()
        found[row.name] = found.get(row.name, set()) | versions
    return {name: versions for name, versions in found.items() if versions}


def _names(document: dict[str, Any], prefix: str = '') -> Iterator[str]:
    for name, value in document.items():
        yield prefix + name
        if isinstance(value, list):
            for item in value:
                yield from _names(item, f'{prefix}{name}.')


def _text(versions: Versions | None) -> str:
    """Return versions as people write them: ``2.1-2.36 2.80``."""
    if not versions:
        return 'no version'
    starts = [
        v for v in versions if v._replace(minor=v.minor - 1) not in versions
    ]
    ends = [
        v for v in versions if v._replace(minor=v.minor + 1) not in versions
    ]
    pairs = zip(sorted(starts), sorted(ends), strict=True)
    return ' '.join(f'{start}-{end}' for start, end in pairs)
