# SPDX-License-Identifier: Apache-2.0
"""The parts of the policies of all resources."""

import dataclasses
from typing import TypedDict

from oslo_policy import policy

#: All who have a token of a project. Rows of other projects that are not
#: public are hidden, whatever the rules say.
ANYONE = ''
ADMIN = 'rule:context_is_admin'

_V1 = '/v1.1/{project_id}'
_V2 = '/v2'


class Operation(TypedDict):
    """A request a rule guards, for the policy reference."""

    method: str
    path: str


@dataclasses.dataclass(frozen=True)
class Action:
    """Something to do, with a rule for each version of the API.

    :param v1: name of the rule for 1.1, None when 1.1 does not know it
    :param v2: the same for 2
    """

    v1: str | None
    v2: str | None
    rules: tuple[policy.DocumentedRuleDefault, ...]


def action(
    v1: str | None,
    v2: str | None,
    description: str,
    *requests: str,
    requests_v2: tuple[str, ...] = (),
    check: str = ANYONE,
) -> Action:
    """Return an action and its rules.

    :param v1: name of the rule for version 1.1, without the service
    :param v2: the same for version 2
    :param requests: ``METHOD path``
    :param requests_v2: those of version 2, where they are others
    :param check: who may do it, unless the operator says otherwise
    """
    rules = []
    if v1 is not None:
        rules.append(_rule(v1, description, _V1, requests, check))
    if v2 is not None:
        at_v2 = requests_v2 or requests
        rules.append(_rule(v2, description, _V2, at_v2, check))
    return Action(v1 and _full(v1), v2 and _full(v2), tuple(rules))


def _rule(
    name: str,
    description: str,
    root: str,
    requests: tuple[str, ...],
    check: str,
) -> policy.DocumentedRuleDefault:
    operations = []
    for request in requests:
        method, _, path = request.partition(' ')
        operations.append(Operation(method=method, path=root + path))
    return policy.DocumentedRuleDefault(
        name=_full(name),
        check_str=check,
        description=description,
        operations=operations,
    )


def _full(name: str) -> str:
    return f'data-processing:{name}'


CONTEXT_IS_ADMIN = policy.RuleDefault(
    'context_is_admin',
    'role:admin',
    'Who is an administrator, whatever project the token is for.',
)
