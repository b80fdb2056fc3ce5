# SPDX-License-Identifier: Apache-2.0
"""A compiled check has the result of the one it was made from."""

from typing import Any

import ddt
import hypothesis
from hypothesis import strategies
from oslo_config import cfg
from oslo_policy import policy as oslo_policy
from oslotest import base

from ext_lib import context
from ext_lib import policy
from ext_lib import policy_checks
from ext_lib.testing import policies

_RULES = {
    'admin_required': 'role:admin',
    'owner': 'project_id:%(project_id)s',
    'open': '',
    'closed': '!',
}
_LEAVES = strategies.sampled_from(
    [
        '@',
        '!',
        'role:admin',
        'role:READER',
        'role:%(other)s',
        'project_id:%(project_id)s',
        'user_id:%(user_id)s',
        'user_id:one',
        'is_admin_project:True',
        'domain_id:None',
        'service_user_id:%(missing)s',
        'system_scope:all',
        *(f'rule:{name}' for name in _RULES),
    ]
)
_TEXTS = strategies.recursive(
    _LEAVES,
    lambda inner: strategies.one_of(
        inner.map('not ({})'.format),
        strategies.lists(inner, min_size=2, max_size=3).map(
            lambda parts: '({})'.format(' and '.join(parts))
        ),
        strategies.lists(inner, min_size=2, max_size=3).map(
            lambda parts: '({})'.format(' or '.join(parts))
        ),
    ),
    max_leaves=6,
)


def _enforcer(**checks):
    conf = cfg.ConfigOpts()
    conf([], default_config_files=[])
    rules = [
        oslo_policy.RuleDefault(name, text)
        for name, text in {**_RULES, **checks}.items()
    ]
    return policy.Enforcer(conf, rules), rules


@ddt.ddt
class TestCompiled(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.useFixture(policies.QuietLibrary())

    @policies.quick
    @hypothesis.given(_TEXTS, policies.callers, policies.targets)
    def test_same_result(self, text, caller, target):
        enforcer, rules = _enforcer(tried=text)
        self.assertTrue(enforcer.rules().is_compiled('tried'))
        found = context.RequestContext(overwrite=False, **caller)
        judged = {
            rule.name: enforcer.authorize(rule.name, target, found, False)
            for rule in rules
        }
        self.assertEqual(
            policies.asked(enforcer.policy, rules, target, found), judged
        )

    @ddt.data(
        'http://example.com/',
        'roles:admin',
        'system:all',
        'True:%(other)s',
        "'member':%(other)s",
        'target.project.id:%(project_id)s',
        'rule:unknown',
        'rule:tried',
        'role:admin or rule:tried',
        'not rule:tried',
    )
    def test_left_to_the_library(self, text):
        enforcer, _ = _enforcer(tried=text)
        self.assertFalse(enforcer.rules().is_compiled('tried'))
        self.assertTrue(enforcer.rules().is_compiled('owner'))

    @ddt.data(('system:all', 'all', True), ('system:all', None, False))
    @ddt.unpack
    def test_what_is_left_to_it_is_judged_by_it(self, text, scope, allowed):
        enforcer, _ = _enforcer(tried=text)
        caller = context.RequestContext(system_scope=scope, overwrite=False)
        self.assertIs(
            allowed, enforcer.authorize('tried', {}, caller, fatal=False)
        )

    def test_attributes_are_those_of_credentials(self):
        values: dict[str, Any] = {
            name: f'the {name}'
            for name in policy_checks.ATTRIBUTES - {'is_admin_project'}
        }
        caller = context.RequestContext(overwrite=False, **values)
        found = caller.to_policy_values()
        for name, value in values.items():
            self.assertEqual(value, found[name])
            self.assertEqual(value, getattr(caller, name))
        self.assertIs(caller.is_admin_project, found['is_admin_project'])
