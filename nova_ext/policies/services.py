# SPDX-License-Identifier: Apache-2.0
"""Policies of services."""

from oslo_policy import policy

from nova_ext.policies import base

ROOT = 'os_compute_api:os-services'
LIST = f'{ROOT}:list'
UPDATE = f'{ROOT}:update'
DELETE = f'{ROOT}:delete'

RULES = [
    base.rule(
        LIST,
        base.ADMIN,
        'List the services.',
        ('GET', '/os-services'),
    ),
    base.rule(
        UPDATE,
        base.ADMIN,
        'Enable and disable a service, or force it down.',
        ('PUT', '/os-services/enable'),
        ('PUT', '/os-services/disable'),
        ('PUT', '/os-services/disable-log-reason'),
        ('PUT', '/os-services/force-down'),
        ('PUT', '/os-services/{service_id}'),
    ),
    base.rule(
        DELETE,
        base.ADMIN,
        'Forget a service.',
        ('DELETE', '/os-services/{service_id}'),
    ),
]


def list_rules() -> list[policy.DocumentedRuleDefault]:
    """Return the rules of this resource."""
    return RULES
