# SPDX-License-Identifier: Apache-2.0
"""Callers and targets of all kinds, for policies."""

from collections.abc import Iterable
import logging
from typing import Any

import fixtures
import hypothesis
from hypothesis import strategies
from oslo_config import cfg
from oslo_policy import policy as oslo_policy
from oslotest import base

from ext_lib import context
from ext_lib import policy

_IDS = strategies.sampled_from([None, '', 'None', 'one', 'two', 'True'])
_ROLES = strategies.lists(
    strategies.sampled_from(
        ['admin', 'Admin', 'manager', 'member', 'reader', 'READER', 'other']
    ),
    max_size=4,
)

#: Arguments of contexts.
callers = strategies.fixed_dictionaries(
    {'roles': _ROLES},
    optional={
        'user_id': _IDS,
        'project_id': _IDS,
        'project_domain_id': _IDS,
        'domain_id': _IDS,
        'system_scope': strategies.sampled_from([None, '', 'all']),
        'is_admin_project': strategies.booleans(),
        'service_user_id': _IDS,
        'service_roles': _ROLES,
    },
)
targets = strategies.dictionaries(
    strategies.sampled_from(['project_id', 'user_id', 'other']), _IDS
)

#: How properties are tried: quickly, and the same way each time.
quick = hypothesis.settings(
    database=None,
    deadline=None,
    derandomize=True,
    max_examples=60,
    suppress_health_check=[hypothesis.HealthCheck.differing_executors],
)


class QuietLibrary(fixtures.FakeLogger):
    """Log of oslo.policy without what is for debugging.

    With it, oslo.policy is asked about every rule.
    """

    def __init__(self) -> None:
        super().__init__(name='oslo_policy', level=logging.INFO)


class DefaultRulesTestCase(base.BaseTestCase):
    """A test of the rules that a service registers."""

    def setUp(self) -> None:
        super().setUp()
        self.useFixture(QuietLibrary())

    def assertJudgedAsByLibrary(
        self, rules: Iterable[oslo_policy.RuleDefault]
    ) -> None:
        """Check that callers pass the rules that oslo.policy lets them."""
        rules = list(rules)
        conf = cfg.ConfigOpts()
        conf([], default_config_files=[])
        enforcer = policy.Enforcer(conf, rules)
        compiled = enforcer.rules()
        self.assertEqual(
            [], [r.name for r in rules if not compiled.is_compiled(r.name)]
        )

        @quick
        @hypothesis.given(caller=callers, target=targets)
        def check(caller: dict[str, Any], target: dict[str, Any]) -> None:
            found = context.RequestContext(overwrite=False, **caller)
            found.rules = compiled
            judged = {
                rule.name: enforcer.authorize(rule.name, target, found, False)
                for rule in rules
            }
            self.assertEqual(
                asked(enforcer.policy, rules, target, found), judged
            )

        check()


def asked(
    library: oslo_policy.Enforcer,
    rules: Iterable[oslo_policy.RuleDefault],
    target: dict[str, Any],
    caller: context.RequestContext,
) -> dict[str, bool]:
    """Return the judgement of oslo.policy, by the names of rules."""
    found = {}
    for rule in rules:
        try:
            allowed = library.authorize(rule.name, target, caller)
        except oslo_policy.InvalidScope:
            allowed = False
        found[rule.name] = bool(allowed)
    return found
