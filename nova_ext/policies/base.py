# SPDX-License-Identifier: Apache-2.0
"""Check strings of the policies of the compute API."""

from typing import TypedDict

from oslo_policy import policy

#: Rules that others refer to.
ROLES: list[policy.RuleDefault] = []
#: Rules of requests.
RULES: list[policy.RuleDefault] = []


class GuardedRequest(TypedDict):
    """A request that a rule guards, for the policy reference."""

    method: str
    path: str


def _role(name: str, check: str, description: str) -> str:
    ROLES.append(policy.RuleDefault(name, check, description))
    return f'rule:{name}'


def rule(
    name: str,
    check: str,
    description: str,
    *requests: str,
    api: str = 'os_compute_api',
) -> str:
    """Add a documented rule for tokens of a project; return its name.

    :param name: without ``api``, with which all names begin
    :param requests: ``METHOD path`` of those that it guards
    """
    pairs = (request.split(' ', 1) for request in requests)
    added = policy.DocumentedRuleDefault(
        name=f'{api}:{name}',
        check_str=check,
        description=description,
        operations=[GuardedRequest(method=m, path=p) for m, p in pairs],
        scope_types=['project'],
    )
    RULES.append(added)
    return added.name


ADMIN = _role(
    'context_is_admin',
    'role:admin',
    'Administrators, whatever project the token is for.',
)
PROJECT_MANAGER_OR_ADMIN = _role(
    'project_manager_or_admin',
    f'(role:manager and project_id:%(project_id)s) or {ADMIN}',
    'Managers of the project, and administrators.',
)
PROJECT_MEMBER_OR_ADMIN = _role(
    'project_member_or_admin',
    f'(role:member and project_id:%(project_id)s) or {ADMIN}',
    'Members of the project, and administrators.',
)
PROJECT_READER_OR_ADMIN = _role(
    'project_reader_or_admin',
    f'(role:reader and project_id:%(project_id)s) or {ADMIN}',
    'Readers of the project, and administrators.',
)
AUDITOR = _role(
    'audit_reader',
    f'role:audit_reader or {ADMIN}',
    'Auditors, who read the records of all projects and change nothing, and '
    'administrators.',
)
#: The user themselves, and administrators.
ADMIN_OR_USER = f'{ADMIN} or user_id:%(user_id)s'
