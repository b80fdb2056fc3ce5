# SPDX-License-Identifier: Apache-2.0
"""Base class of the tests of API samples."""

from collections.abc import Callable, Iterable
import os
from typing import Any

import webob

from ext_lib.testing import documents
from nova_ext.api.openstack.compute import microversions
from nova_ext.tests.functional import base
from nova_ext.tests.functional.samples.documents import SAMPLES

#: Makes the tests write what they find instead of comparing it.
GENERATE = 'GENERATE_SAMPLES'

#: Where the samples come from.
URL = 'http://openstack.example.com'

produces = documents.produces


class SampleTestCase(base.APITestCase):
    """Compares bodies at every version with the samples.

    Ids, times, hashes and passwords are compared by their form, all else as
    it stands. Run with GENERATE_SAMPLES=1, it writes the samples anew.
    """

    def setUp(self) -> None:
        super().setUp()
        self.compared: set[str] = set()

    def ask(
        self, method: str, path: str, version: str, **kwargs: Any
    ) -> webob.Response:
        """Send a request to where the samples come from."""
        response = self.request(
            method, path, version=version, url=URL, **kwargs
        )
        self.assertLess(response.status_int, 300, response.text)
        return response

    def assertAnswers(
        self,
        name: str,
        path: str,
        since: str = '2.1',
        until: str = '2.84',
        **kwargs: Any,
    ) -> None:
        """Compare what a GET gives at every version that has it."""

        def body_at(version: str) -> Any:
            return self.ask('GET', path, version, **kwargs).json

        self.assertSamples(name, body_at, since, until)

    def assertSamples(
        self,
        name: str,
        body_at: Callable[[str], Any],
        since: str = '2.1',
        until: str = '2.84',
    ) -> dict[str, Any]:
        """Compare bodies at every version; return those of a new shape.

        There is one sample for each shape, at the version that has it first.
        """
        bodies = {v: body_at(v) for v in _between(since, until)}
        changes = documents.changes(bodies)
        if os.environ.get(GENERATE):
            SAMPLES.write(name, changes)
        self.assertEqual(list(changes), SAMPLES.versions_of(name), name)
        sample = None
        for version, body in bodies.items():
            if version in changes:
                sample = documents.read(SAMPLES.path_of(name, version))
            self.assertSample(f'{name} at {version}', sample, body)
        self.compared.add(name)
        return changes

    def assertSample(self, what: str, sample: Any, body: Any) -> None:
        """Compare one body with a sample."""
        expected, found = SAMPLES.by_form(sample), SAMPLES.by_form(body)
        if expected != found:
            self.assertEqual(
                expected.splitlines(),
                found.splitlines(),
                f'{what} is another, run with {GENERATE}=1 if it should be',
            )


def ends(versions: Iterable[str]) -> list[str]:
    """Return the first and last versions of spans that begin at these."""
    every = list(microversions.HISTORY)
    first, *others = (every.index(version) for version in versions)
    lasts = [*(begin - 1 for begin in others), len(every) - 1]
    return [every[i] for i in sorted({first, *others, *lasts})]


def _between(since: str, until: str) -> list[str]:
    """Return the first version of a span, and those that change anything."""
    every = list(microversions.HISTORY)
    span = every[every.index(since) : every.index(until) + 1]
    return [v for v in span if v == since or microversions.HISTORY[v]]
