# SPDX-License-Identifier: Apache-2.0
"""Policies of the progress of clusters."""

from oslo_policy import policy

from sahara_ext.policies import base

INDEX = base.action(
    'clusters:progress',
    'cluster:progress',
    'List the events of a step of a cluster.',
    'GET /clusters/{cluster_id}/progress',
)
TRACEBACK = base.action(
    'clusters:progress:traceback',
    'cluster:progress:traceback',
    'Read the traceback of a failure in ``event_info``. Those who see the '
    'cluster read the reason and the id of the error. What the rule is '
    'checked on is the project of the cluster.',
    'GET /clusters/{cluster_id}/progress',
    'GET /clusters/{cluster_id}',
    check=base.ADMIN,
)

_ACTIONS = (INDEX, TRACEBACK)


def list_rules() -> list[policy.DocumentedRuleDefault]:
    """Return the rules of this resource."""
    return [rule for action in _ACTIONS for rule in action.rules]
