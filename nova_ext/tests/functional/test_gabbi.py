# SPDX-License-Identifier: Apache-2.0
"""The tests in the gabbi files, and that each file has its policy twin."""

import pathlib
from typing import Any
import unittest

from gabbi import driver

from ext_lib.testing import gabbi_case
from nova_ext.tests import base
from nova_ext.tests.functional import gabbi_fixtures

_DIRECTORY = pathlib.Path(__file__).with_name('gabbits')


def load_tests(
    loader: unittest.TestLoader, tests: unittest.TestSuite, pattern: Any
) -> unittest.TestSuite:
    """Return the tests of all files, those of each in their order."""
    tests.addTests(
        driver.build_tests(
            str(_DIRECTORY),
            loader,
            intercept=gabbi_case.application,
            fixture_module=gabbi_fixtures,
            response_handlers=[gabbi_case.AbsentStringsHandler],
            test_loader_name=__name__,
        )
    )
    return tests


class FilesTest(base.TestCase):
    def test_twins(self) -> None:
        names = {path.stem for path in _DIRECTORY.glob('*.yaml')}
        nouns = {name for name in names if not name.endswith('-policy')}
        self.assertEqual({f'{noun}-policy' for noun in nouns} | nouns, names)
