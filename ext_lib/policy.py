# SPDX-License-Identifier: Apache-2.0
"""Policy enforcement from the rules one service registers in code."""

from collections.abc import Iterable, Mapping
from typing import Any

from oslo_config import cfg
from oslo_context import context as oslo_context
from oslo_policy import policy

from ext_lib import exception


class Enforcer:
    """Enforcement of the policy rules of one service.

    :param conf: configuration whose ``[oslo_policy]`` group names the file
        with the operator's overrides
    :param rules: the service's documented defaults
    """

    def __init__(
        self, conf: cfg.ConfigOpts, rules: Iterable[policy.RuleDefault]
    ) -> None:
        self.policy = policy.Enforcer(conf)
        self.policy.register_defaults(list(rules))
        self.policy.load_rules()

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
