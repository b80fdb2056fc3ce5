# SPDX-License-Identifier: Apache-2.0
"""Policies of the kinds of clusters."""

from oslo_policy import policy

from sahara_ext.policies import base

LIST = base.action(
    'plugins:get_all', 'plugin:list', 'List plugins.', 'GET /plugins'
)
SHOW = base.action(
    'plugins:get', 'plugin:get', 'Show a plugin.', 'GET /plugins/{plugin_name}'
)
SHOW_VERSION = base.action(
    'plugins:get_version',
    'plugin:get-version',
    'Show what clusters of a version of a plugin are made of.',
    'GET /plugins/{plugin_name}/{version}',
)

_ACTIONS = (LIST, SHOW, SHOW_VERSION)


def list_rules() -> list[policy.DocumentedRuleDefault]:
    """Return the rules of this resource."""
    return [rule for action in _ACTIONS for rule in action.rules]
