# SPDX-License-Identifier: Apache-2.0
"""Policies of the actions of a server and of the details they show."""

from oslo_policy import policy

from nova_ext.policies import base

ROOT = 'os_compute_api:os-instance-actions'
LIST = f'{ROOT}:list'
SHOW = f'{ROOT}:show'
EVENTS = f'{ROOT}:events'
DETAILS = f'{EVENTS}:details'

_INDEX_PATH = '/servers/{server_id}/os-instance-actions'
_SHOW_PATH = '/servers/{server_id}/os-instance-actions/{request_id}'

RULES = [
    base.rule(
        LIST,
        base.PROJECT_READER_OR_ADMIN,
        'List the actions of a server.',
        ('GET', _INDEX_PATH),
    ),
    base.rule(
        SHOW,
        base.PROJECT_READER_OR_ADMIN,
        'Show an action of a server.',
        ('GET', _SHOW_PATH),
    ),
    base.rule(
        EVENTS,
        base.ADMIN,
        'See the traceback of the events of an action, and from microversion '
        '2.62 their host. Before microversion 2.51 it takes this rule to see '
        'the events at all.',
        ('GET', _SHOW_PATH),
    ),
    base.rule(
        DETAILS,
        base.ADMIN,
        'See the details of the events of an action, which exist from '
        'microversion 2.84: why a step failed, in one line.',
        ('GET', _SHOW_PATH),
    ),
]


def list_rules() -> list[policy.DocumentedRuleDefault]:
    """Return the rules of this resource."""
    return RULES
