# SPDX-License-Identifier: Apache-2.0
"""Policies of servers and of the attributes they show."""

from oslo_policy import policy

from nova_ext.policies import base

ROOT = 'os_compute_api:servers'
INDEX = f'{ROOT}:index'
DETAIL = f'{ROOT}:detail'
INDEX_ALL = f'{ROOT}:index:get_all_tenants'
DETAIL_ALL = f'{ROOT}:detail:get_all_tenants'
SHOW = f'{ROOT}:show'
HOST_STATUS = f'{ROOT}:show:host_status'
CREATE = f'{ROOT}:create'
CREATE_FORCED_HOST = f'{ROOT}:create:forced_host'
CREATE_REQUESTED_HOST = 'compute:servers:create:requested_destination'
CREATE_ZERO_DISK_FLAVOR = f'{ROOT}:create:zero_disk_flavor'
UPDATE = f'{ROOT}:update'
DELETE = f'{ROOT}:delete'
EXTENDED_ATTRIBUTES = 'os_compute_api:os-extended-server-attributes'

_CREATE = ('POST', '/servers')
_LIST = ('GET', '/servers')
_DETAIL = ('GET', '/servers/detail')
_SHOW = ('GET', '/servers/{server_id}')

RULES = [
    base.rule(INDEX, base.PROJECT_READER_OR_ADMIN, 'List servers.', _LIST),
    base.rule(
        DETAIL,
        base.PROJECT_READER_OR_ADMIN,
        'List servers with details.',
        _DETAIL,
    ),
    base.rule(
        INDEX_ALL, base.ADMIN, 'List the servers of all projects.', _LIST
    ),
    base.rule(
        DETAIL_ALL,
        base.ADMIN,
        'List the servers of all projects with details.',
        _DETAIL,
    ),
    base.rule(SHOW, base.PROJECT_READER_OR_ADMIN, 'Show a server.', _SHOW),
    base.rule(
        HOST_STATUS,
        base.ADMIN,
        'See the status of the host of a server.',
        _DETAIL,
        _SHOW,
    ),
    base.rule(
        EXTENDED_ATTRIBUTES,
        base.ADMIN,
        'See where a server runs, and other attributes of operators.',
        _DETAIL,
        _SHOW,
    ),
    base.rule(
        CREATE,
        base.PROJECT_MEMBER_OR_ADMIN,
        'Create servers.',
        _CREATE,
    ),
    base.rule(
        CREATE_FORCED_HOST,
        base.ADMIN,
        'Create a server on the host its availability zone names.',
        _CREATE,
    ),
    base.rule(
        CREATE_REQUESTED_HOST,
        base.ADMIN,
        'Create a server on a requested host.',
        _CREATE,
    ),
    base.rule(
        CREATE_ZERO_DISK_FLAVOR,
        base.ADMIN,
        'Create a server that boots from an image with a flavor without a '
        'disk.',
        _CREATE,
    ),
    base.rule(
        UPDATE,
        base.PROJECT_MEMBER_OR_ADMIN,
        'Rename a server, or describe it.',
        ('PUT', '/servers/{server_id}'),
    ),
    base.rule(
        DELETE,
        base.PROJECT_MEMBER_OR_ADMIN,
        'Delete a server.',
        ('DELETE', '/servers/{server_id}'),
    ),
]


def list_rules() -> list[policy.DocumentedRuleDefault]:
    """Return the rules of this resource."""
    return RULES
