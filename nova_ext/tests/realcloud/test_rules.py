# SPDX-License-Identifier: Apache-2.0
"""The rules of the Task API, in front of a real nova."""

from ext_lib.testing import polling
from nova_ext.tests.functional.tasks import key_rules
from nova_ext.tests.functional.tasks import rules
from nova_ext.tests.realcloud import base


class TestRules(rules.Rules, base.TestCase):
    """All of them."""


class TestKeyRules(key_rules.KeyRules, base.TestCase):
    """All of those of idempotency keys."""

    def test_the_end_is_waited_for(self):
        tag = self.new_tag()
        self.make(key_rules.new_key(), tag, tag=tag)

        def has_ended():
            [task] = self.tasks(tag, '?wait=20')
            return task['state'] in rules.ENDED

        polling.wait_until(has_ended, 'the task')
        answer = self.ask('GET', f'/servers/{tag}/tasks?wait=x')
        self.assertEqual(400, answer.status)
