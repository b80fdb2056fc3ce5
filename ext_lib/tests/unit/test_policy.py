# SPDX-License-Identifier: Apache-2.0
"""Rules decide; the operator's file decides over them."""

import logging
import pathlib

import ddt
import fixtures
from oslo_config import cfg
from oslo_policy import opts
from oslo_policy import policy as oslo_policy
from oslotest import base

from ext_lib import context
from ext_lib import exception
from ext_lib import policy
from ext_lib import startup_errors
from ext_lib.testing import policies

_OWNER = 'role:member and project_id:%(project_id)s'
_RULES = (
    oslo_policy.RuleDefault('context_is_admin', 'role:admin'),
    oslo_policy.DocumentedRuleDefault(
        'things:show',
        f'rule:context_is_admin or ({_OWNER})',
        'Show a thing.',
        [{'method': 'GET', 'path': '/things/{id}'}],
        scope_types=['project'],
    ),
    oslo_policy.RuleDefault('things:all', 'rule:context_is_admin'),
)
_TARGET = {'project_id': 'demo'}


@ddt.ddt
class TestEnforcer(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.directory = self.useFixture(fixtures.TempDir()).path
        self.useFixture(policies.QuietLibrary())

    def enforcer(self, overrides='', file='policy.yaml'):
        path = pathlib.Path(self.directory, file)
        path.write_text(overrides)
        conf = cfg.ConfigOpts()
        conf([], default_config_files=[])
        opts.set_defaults(conf, policy_file=str(path))
        return policy.Enforcer(conf, _RULES)

    def path(self):
        """Return the file of the operator."""
        return pathlib.Path(self.directory, 'policy.yaml')

    def allows(self, enforcer, caller):
        target = {'role': 'admin'}
        return enforcer.authorize('things:all', target, caller, fatal=False)

    def configured(self, file):
        path = pathlib.Path(self.directory, 'some.conf')
        path.write_text(f'[oslo_policy]\npolicy_file = {file}\n')
        conf = cfg.ConfigOpts()
        conf([], default_config_files=[str(path)])
        return policy.Enforcer(conf, _RULES)

    def test_a_missing_file_that_was_asked_for(self):
        error = self.assertRaises(
            startup_errors.Misconfigured, self.configured, 'missing.yaml'
        )
        self.assertIn('missing.yaml', error.message)

    def test_a_file_without_rules(self):
        path = pathlib.Path(self.directory, 'rules.yaml')
        for text in ('": [', '- a list\n'):
            path.write_text(text)
            error = self.assertRaises(
                startup_errors.Misconfigured, self.configured, path
            )
            self.assertIn('rules.yaml', error.message)

    def test_a_file_that_was_asked_for(self):
        path = pathlib.Path(self.directory, 'rules.yaml')
        path.write_text('things:show: "!"\n')
        self.configured(path)

    def caller(self, project='demo', roles=('member', 'reader'), **kwargs):
        return context.RequestContext(
            user_id='jo',
            project_id=project,
            roles=list(roles),
            overwrite=False,
            **kwargs,
        )

    @ddt.data(
        ('things:show', 'demo', ['member'], True),
        ('things:show', 'demo', ['reader'], False),
        ('things:show', 'demo', [], False),
        ('things:show', 'other', ['member'], False),
        ('things:show', 'other', ['admin'], True),
        ('things:all', 'demo', ['member'], False),
        ('things:all', 'other', ['admin'], True),
    )
    @ddt.unpack
    def test_rules(self, rule, project, roles, allowed):
        enforcer, caller = self.enforcer(), self.caller(project, roles)
        found = enforcer.authorize(rule, _TARGET, caller, fatal=False)
        self.assertIs(allowed, found)
        if allowed:
            self.assertIs(True, enforcer.authorize(rule, _TARGET, caller))
        else:
            error = self.assertRaises(
                exception.PolicyNotAuthorized,
                enforcer.authorize,
                rule,
                _TARGET,
                caller,
            )
            self.assertIn(rule, error.message)

    def test_a_token_of_another_scope_is_refused(self):
        enforcer = self.enforcer()
        caller = self.caller(None, ['admin'], system_scope='all')
        self.assertIs(
            False,
            enforcer.authorize('things:show', _TARGET, caller, fatal=False),
        )
        self.assertRaises(
            exception.PolicyNotAuthorized,
            enforcer.authorize,
            'things:show',
            _TARGET,
            caller,
        )

    def test_the_file_of_the_operator_counts(self):
        enforcer = self.enforcer('"things:all": "role:reader"')
        reader = self.caller('other', ['reader'])
        self.assertTrue(enforcer.authorize('things:all', {}, reader))
        admin = self.caller('other', ['admin'])
        self.assertFalse(
            enforcer.authorize('things:all', {}, admin, fatal=False)
        )

    def test_the_file_of_the_operator_counts_from_when_it_is_there(self):
        enforcer, path = self.enforcer(), self.path()
        admin, reader = self.caller(roles=['admin']), self.caller()
        for text, allowed in (
            ('', [True, False]),
            ('"things:all": "role:reader"', [False, True]),
            ('"context_is_admin": "role:reader"', [False, True]),
            ('"things:all": "role:%(role)s"', [True, False]),
            (None, [True, False]),
        ):
            if text is None:
                path.unlink()
            else:
                path.write_text(text)
            found = [self.allows(enforcer, who) for who in (admin, reader)]
            self.assertEqual(allowed, found, str(text))

    def test_a_request_is_judged_by_the_rules_it_began_with(self):
        enforcer = self.enforcer()
        begun = self.caller(roles=['admin'])
        begun.rules = enforcer.rules()
        self.path().write_text('"things:all": "!"')
        self.assertTrue(self.allows(enforcer, begun))
        begun.rules = enforcer.rules()
        self.assertFalse(self.allows(enforcer, begun))

    def test_rules_that_the_library_is_given(self):
        enforcer, reader = self.enforcer(), self.caller()
        self.assertFalse(self.allows(enforcer, reader))
        enforcer.policy.register_default(
            oslo_policy.RuleDefault('things:late', '@')
        )
        self.assertTrue(enforcer.authorize('things:late', {}, reader))
        rules = oslo_policy.Rules.from_dict({'things:all': 'role:reader'})
        enforcer.policy.set_rules(rules, overwrite=False)
        self.assertTrue(self.allows(enforcer, reader))
        enforcer.policy.set_rules(rules, overwrite=True)
        self.assertTrue(self.allows(enforcer, reader))
        enforcer.policy.clear()
        self.assertRaises(
            oslo_policy.PolicyNotRegistered, self.allows, enforcer, reader
        )

    def test_the_library_logs_what_it_is_asked_at_debug(self):
        enforcer, reader = self.enforcer(), self.caller()
        log = self.useFixture(
            fixtures.FakeLogger(name='oslo_policy', level=logging.DEBUG)
        )
        self.assertFalse(self.allows(enforcer, reader))
        self.assertIn('enforce: rule="things:all"', log.output)

    def test_unregistered_rule_is_an_error(self):
        self.assertRaises(
            oslo_policy.PolicyNotRegistered,
            self.enforcer().authorize,
            'things:dance',
            {},
            self.caller(),
        )

    def test_two_services_do_not_share_rules(self):
        strict = self.enforcer()
        lax = self.enforcer('"things:all": "@"', file='lax.yaml')
        stranger = self.caller(roles=[])
        self.assertTrue(lax.authorize('things:all', {}, stranger))
        self.assertFalse(
            strict.authorize('things:all', {}, stranger, fatal=False)
        )
