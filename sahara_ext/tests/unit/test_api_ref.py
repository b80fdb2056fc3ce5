# SPDX-License-Identifier: Apache-2.0
"""The API reference tells all of the API and nothing else.

Compared are the pages with the tables of routes and the schemas: methods,
versions, codes, parameters and keys, at both versions.
"""

import pathlib
import re
from typing import Any
from unittest import mock

from ext_lib.testing import api_contract
from ext_lib.testing import api_reference
from sahara_ext import policies
from sahara_ext.api import microversions
from sahara_ext.api import routes
from sahara_ext.tests import base

_VERSIONS = (microversions.V1, microversions.V2)
_REFERENCE = api_reference.Reference(
    pathlib.Path(__file__).parents[3]
    / 'api-ref'
    / 'source'
    / 'data-processing',
    '',
    _VERSIONS,
)
#: The list of versions is outside of what routes tell.
_VERSION_LIST = api_contract.Key('GET', '', None)
#: In version 2, several clusters can be created by the same method; of each
#: there is no more to tell than of one.
_AGAIN = 'clusters.cluster.'

Methods = dict[api_contract.Key, api_contract.Method]


def served() -> Methods:
    """Return the methods of both versions, each with what it has in both."""
    found: Methods = {}
    for version in _VERSIONS:
        contract = api_contract.Contract([version])
        table = routes.table(mock.Mock(), version)
        for key, method in contract.methods(table).items():
            known = found.setdefault(key, method)
            if known is not method:
                known.versions |= method.versions
                known.query += method.query
                known.body += method.body
                known.response += method.response
    return found


class TestAPIReference(base.TestCase):
    """The pages against routes and schemas."""

    def setUp(self) -> None:
        super().setUp()
        self.served = served()
        self.told = _REFERENCE.methods()
        self.told.pop(_VERSION_LIST)

    def test_every_method_is_documented_and_no_other(self) -> None:
        self.assertEqual(
            sorted(map(str, self.served)), sorted(map(str, self.told))
        )

    def test_versions_of_methods(self) -> None:
        for key, method in self.served.items():
            told = self.told[key].versions
            self.assertEqual(method.versions, told, str(key))

    def test_codes_of_success(self) -> None:
        for key, method in self.served.items():
            self.assertEqual(method.status, self.told[key].status, str(key))

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

    def test_policies(self) -> None:
        rules = policies.list_rules()
        guarding = {r.name for r in rules if getattr(r, 'operations', None)}
        told = _REFERENCE.policies('data-processing:[^`]+')
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
            rows = [
                row
                for row in rows_of(served)
                if not row.name.startswith(_AGAIN)
            ]
            found += (
                f'{" ".join(map(str, key))}: {text}'
                for text in api_contract.differences(
                    rows, told, served.versions, side == 'request'
                )
            )
        self.assertEqual([], found)
