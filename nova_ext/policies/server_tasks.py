# SPDX-License-Identifier: Apache-2.0
"""Policies of the tasks of a server or of a tag."""

from oslo_policy import policy

from nova_ext.policies import base

ROOT = 'os_compute_api:os-server-tasks'
INDEX = f'{ROOT}:index'
INDEX_ALL_TENANTS = f'{ROOT}:index:all_tenants'
SHOW = f'{ROOT}:show'
SHOW_ALL_TENANTS = f'{ROOT}:show:all_tenants'

_INDEX_PATH = '/servers/{server_id}/tasks'
_SHOW_PATH = '/servers/{server_id}/tasks/{task_id}'
_INDEX_ALL_PATH = '/os-server-tasks'
_SHOW_ANY_PATH = '/os-server-tasks/{task_id}'

RULES = [
    base.rule(
        INDEX,
        base.PROJECT_READER_OR_ADMIN,
        'List the tasks of a server, those with a tag, or those of a project.',
        ('GET', _INDEX_PATH),
        ('GET', _INDEX_ALL_PATH),
    ),
    base.rule(
        INDEX_ALL_TENANTS,
        base.ADMIN,
        'List the tasks of all projects.',
        ('GET', _INDEX_PATH),
        ('GET', _INDEX_ALL_PATH),
    ),
    base.rule(
        SHOW,
        base.PROJECT_READER_OR_ADMIN,
        'Show a task.',
        ('GET', _SHOW_PATH),
        ('GET', _SHOW_ANY_PATH),
    ),
    base.rule(
        SHOW_ALL_TENANTS,
        base.ADMIN,
        'Show a task of any project.',
        ('GET', _SHOW_PATH),
        ('GET', _SHOW_ANY_PATH),
    ),
]


def list_rules() -> list[policy.DocumentedRuleDefault]:
    """Return the rules of this resource."""
    return RULES
