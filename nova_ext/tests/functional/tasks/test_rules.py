# SPDX-License-Identifier: Apache-2.0
"""The rules of the Task API, in front of this service."""

from nova_ext.tests.functional.tasks import base
from nova_ext.tests.functional.tasks import rules


class TestRules(rules.Rules, base.TestCase):
    """All of them."""
