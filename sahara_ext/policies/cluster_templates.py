# SPDX-License-Identifier: Apache-2.0
"""Policies of the templates of clusters."""

from oslo_policy import policy

from sahara_ext.policies import base

_ALL = '/cluster-templates'
_ONE = f'{_ALL}/{{cluster_template_id}}'

LIST = base.action(
    'cluster-templates:get_all',
    'cluster-template:list',
    'List cluster templates.',
    f'GET {_ALL}',
)
CREATE = base.action(
    'cluster-templates:create',
    'cluster-template:create',
    'Create a cluster template.',
    f'POST {_ALL}',
)
SHOW = base.action(
    'cluster-templates:get',
    'cluster-template:get',
    'Show or export a cluster template.',
    f'GET {_ONE}',
    f'GET {_ONE}/export',
)
UPDATE = base.action(
    'cluster-templates:modify',
    'cluster-template:update',
    'Change a cluster template.',
    f'PUT {_ONE}',
    requests_v2=(f'PATCH {_ONE}',),
)
DELETE = base.action(
    'cluster-templates:delete',
    'cluster-template:delete',
    'Delete a cluster template.',
    f'DELETE {_ONE}',
)

_ACTIONS = (LIST, CREATE, SHOW, UPDATE, DELETE)


def list_rules() -> list[policy.DocumentedRuleDefault]:
    """Return the rules of this resource."""
    return [rule for action in _ACTIONS for rule in action.rules]
