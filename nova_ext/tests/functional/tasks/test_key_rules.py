# SPDX-License-Identifier: Apache-2.0
"""The rules of idempotency keys, in front of this service."""

from nova_ext.tests.functional.tasks import base
from nova_ext.tests.functional.tasks import key_rules


class TestKeyRules(key_rules.KeyRules, base.TestCase):
    """All of them."""
