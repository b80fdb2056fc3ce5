# SPDX-License-Identifier: Apache-2.0
"""Policies of clusters."""

from oslo_policy import policy

from sahara_ext.policies import base

_ONE = '/clusters/{cluster_id}'

LIST = base.action(
    'clusters:get_all', 'cluster:list', 'List clusters.', 'GET /clusters'
)
CREATE = base.action(
    'clusters:create', 'cluster:create', 'Create clusters.', 'POST /clusters'
)
SHOW = base.action(
    'clusters:get', 'cluster:get', 'Show a cluster.', f'GET {_ONE}'
)
SCALE = base.action(
    'clusters:scale', 'cluster:scale', 'Scale a cluster.', f'PUT {_ONE}'
)
UPDATE = base.action(
    'clusters:modify',
    'cluster:update',
    'Rename, describe, publish or protect a cluster.',
    f'PATCH {_ONE}',
)
DELETE = base.action(
    'clusters:delete', 'cluster:delete', 'Delete a cluster.', f'DELETE {_ONE}'
)

_ACTIONS = (LIST, CREATE, SHOW, SCALE, UPDATE, DELETE)


def list_rules() -> list[policy.DocumentedRuleDefault]:
    """Return the rules of this resource."""
    return [rule for action in _ACTIONS for rule in action.rules]
