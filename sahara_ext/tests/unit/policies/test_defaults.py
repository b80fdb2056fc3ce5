# SPDX-License-Identifier: Apache-2.0
"""The rules of the data processing API."""

from ext_lib.testing import policies as testing
from sahara_ext import policies


class DefaultRulesTest(testing.DefaultRulesTestCase):
    """Callers pass the same rules, however these are checked."""

    def test_as_by_the_library(self) -> None:
        self.assertJudgedAsByLibrary(policies.list_rules())
