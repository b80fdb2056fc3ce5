# SPDX-License-Identifier: Apache-2.0
"""Policy of the extensions of the API."""

from oslo_policy import policy

from nova_ext.policies import base

READ = 'os_compute_api:extensions'

RULES = [
    base.rule(
        READ,
        '@',
        'List the extensions of the API, and show one.',
        ('GET', '/extensions'),
        ('GET', '/extensions/{alias}'),
    ),
]


def list_rules() -> list[policy.DocumentedRuleDefault]:
    """Return the rules of this resource."""
    return RULES
