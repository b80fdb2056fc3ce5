# SPDX-License-Identifier: Apache-2.0
"""The base of tests of API samples."""

from collections.abc import Callable
import os
import pathlib
import re
from typing import Any

from ext_lib.testing import documents
from sahara_ext.tests.functional import base

#: Makes the tests write what they find instead of comparing it.
GENERATE = 'GENERATE_SAMPLES'

#: Where the samples come from.
URL = 'http://openstack.example.com'

SAMPLES = documents.Documents(
    pathlib.Path(__file__).parents[4] / 'api-samples' / 'data-processing',
    '1.1',
    {
        # Addresses that the fake cloud generates.
        r'"198\.(18|19)\.\d+\.\d+"': '"an address"',
        r'"duration": \d+': '"duration": 0',
    },
)

#: Versions as folders of samples name them, and in paths.
ROOTS = {'1.1': '/v1.1', '2.0': '/v2'}

produces = documents.produces

_TRACEBACK = re.compile(
    r'(Traceback \(most recent call last\):\n)(?:  .*\n)+(.+\n)'
)


class SampleTestCase(base.APITestCase):
    """Compares bodies at both versions with the samples.

    Ids, times and the like are compared by their form, all else as it stands.
    Run with GENERATE_SAMPLES=1, it writes the samples anew.
    """

    #: Who asks.
    token = base.MEMBER

    def setUp(self) -> None:
        super().setUp()
        self.compared: set[str] = set()

    def ask(
        self, method: str, path: str, version: str, body: Any = None
    ) -> Any:
        """Send a request to where the samples come from; return the body."""
        response = self.request(
            method,
            ROOTS[version] + path,
            token=self.token,
            body=body,
            base_url=URL,
        )
        self.assertLess(response.status_int, 400, response.text)
        return response.json if response.body else None

    def assertAnswers(
        self, name: str, path: str, versions: tuple[str, ...] = (*ROOTS,)
    ) -> None:
        """Compare what a GET gives."""

        def body_at(version: str) -> Any:
            return self.ask('GET', path, version)

        self.assertSamples(name, body_at, versions)

    def assertSamples(
        self,
        name: str,
        body_at: Callable[[str], Any],
        versions: tuple[str, ...] = (*ROOTS,),
    ) -> None:
        """Compare bodies at versions.

        There is one sample for each shape, at the version that has it first.
        """
        bodies = {
            version: without_places(body_at(version)) for version in versions
        }
        changes = documents.changes(bodies)
        if os.environ.get(GENERATE):
            SAMPLES.write(name, changes)
        self.assertEqual(list(changes), SAMPLES.versions_of(name), name)
        sample = None
        for version, body in bodies.items():
            if version in changes:
                sample = documents.read(SAMPLES.path_of(name, version))
            self.assertEqual(
                SAMPLES.by_form(sample).splitlines(),
                SAMPLES.by_form(body).splitlines(),
                f'{name} at {version} is another, run with {GENERATE}=1 if '
                'it should be',
            )
        self.compared.add(name)

    def assertExchange(
        self,
        name: str,
        method: str,
        path_at: Callable[[str], str],
        request_at: Callable[[str], Any],
        versions: tuple[str, ...] = (*ROOTS,),
    ) -> dict[str, Any]:
        """Compare requests, and answers if there are any; return these."""
        answers = {
            version: self.ask(
                method, path_at(version), version, request_at(version)
            )
            for version in versions
        }
        self.assertSamples(f'{name}-req', request_at, versions)
        if any(answers.values()):
            self.assertSamples(f'{name}-resp', answers.__getitem__, versions)
        return answers


class OperationsTestCase(SampleTestCase, base.OperationsTestCase):
    """The same of clusters that an engine works on."""

    def setUp(self) -> None:
        super().setUp()
        # One instance after the other, so that events have an order.
        self.settings.set('engine', instance_workers=1)


def kind(version: str) -> dict[str, str]:
    """Return how a version names the version of a plugin."""
    key = 'hadoop_version' if version == '1.1' else 'plugin_version'
    return {'plugin_name': 'fake', key: '0.1'}


def without_places(value: Any) -> Any:
    """Return a body without the places in a traceback."""
    if isinstance(value, dict):
        return {k: without_places(v) for k, v in value.items()}
    if isinstance(value, list):
        return [without_places(v) for v in value]
    if isinstance(value, str):
        return _TRACEBACK.sub(r'\1  ...\n\2', value)
    return value
