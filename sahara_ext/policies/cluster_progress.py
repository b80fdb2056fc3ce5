# SPDX-License-Identifier: Apache-2.0
"""Who may read what happens to the instances of a cluster."""

from oslo_policy import policy

from sahara_ext.policies import base

INDEX = base.action(
    'clusters:progress',
    'cluster:progress',
    'List the events of a step of a cluster.',
    'GET /clusters/{cluster_id}/progress',
)


def list_rules() -> list[policy.DocumentedRuleDefault]:
    """Return the rules of this resource."""
    return list(INDEX.rules)
