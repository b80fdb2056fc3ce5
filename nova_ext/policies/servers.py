# SPDX-License-Identifier: Apache-2.0
"""Policies of servers, of the attributes they show and of their actions."""

from nova_ext.policies import base

_CREATE = 'POST /servers'
_LIST = 'GET /servers'
_DETAIL = 'GET /servers/detail'
_SHOW = 'GET /servers/{server_id}'

INDEX = base.rule(
    'servers:index', base.PROJECT_READER_OR_ADMIN, 'List servers.', _LIST
)
DETAIL = base.rule(
    'servers:detail',
    base.PROJECT_READER_OR_ADMIN,
    'List servers with details.',
    _DETAIL,
)
INDEX_ALL = base.rule(
    'servers:index:get_all_tenants',
    base.ADMIN,
    'List the servers of all projects.',
    _LIST,
)
DETAIL_ALL = base.rule(
    'servers:detail:get_all_tenants',
    base.ADMIN,
    'List the servers of all projects with details.',
    _DETAIL,
)
SHOW = base.rule(
    'servers:show', base.PROJECT_READER_OR_ADMIN, 'Show a server.', _SHOW
)
HOST_STATUS = base.rule(
    'servers:show:host_status',
    base.ADMIN,
    'See the status of the host of a server.',
    _DETAIL,
    _SHOW,
)
EXTENDED_ATTRIBUTES = base.rule(
    'os-extended-server-attributes',
    base.ADMIN,
    'See where a server runs, and other attributes of operators.',
    _DETAIL,
    _SHOW,
)
CREATE = base.rule(
    'servers:create', base.PROJECT_MEMBER_OR_ADMIN, 'Create servers.', _CREATE
)
CREATE_FORCED_HOST = base.rule(
    'servers:create:forced_host',
    base.ADMIN,
    'Create a server on the host its availability zone names.',
    _CREATE,
)
CREATE_REQUESTED_HOST = base.rule(
    'servers:create:requested_destination',
    base.ADMIN,
    'Create a server on a requested host.',
    _CREATE,
    api='compute',
)
CREATE_ZERO_DISK_FLAVOR = base.rule(
    'servers:create:zero_disk_flavor',
    base.ADMIN,
    'Create a server that boots from an image with a flavor without a disk.',
    _CREATE,
)
UPDATE = base.rule(
    'servers:update',
    base.PROJECT_MEMBER_OR_ADMIN,
    'Rename a server, or describe it.',
    'PUT /servers/{server_id}',
)
DELETE = base.rule(
    'servers:delete',
    base.PROJECT_MEMBER_OR_ADMIN,
    'Delete a server.',
    'DELETE /servers/{server_id}',
)


def _action(
    name: str,
    action: str,
    description: str,
    check: str = base.PROJECT_MEMBER_OR_ADMIN,
) -> str:
    request = f'POST /servers/{{server_id}}/action ({action})'
    return base.rule(name, check, description, request)


START = _action('servers:start', 'os-start', 'Start.')
STOP = _action('servers:stop', 'os-stop', 'Stop.')
REBOOT = _action('servers:reboot', 'reboot', 'Reboot.')
REBUILD = _action('servers:rebuild', 'rebuild', 'Rebuild.')
RESIZE = _action('servers:resize', 'resize', 'Resize.')
CONFIRM_RESIZE = _action(
    'servers:confirm_resize',
    'confirmResize',
    'Confirm a resize or cold migration.',
)
REVERT_RESIZE = _action(
    'servers:revert_resize',
    'revertResize',
    'Revert a resize or cold migration.',
)
PAUSE = _action('os-pause-server:pause', 'pause', 'Pause.')
UNPAUSE = _action('os-pause-server:unpause', 'unpause', 'Unpause.')
SUSPEND = _action('os-suspend-server:suspend', 'suspend', 'Suspend.')
RESUME = _action('os-suspend-server:resume', 'resume', 'Resume.')
LOCK = _action('os-lock-server:lock', 'lock', 'Lock.')
UNLOCK = _action('os-lock-server:unlock', 'unlock', 'Unlock.')
UNLOCK_OVERRIDE = _action(
    'os-lock-server:unlock:unlock_override',
    'unlock',
    'Unlock a server that an administrator has locked.',
    base.ADMIN,
)
MIGRATE = _action(
    'os-migrate-server:migrate',
    'migrate',
    'Cold-migrate.',
    base.PROJECT_MANAGER_OR_ADMIN,
)
MIGRATE_HOST = _action(
    'os-migrate-server:migrate:host',
    'migrate',
    'Cold-migrate to a requested host.',
    base.ADMIN,
)
MIGRATE_LIVE = _action(
    'os-migrate-server:migrate_live',
    'os-migrateLive',
    'Live-migrate.',
    base.PROJECT_MANAGER_OR_ADMIN,
)
MIGRATE_LIVE_HOST = _action(
    'os-migrate-server:migrate_live:host',
    'os-migrateLive',
    'Live-migrate to a requested host.',
    base.ADMIN,
)
EVACUATE = _action(
    'os-evacuate', 'evacuate', 'Evacuate from a host that is down.', base.ADMIN
)
FORCE_DELETE = _action(
    'os-deferred-delete:force', 'forceDelete', 'Delete at once.'
)
RESET_STATE = _action(
    'os-admin-actions:reset_state',
    'os-resetState',
    'Reset the state.',
    base.ADMIN,
)
