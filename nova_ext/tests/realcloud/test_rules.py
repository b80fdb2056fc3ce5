# SPDX-License-Identifier: Apache-2.0
"""The rules of the Task API, in front of a real nova."""

from nova_ext.tests.functional.tasks import rules
from nova_ext.tests.realcloud import base


class TestRules(rules.Rules, base.TestCase):
    """All of them."""
