# SPDX-License-Identifier: Apache-2.0
"""Policies of the templates of node groups."""

from oslo_policy import policy

from sahara_ext.policies import base

_ALL = '/node-group-templates'
_ONE = f'{_ALL}/{{node_group_template_id}}'

LIST = base.action(
    'node-group-templates:get_all',
    'node-group-template:list',
    'List node group templates.',
    f'GET {_ALL}',
)
CREATE = base.action(
    'node-group-templates:create',
    'node-group-template:create',
    'Create a node group template.',
    f'POST {_ALL}',
)
SHOW = base.action(
    'node-group-templates:get',
    'node-group-template:get',
    'Show or export a node group template.',
    f'GET {_ONE}',
    f'GET {_ONE}/export',
)
UPDATE = base.action(
    'node-group-templates:modify',
    'node-group-template:update',
    'Change a node group template.',
    f'PUT {_ONE}',
    requests_v2=(f'PATCH {_ONE}',),
)
DELETE = base.action(
    'node-group-templates:delete',
    'node-group-template:delete',
    'Delete a node group template.',
    f'DELETE {_ONE}',
)

_ACTIONS = (LIST, CREATE, SHOW, UPDATE, DELETE)


def list_rules() -> list[policy.DocumentedRuleDefault]:
    """Return the rules of this resource."""
    return [rule for action in _ACTIONS for rule in action.rules]
