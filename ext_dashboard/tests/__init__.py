# SPDX-License-Identifier: Apache-2.0
"""Tests that Django runs, in an environment with Horizon.

``python -m django test --settings ext_dashboard.tests.settings ext_dashboard``
"""

import os
import pathlib
import unittest

_SETTINGS = 'DJANGO_SETTINGS_MODULE'


def load_tests(
    loader: unittest.TestLoader, tests: unittest.TestSuite, pattern: str
) -> unittest.TestSuite:
    """Leave these tests out of a run that is not Django's."""
    if _SETTINGS in os.environ:
        here = str(pathlib.Path(__file__).parent)
        tests.addTests(loader.discover(here, pattern))
    return tests
