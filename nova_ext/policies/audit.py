# SPDX-License-Identifier: Apache-2.0
"""Policies of records across servers, which the trail has."""

from oslo_policy import policy

from nova_ext.policies import base

ROOT = 'os_compute_api:audit'
ALL_PROJECTS = f'{ROOT}:all_projects'
HOSTS = f'{ROOT}:hosts'
ACTIONS = f'{ROOT}:actions:index'
TIMELINE = f'{ROOT}:servers:timeline'
MIGRATIONS = f'{ROOT}:servers:migrations'

_AUDITOR = 'rule:audit_reader'
_READER = f'{base.PROJECT_READER_OR_ADMIN} or {_AUDITOR}'
_ACTIONS = ('GET', '/audit/actions')
_TIMELINE = ('GET', '/audit/servers/{server_id}/timeline')
_MIGRATIONS = ('GET', '/audit/servers/{server_id}/migrations')
_ALL = (_ACTIONS, _TIMELINE, _MIGRATIONS)

RULES = [
    policy.RuleDefault(
        'audit_reader',
        'role:audit_reader or rule:context_is_admin',
        'Auditors, who read the records of all projects and change nothing, '
        'and administrators.',
    ),
    base.rule(
        ACTIONS,
        _READER,
        "List actions across servers, those of the own project's servers.",
        _ACTIONS,
    ),
    base.rule(
        TIMELINE,
        _READER,
        'Show the actions and events of a server in the order of time, with '
        'its tasks. The server may be deleted.',
        _TIMELINE,
    ),
    base.rule(
        MIGRATIONS,
        _READER,
        'List all migrations of a server, and see them in its timeline.',
        _MIGRATIONS,
        _TIMELINE,
    ),
    base.rule(
        ALL_PROJECTS,
        _AUDITOR,
        'Read the records of the servers of all projects.',
        *_ALL,
    ),
    base.rule(
        HOSTS,
        _AUDITOR,
        'See hosts in the records, and list actions by host. So may those who '
        'pass os_compute_api:os-instance-actions:events; it takes that rule '
        'to see a traceback.',
        *_ALL,
    ),
]


def list_rules() -> list[policy.RuleDefault]:
    """Return the rules of this resource."""
    return RULES
