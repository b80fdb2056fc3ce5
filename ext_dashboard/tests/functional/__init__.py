# SPDX-License-Identifier: Apache-2.0
"""A walk with a browser, which Django's run of the units leaves out.

``OS_TEST_PATH=ext_dashboard/tests/functional stestr run --serial``
"""

import os
import pathlib
import unittest


def load_tests(
    loader: unittest.TestLoader, tests: unittest.TestSuite, pattern: str
) -> unittest.TestSuite:
    """Return the tests, unless Django runs."""
    if 'DJANGO_SETTINGS_MODULE' not in os.environ:
        here = str(pathlib.Path(__file__).parent)
        tests.addTests(loader.discover(here, pattern or 'test*.py'))
    return tests
