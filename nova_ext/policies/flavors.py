# SPDX-License-Identifier: Apache-2.0
"""Policy of the extra specs of flavors; all users may read flavors."""

from oslo_policy import policy

from nova_ext.policies import base

EXTRA_SPECS_INDEX = 'os_compute_api:os-flavor-extra-specs:index'

RULES = [
    base.rule(
        EXTRA_SPECS_INDEX,
        base.PROJECT_READER_OR_ADMIN,
        'See the extra specs of flavors, in servers and flavors too.',
        ('GET', '/flavors/{flavor_id}/os-extra_specs'),
        ('GET', '/flavors/detail'),
        ('GET', '/flavors/{flavor_id}'),
        ('GET', '/servers/detail'),
        ('GET', '/servers/{server_id}'),
    ),
]


def list_rules() -> list[policy.DocumentedRuleDefault]:
    """Return the rules of this resource."""
    return RULES
