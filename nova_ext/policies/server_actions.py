# SPDX-License-Identifier: Apache-2.0
"""Policies of the requests that change a server: a rule for each action."""

from oslo_policy import policy

from nova_ext.policies import base

_API = 'os_compute_api'
START = f'{_API}:servers:start'
STOP = f'{_API}:servers:stop'
REBOOT = f'{_API}:servers:reboot'
REBUILD = f'{_API}:servers:rebuild'
RESIZE = f'{_API}:servers:resize'
CONFIRM_RESIZE = f'{_API}:servers:confirm_resize'
REVERT_RESIZE = f'{_API}:servers:revert_resize'
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

_PATH = '/servers/{server_id}/action'


def _rule(
    name: str, check: str, description: str, action: str
) -> policy.DocumentedRuleDefault:
    return base.rule(name, check, description, ('POST', f'{_PATH} ({action})'))


RULES = [
    _rule(START, base.PROJECT_MEMBER_OR_ADMIN, 'Start.', 'os-start'),
    _rule(STOP, base.PROJECT_MEMBER_OR_ADMIN, 'Stop.', 'os-stop'),
    _rule(REBOOT, base.PROJECT_MEMBER_OR_ADMIN, 'Reboot.', 'reboot'),
    _rule(REBUILD, base.PROJECT_MEMBER_OR_ADMIN, 'Rebuild.', 'rebuild'),
    _rule(RESIZE, base.PROJECT_MEMBER_OR_ADMIN, 'Resize.', 'resize'),
    _rule(
        CONFIRM_RESIZE,
        base.PROJECT_MEMBER_OR_ADMIN,
        'Confirm a resize or cold migration.',
        'confirmResize',
    ),
    _rule(
        REVERT_RESIZE,
        base.PROJECT_MEMBER_OR_ADMIN,
        'Revert a resize or cold migration.',
        'revertResize',
    ),
    _rule(PAUSE, base.PROJECT_MEMBER_OR_ADMIN, 'Pause.', 'pause'),
    _rule(UNPAUSE, base.PROJECT_MEMBER_OR_ADMIN, 'Unpause.', 'unpause'),
    _rule(SUSPEND, base.PROJECT_MEMBER_OR_ADMIN, 'Suspend.', 'suspend'),
    _rule(RESUME, base.PROJECT_MEMBER_OR_ADMIN, 'Resume.', 'resume'),
    _rule(LOCK, base.PROJECT_MEMBER_OR_ADMIN, 'Lock.', 'lock'),
    _rule(UNLOCK, base.PROJECT_MEMBER_OR_ADMIN, 'Unlock.', 'unlock'),
    _rule(
        UNLOCK_OVERRIDE,
        base.ADMIN,
        'Unlock a server that an administrator has locked.',
        'unlock',
    ),
    _rule(
        MIGRATE,
        base.PROJECT_MANAGER_OR_ADMIN,
        'Cold-migrate.',
        'migrate',
    ),
    _rule(
        MIGRATE_HOST,
        base.ADMIN,
        'Cold-migrate to a requested host.',
        'migrate',
    ),
    _rule(
        MIGRATE_LIVE,
        base.PROJECT_MANAGER_OR_ADMIN,
        'Live-migrate.',
        'os-migrateLive',
    ),
    _rule(
        MIGRATE_LIVE_HOST,
        base.ADMIN,
        'Live-migrate to a requested host.',
        'os-migrateLive',
    ),
    _rule(
        EVACUATE, base.ADMIN, 'Evacuate from a host that is down.', 'evacuate'
    ),
    _rule(
        FORCE_DELETE,
        base.PROJECT_MEMBER_OR_ADMIN,
        'Delete at once.',
        'forceDelete',
    ),
    _rule(RESET_STATE, base.ADMIN, 'Reset the state.', 'os-resetState'),
]


def list_rules() -> list[policy.DocumentedRuleDefault]:
    """Return the rules of the actions."""
    return RULES
