# SPDX-License-Identifier: Apache-2.0
"""The rules of the compute API and of the tasks of servers."""

from ext_lib.testing import policies as testing
from nova_ext import policies


class TestDefaultRules(testing.DefaultRulesTestCase):
    """Callers pass the same rules, however these are checked."""

    def test_as_by_the_library(self):
        self.assertJudgedAsByLibrary(policies.list_rules())
