# SPDX-License-Identifier: Apache-2.0
"""Policy enforcement from the rules one service registers in code."""

from collections.abc import Iterable, Mapping
from typing import Any

from oslo_config import cfg
from oslo_context import context as oslo_context
from oslo_policy import policy

from ext_lib import exception
from ext_lib.startup_errors import Misconfigured


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
        try:
            self.policy.load_rules()
        except (AttributeError, TypeError, ValueError) as error:
            # What is no YAML, or has no names.
            raise Misconfigured(
                f'{conf.oslo_policy.policy_file} has no rules: {error}'
            ) from error

    def authorize(
        self,
        rule: str,
        target: Mapping[str, Any],
        context: oslo_context.RequestContext,
        fatal: bool = True,
    ) -> bool:
        """Return whether ``context`` passes ``rule`` on ``target``.

        :raises PolicyNotAuthorized: when it does not and ``fatal`` is set
        """
        try:
            allowed = self.policy.authorize(rule, target, context)
        except policy.InvalidScope:
            allowed = False
        if fatal and not allowed:
            raise exception.PolicyNotAuthorized(action=rule)
        return bool(allowed)


def _check_file(conf: cfg.ConfigOpts) -> None:
    """Refuse a missing file that was asked for: the defaults allow more."""
    name = conf.oslo_policy.policy_file
    where = conf.get_location('policy_file', 'oslo_policy')
    is_asked_for = where is not None and where.location.is_user_controlled
    if is_asked_for and conf.find_file(name) is None:
        raise Misconfigured(f'[oslo_policy] policy_file: there is no {name}.')
