# SPDX-License-Identifier: Apache-2.0
"""The tests in the gabbi files, and that each file has its policy twin."""

import pathlib
from typing import Any
import unittest

from ext_lib.testing import gabbi_case
from nova_ext.tests import base
from nova_ext.tests.functional import gabbi_fixtures

_DIRECTORY = pathlib.Path(__file__).with_name('gabbits')


def load_tests(
    loader: unittest.TestLoader, tests: unittest.TestSuite, pattern: Any
) -> unittest.TestSuite:
    """Return the tests of all files, those of each in their order."""
    tests.addTests(
        gabbi_case.build_tests(_DIRECTORY, loader, gabbi_fixtures, __name__)
    )
    return tests


class FilesTest(base.TestCase):
    def test_twins(self) -> None:
        self.assertEqual(set(), gabbi_case.without_twin(_DIRECTORY))
