# SPDX-License-Identifier: Apache-2.0
"""Policies of the list of migrations."""

from oslo_policy import policy

from nova_ext.policies import base

ROOT = 'os_compute_api:os-migrations'
INDEX = f'{ROOT}:index'
INDEX_ALL_PROJECTS = f'{ROOT}:index:all_projects'
INDEX_HOST = f'{ROOT}:index:host'

_PATH = ('GET', '/os-migrations')

RULES = [
    base.rule(
        INDEX,
        base.PROJECT_MANAGER_OR_ADMIN,
        'List migrations.',
        _PATH,
    ),
    base.rule(
        INDEX_ALL_PROJECTS,
        base.ADMIN,
        'List migrations without naming the own project in project_id.',
        _PATH,
    ),
    base.rule(
        INDEX_HOST,
        base.ADMIN,
        'See the hosts and nodes of listed migrations.',
        _PATH,
    ),
]


def list_rules() -> list[policy.DocumentedRuleDefault]:
    """Return the rules of this resource."""
    return RULES
