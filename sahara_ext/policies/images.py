# SPDX-License-Identifier: Apache-2.0
"""Policies of the images clusters can be made from."""

from oslo_policy import policy

from sahara_ext.policies import base

_ONE = '/images/{image_id}'

LIST = base.action(
    'images:get_all', 'image:list', 'List registered images.', 'GET /images'
)
SHOW = base.action(
    'images:get', 'image:get', 'Show a registered image.', f'GET {_ONE}'
)
REGISTER = base.action(
    'images:register', 'image:register', 'Register an image.', f'POST {_ONE}'
)
UNREGISTER = base.action(
    'images:unregister',
    'image:unregister',
    'Unregister an image.',
    f'DELETE {_ONE}',
)
ADD_TAGS = base.action(
    'images:add_tags', None, 'Tag an image.', f'POST {_ONE}/tag'
)
REMOVE_TAGS = base.action(
    'images:remove_tags',
    None,
    'Remove tags of an image.',
    f'POST {_ONE}/untag',
)
GET_TAGS = base.action(
    None, 'image:get-tags', 'List the tags of an image.', f'GET {_ONE}/tags'
)
SET_TAGS = base.action(
    None, 'image:set-tags', 'Replace the tags of an image.', f'PUT {_ONE}/tags'
)
CLEAR_TAGS = base.action(
    None,
    'image:remove-tags',
    'Remove all tags of an image.',
    f'DELETE {_ONE}/tags',
)

_ACTIONS = (
    LIST,
    SHOW,
    REGISTER,
    UNREGISTER,
    ADD_TAGS,
    REMOVE_TAGS,
    GET_TAGS,
    SET_TAGS,
    CLEAR_TAGS,
)


def list_rules() -> list[policy.DocumentedRuleDefault]:
    """Return the rules of this resource."""
    return [rule for action in _ACTIONS for rule in action.rules]
