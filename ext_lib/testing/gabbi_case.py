# SPDX-License-Identifier: Apache-2.0
"""Gabbi files on top of a test case: a fixture that sets one up and asks it.

A file finds in the environment what its fixture tells of: the tokens of
callers, and the ids of what there is.
"""

from collections.abc import Iterable
import pathlib
import types
from typing import Any
import unittest

import fixtures
from gabbi import driver
from gabbi import fixture as gabbi
from gabbi.handlers import base as handlers

#: The application of the file whose tests are running: gabbi wants one long
#: before it starts the fixture.
_running: list[Any] = []


def application() -> Any:
    """Return an application that asks the one of the running fixture."""
    return _ask_running


def _ask_running(
    environ: dict[str, Any], start_response: Any
) -> Iterable[bytes]:
    answer: Iterable[bytes] = _running[-1](environ, start_response)
    return answer


class AbsentStringsHandler(handlers.ResponseHandler):
    """``response_absent_strings``: what the answer must not contain."""

    test_key_suffix = 'absent_strings'
    test_key_value: list[str] = []

    def action(self, test: Any, item: str, value: Any = None) -> None:
        """Look for one string."""
        wanted = test.replace_template(item)
        test.assertNotIn(wanted, test.output)


class CaseFixture(gabbi.GabbiFixture):
    """A test case for the duration of a file; its ``app`` is asked."""

    #: The class of the case; it needs no test of its own.
    case_class: Any
    #: Variables of the environment that every file finds.
    variables: dict[str, str] = {}

    def start_fixture(self) -> None:
        """Begin before the first test of a file."""
        self.case = self.case_class('runTest')
        self.case.setUp()
        _running.append(self.case.app)
        self.tell(**self.variables)
        self.prepare(self.case)

    def stop_fixture(self) -> None:
        """End after the last test of a file."""
        _running.pop()
        self.case.doCleanups()

    def tell(self, **variables: str) -> None:
        """Set variables of the environment for the tests of the file."""
        for name, value in variables.items():
            self.case.useFixture(fixtures.EnvironmentVariable(name, value))

    def prepare(self, case: Any) -> None:
        """Put into the case what a file needs."""


def build_tests(
    directory: pathlib.Path,
    loader: unittest.TestLoader,
    fixture_module: types.ModuleType,
    name: str,
) -> unittest.TestSuite:
    """Return the tests of all files of a directory, in their order.

    :param fixture_module: has the fixtures that the files name
    :param name: of the module with the tests
    """
    found: unittest.TestSuite = driver.build_tests(
        str(directory),
        loader,
        intercept=application,
        fixture_module=fixture_module,
        response_handlers=[AbsentStringsHandler],
        test_loader_name=name,
    )
    return found


def without_twin(directory: pathlib.Path) -> set[str]:
    """Return the names of missing files: each noun needs a policy twin."""
    names = {path.stem for path in directory.glob('*.yaml')}
    nouns = {name.removesuffix('-policy') for name in names}
    return ({f'{noun}-policy' for noun in nouns} | nouns) - names
