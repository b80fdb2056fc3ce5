# SPDX-License-Identifier: Apache-2.0
"""Checks of oslo.policy as functions, for rules in the common forms.

oslo.policy asks each check for its signature and parses the left side of each
comparison again, every time. What a check in one of the forms below says is
known once it is parsed; any other is left to oslo.policy.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from oslo_context import context as oslo_context
from oslo_policy import policy

#: Checks a target and a context with its roles in lower case.
Check = Callable[
    [Mapping[str, Any], oslo_context.RequestContext, list[str]], bool
]

#: What a comparison may have on its left side: credentials that are one value,
#: each an attribute of the context.
ATTRIBUTES = frozenset({
    'domain_id', 'is_admin_project', 'project_domain_id', 'project_id',
    'service_project_domain_id', 'service_project_id',
    'service_user_domain_id', 'service_user_id', 'system_scope',
    'user_domain_id', 'user_id',
})  # fmt: skip


class NotCompiled(Exception):
    """The check has another form."""


def _parsed(text: str) -> Any:
    return policy.RuleDefault('any', text).check


# Those have no public names.
_TRUE, _FALSE, _ROLE, _COMPARISON = (
    type(_parsed(text)) for text in ('@', '!', 'role:any', 'any:any')
)


def compiled(
    check: Any, rules: Mapping[str, Any], above: Sequence[Any] = ()
) -> Check:
    """Return a parsed check as a function.

    :param rules: the parsed checks of all rules, by name
    :param above: the checks that this one is a part of
    :raises NotCompiled: when there is no function that gives the same result
    """
    if any(check is outer for outer in above):
        raise NotCompiled('It refers to itself.')
    inside = (*above, check)
    kind = type(check)
    if kind is _TRUE or kind is _FALSE:
        return _constant(kind is _TRUE)
    if kind is _ROLE:
        return _role(check.match)
    if kind is _COMPARISON and check.kind in ATTRIBUTES:
        return _comparison(check.kind, check.match)
    if kind is policy.RuleCheck and check.match in rules:
        return compiled(rules[check.match], rules, inside)
    if kind is policy.NotCheck:
        return _negation(compiled(check.rule, rules, inside))
    if kind is policy.AndCheck or kind is policy.OrCheck:
        parts = [compiled(part, rules, inside) for part in check.rules]
        return _combination(parts, decisive=kind is policy.OrCheck)
    raise NotCompiled(kind)


def _constant(result: bool) -> Check:
    return lambda target, context, roles: result


def _role(text: str) -> Check:
    def has_role(
        target: Mapping[str, Any],
        context: oslo_context.RequestContext,
        roles: list[str],
    ) -> bool:
        try:
            return (text % target).lower() in roles
        except KeyError:
            return False

    return has_role


def _comparison(attribute: str, text: str) -> Check:
    def is_equal(
        target: Mapping[str, Any],
        context: oslo_context.RequestContext,
        roles: list[str],
    ) -> bool:
        try:
            return text % target == str(getattr(context, attribute))
        except KeyError:
            return False

    return is_equal


def _negation(part: Check) -> Check:
    return lambda target, context, roles: not part(target, context, roles)


def _combination(parts: Sequence[Check], decisive: bool) -> Check:
    """Return whether one of ``parts`` gives the result that decides."""

    def is_passed(
        target: Mapping[str, Any],
        context: oslo_context.RequestContext,
        roles: list[str],
    ) -> bool:
        for part in parts:
            if part(target, context, roles) is decisive:
                return decisive
        return not decisive

    return is_passed
