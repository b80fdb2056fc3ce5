# SPDX-License-Identifier: Apache-2.0
"""Policies of servers, of the attributes they show and of their actions."""

from oslo_policy import policy

from nova_ext.policies import base

_API = 'os_compute_api'
ROOT = f'{_API}:servers'
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
EXTENDED_ATTRIBUTES = f'{_API}:os-extended-server-attributes'
START = f'{ROOT}:start'
STOP = f'{ROOT}:stop'
REBOOT = f'{ROOT}:reboot'
REBUILD = f'{ROOT}:rebuild'
RESIZE = f'{ROOT}:resize'
CONFIRM_RESIZE = f'{ROOT}:confirm_resize'
REVERT_RESIZE = f'{ROOT}:revert_resize'
PAUSE = f'{_API}:os-pause-server:pause'
UNPAUSE = f'{_API}:os-pause-server:unpause'
SUSPEND = f'{_API}:os-suspend-server:suspend'
RESUME = f'{_API}:os-suspend-server:resume'
LOCK = f'{_API}:os-lock-server:lock'
UNLOCK = f'{_API}:os-lock-server:unlock'
UNLOCK_OVERRIDE = f'{_API}:os-lock-server:unlock:unlock_override'
MIGRATE = f'{_API}:os-migrate-server:migrate'
MIGRATE_HOST = f'{_API}:os-migrate-server:migrate:host'
MIGRATE_LIVE = f'{_API}:os-migrate-server:migrate_live'
MIGRATE_LIVE_HOST = f'{_API}:os-migrate-server:migrate_live:host'
EVACUATE = f'{_API}:os-evacuate'
FORCE_DELETE = f'{_API}:os-deferred-delete:force'
RESET_STATE = f'{_API}:os-admin-actions:reset_state'

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

_ACTION_PATH = '/servers/{server_id}/action'


def _action_rule(
    name: str, check: str, description: str, action: str
) -> policy.DocumentedRuleDefault:
    return base.rule(
        name, check, description, ('POST', f'{_ACTION_PATH} ({action})')
    )


ACTION_RULES = [
    _action_rule(START, base.PROJECT_MEMBER_OR_ADMIN, 'Start.', 'os-start'),
    _action_rule(STOP, base.PROJECT_MEMBER_OR_ADMIN, 'Stop.', 'os-stop'),
    _action_rule(REBOOT, base.PROJECT_MEMBER_OR_ADMIN, 'Reboot.', 'reboot'),
    _action_rule(REBUILD, base.PROJECT_MEMBER_OR_ADMIN, 'Rebuild.', 'rebuild'),
    _action_rule(RESIZE, base.PROJECT_MEMBER_OR_ADMIN, 'Resize.', 'resize'),
    _action_rule(
        CONFIRM_RESIZE,
        base.PROJECT_MEMBER_OR_ADMIN,
        'Confirm a resize or cold migration.',
        'confirmResize',
    ),
    _action_rule(
        REVERT_RESIZE,
        base.PROJECT_MEMBER_OR_ADMIN,
        'Revert a resize or cold migration.',
        'revertResize',
    ),
    _action_rule(PAUSE, base.PROJECT_MEMBER_OR_ADMIN, 'Pause.', 'pause'),
    _action_rule(UNPAUSE, base.PROJECT_MEMBER_OR_ADMIN, 'Unpause.', 'unpause'),
    _action_rule(SUSPEND, base.PROJECT_MEMBER_OR_ADMIN, 'Suspend.', 'suspend'),
    _action_rule(RESUME, base.PROJECT_MEMBER_OR_ADMIN, 'Resume.', 'resume'),
    _action_rule(LOCK, base.PROJECT_MEMBER_OR_ADMIN, 'Lock.', 'lock'),
    _action_rule(UNLOCK, base.PROJECT_MEMBER_OR_ADMIN, 'Unlock.', 'unlock'),
    _action_rule(
        UNLOCK_OVERRIDE,
        base.ADMIN,
        'Unlock a server that an administrator has locked.',
        'unlock',
    ),
    _action_rule(
        MIGRATE,
        base.PROJECT_MANAGER_OR_ADMIN,
        'Cold-migrate.',
        'migrate',
    ),
    _action_rule(
        MIGRATE_HOST,
        base.ADMIN,
        'Cold-migrate to a requested host.',
        'migrate',
    ),
    _action_rule(
        MIGRATE_LIVE,
        base.PROJECT_MANAGER_OR_ADMIN,
        'Live-migrate.',
        'os-migrateLive',
    ),
    _action_rule(
        MIGRATE_LIVE_HOST,
        base.ADMIN,
        'Live-migrate to a requested host.',
        'os-migrateLive',
    ),
    _action_rule(
        EVACUATE, base.ADMIN, 'Evacuate from a host that is down.', 'evacuate'
    ),
    _action_rule(
        FORCE_DELETE,
        base.PROJECT_MEMBER_OR_ADMIN,
        'Delete at once.',
        'forceDelete',
    ),
    _action_rule(RESET_STATE, base.ADMIN, 'Reset the state.', 'os-resetState'),
]
