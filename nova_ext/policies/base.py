# SPDX-License-Identifier: Apache-2.0
"""Check strings of the policies of the compute API."""

from typing import TypedDict

from oslo_policy import policy

ADMIN = 'rule:context_is_admin'
#: The user themselves, and administrators.
ADMIN_OR_USER = 'rule:context_is_admin or user_id:%(user_id)s'
PROJECT_MANAGER_OR_ADMIN = 'rule:project_manager_or_admin'
PROJECT_MEMBER_OR_ADMIN = 'rule:project_member_or_admin'
PROJECT_READER_OR_ADMIN = 'rule:project_reader_or_admin'


class GuardedRequest(TypedDict):
    """A request that a rule guards, for the policy reference."""

    method: str
    path: str


RULES = [
    policy.RuleDefault(
        'context_is_admin',
        'role:admin',
        'Administrators, whatever project the token is for.',
    ),
    policy.RuleDefault(
        'project_manager_or_admin',
        '(role:manager and project_id:%(project_id)s) or '
        'rule:context_is_admin',
        'Managers of the project, and administrators.',
    ),
    policy.RuleDefault(
        'project_member_or_admin',
        '(role:member and project_id:%(project_id)s) or rule:context_is_admin',
        'Members of the project, and administrators.',
    ),
    policy.RuleDefault(
        'project_reader_or_admin',
        '(role:reader and project_id:%(project_id)s) or rule:context_is_admin',
        'Readers of the project, and administrators.',
    ),
]


def rule(
    name: str, check: str, description: str, *operations: tuple[str, str]
) -> policy.DocumentedRuleDefault:
    """Return a documented rule for tokens of a project.

    :param operations: ``(method, path)`` of the requests it guards
    """
    return policy.DocumentedRuleDefault(
        name=name,
        check_str=check,
        description=description,
        operations=[GuardedRequest(method=m, path=p) for m, p in operations],
        scope_types=['project'],
    )


def list_rules() -> list[policy.RuleDefault]:
    """Return the rules that other rules refer to."""
    return RULES
