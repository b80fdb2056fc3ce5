# SPDX-License-Identifier: Apache-2.0
"""Policies of the live migrations of a server."""

from oslo_policy import policy

from nova_ext.policies import base

ROOT = 'os_compute_api:servers:migrations'
INDEX = f'{ROOT}:index'
INDEX_HOST = f'{ROOT}:index:host'
SHOW = f'{ROOT}:show'
FORCE_COMPLETE = f'{ROOT}:force_complete'
DELETE = f'{ROOT}:delete'

_INDEX_PATH = '/servers/{server_id}/migrations'
_SHOW_PATH = '/servers/{server_id}/migrations/{migration_id}'

RULES = [
    base.rule(
        INDEX,
        base.PROJECT_MANAGER_OR_ADMIN,
        'List the live migrations of a server that are in progress.',
        ('GET', _INDEX_PATH),
    ),
    base.rule(
        INDEX_HOST,
        base.ADMIN,
        'See the hosts and nodes of listed live migrations.',
        ('GET', _INDEX_PATH),
    ),
    base.rule(
        SHOW,
        base.ADMIN,
        'Show a live migration that is in progress.',
        ('GET', _SHOW_PATH),
    ),
    base.rule(
        FORCE_COMPLETE,
        base.PROJECT_MANAGER_OR_ADMIN,
        'Force a running live migration to complete.',
        ('POST', f'{_SHOW_PATH}/action (force_complete)'),
    ),
    base.rule(
        DELETE,
        base.PROJECT_MANAGER_OR_ADMIN,
        'Abort a live migration.',
        ('DELETE', _SHOW_PATH),
    ),
]


def list_rules() -> list[policy.DocumentedRuleDefault]:
    """Return the rules of this resource."""
    return RULES
