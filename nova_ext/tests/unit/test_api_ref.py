# SPDX-License-Identifier: Apache-2.0
"""The API reference tells all of the API and nothing else.

Compared are the pages with the table of routes and the schemas: methods,
microversions, codes, parameters and keys, at every version.
"""

from collections.abc import Iterator
import pathlib
import re
from typing import Any
from unittest import mock

from ext_lib.testing import api_contract
from ext_lib.testing import api_reference
from ext_lib.wsgi import microversion
from nova_ext import policies
from nova_ext.api.openstack import faults
from nova_ext.api.openstack.compute import microversions
from nova_ext.api.openstack.compute import routes
from nova_ext.api.openstack.compute import server_tasks
from nova_ext.api.openstack.compute import versions
from nova_ext.tests import base

_HEADERS = {'Location', 'Task-tag'}
#: The filter in front of the API serves these.
_TASKS = server_tasks.table(
    server_tasks.ServerTasksController(mock.Mock(), mock.Mock(), mock.Mock())
)

_VERSIONS = [microversion.parse(text) for text in microversions.HISTORY]
_REFERENCE = api_reference.Reference(
    pathlib.Path(__file__).parents[3] / 'api-ref' / 'source',
    '/v2.1',
    _VERSIONS,
)
#: The list of APIs is outside of what routes tell.
_VERSION_LIST = api_contract.Key('GET', '', None)


class TestAPIReference(base.TestCase):
    """The pages against routes and schemas."""

    def setUp(self) -> None:
        super().setUp()
        contract = api_contract.Contract(_VERSIONS)
        self.served = contract.methods((*routes.table(self.conf), *_TASKS))
        self.told = _REFERENCE.methods()
        self.version_list = self.told.pop(_VERSION_LIST)

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
            told = self.told[key].versions
            self.assertEqual(method.versions, told, str(key))

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
        body = versions.index('http://localhost')
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
        told = _REFERENCE.policies('(?:os_compute_api|compute):[^`]+')
        self.assertEqual(guarding, told)

    def test_every_parameter_of_the_file_is_used(self) -> None:
        self.assertEqual(set(), _REFERENCE.unused())

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
                for text in api_contract.differences(
                    rows_of(served), told, served.versions, side == 'request'
                )
            )
        self.assertEqual([], found)


def _names(document: dict[str, Any], prefix: str = '') -> Iterator[str]:
    for name, value in document.items():
        yield prefix + name
        if isinstance(value, list):
            for item in value:
                yield from _names(item, f'{prefix}{name}.')
