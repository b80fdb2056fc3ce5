# SPDX-License-Identifier: Apache-2.0
"""Policy enforcement from the rules one service registers in code."""

from collections.abc import Iterable, Mapping
import logging
import threading
from typing import Any

from oslo_config import cfg
from oslo_context import context as oslo_context
from oslo_policy import policy

from ext_lib import exception
from ext_lib import policy_checks
from ext_lib.policy_files import PolicyFiles
from ext_lib.startup_errors import Misconfigured

_POLICY_LOG = logging.getLogger(policy.__name__)


class Rules:
    """Rules in force, those compiled that can be.

    :param enforcer: has the rules; they are loaded anew when their files have
        changed
    """

    def __init__(self, enforcer: policy.Enforcer) -> None:
        conf = enforcer.conf
        names = [enforcer.policy_file, *conf.oslo_policy.policy_dirs]
        # Before the rules, so that no change is missed.
        self._files = PolicyFiles(conf, names)
        enforcer.load_rules()
        self._enforcer = enforcer
        self._parsed = dict(enforcer.rules)
        self._scopes: dict[str, Any] = {}
        self._checks: dict[str, policy_checks.Check] = {}
        for name, registered in enforcer.registered_rules.items():
            self._compile(name, registered.scope_types)

    def are_in_force(self) -> bool:
        """Return whether neither their files nor oslo.policy have others."""
        # The checks are the same objects then, which makes this fast.
        is_same: bool = self._enforcer.rules == self._parsed
        return is_same and self._files.are_unchanged()

    def is_compiled(self, name: str) -> bool:
        """Return whether oslo.policy need not be asked about a rule."""
        return name in self._checks

    def allow(
        self,
        name: str,
        target: Mapping[str, Any],
        context: oslo_context.RequestContext,
    ) -> bool:
        """Return whether ``context`` passes the rule ``name``."""
        check = self._checks.get(name)
        # oslo.policy logs each check for those who debug it.
        if check is None or _POLICY_LOG.isEnabledFor(logging.DEBUG):
            return bool(self._enforcer.authorize(name, target, context))
        scopes = self._scopes[name]
        if scopes and _scope(context) not in scopes:
            return False
        roles = [role.lower() for role in context.roles]
        return check(target, context, roles)

    def _compile(self, name: str, scopes: Any) -> None:
        # Older releases of oslo.policy can be configured to ignore the scope.
        group = self._enforcer.conf.oslo_policy
        if scopes and not getattr(group, 'enforce_scope', True):
            return
        try:
            check = policy_checks.compiled(self._parsed[name], self._parsed)
        except (KeyError, policy_checks.NotCompiled):
            return
        self._scopes[name] = scopes
        self._checks[name] = check


class Enforcer:
    """Enforcement of the policy rules of one service.

    :param conf: configuration whose ``[oslo_policy]`` group names the file
        with the operator's overrides
    :param rules: the service's documented defaults
    :raises Misconfigured: when that file is missing or has no rules
    """

    def __init__(
        self, conf: cfg.ConfigOpts, rules: Iterable[policy.RuleDefault]
    ) -> None:
        self.policy = policy.Enforcer(conf)
        self.policy.register_defaults(list(rules))
        _check_file(conf)
        self._loading = threading.Lock()
        try:
            self._rules = Rules(self.policy)
        except (AttributeError, TypeError, ValueError) as error:
            # What is no YAML, or has no names.
            raise Misconfigured(
                f'{conf.oslo_policy.policy_file} has no rules: {error}'
            ) from error

    def rules(self) -> Rules:
        """Return the rules in force now."""
        if self._rules.are_in_force():
            return self._rules
        with self._loading:
            if not self._rules.are_in_force():
                self._rules = Rules(self.policy)
            return self._rules

    def authorize(
        self,
        rule: str,
        target: Mapping[str, Any],
        context: oslo_context.RequestContext,
        fatal: bool = True,
    ) -> bool:
        """Return whether ``context`` passes ``rule`` on ``target``.

        The rules are those that the request of ``context`` began with, where
        it has any, else those in force.

        :raises PolicyNotAuthorized: when it does not and ``fatal`` is set
        """
        rules = getattr(context, 'rules', None) or self.rules()
        try:
            allowed = rules.allow(rule, target, context)
        except policy.InvalidScope:
            allowed = False
        if fatal and not allowed:
            raise exception.PolicyNotAuthorized(action=rule)
        return bool(allowed)


def _scope(context: oslo_context.RequestContext) -> str:
    """Return the scope of a token by the rules of oslo.policy."""
    if context.system_scope:
        return 'system'
    return 'domain' if context.domain_id else 'project'


def _check_file(conf: cfg.ConfigOpts) -> None:
    """Refuse a missing file that is configured: the defaults allow more."""
    name = conf.oslo_policy.policy_file
    where = conf.get_location('policy_file', 'oslo_policy')
    is_asked_for = where is not None and where.location.is_user_controlled
    if is_asked_for and conf.find_file(name) is None:
        raise Misconfigured(f'[oslo_policy] policy_file: there is no {name}.')
