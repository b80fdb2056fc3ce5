# SPDX-License-Identifier: Apache-2.0
"""Status of a server, derived from its VM state and its task state."""

from collections.abc import Iterable

from nova_ext.objects.fields import TaskState
from nova_ext.objects.fields import VMState

_REBOOT = {
    TaskState.REBOOTING: 'REBOOT',
    TaskState.REBOOT_PENDING: 'REBOOT',
    TaskState.REBOOT_STARTED: 'REBOOT',
    TaskState.REBOOTING_HARD: 'HARD_REBOOT',
    TaskState.REBOOT_PENDING_HARD: 'HARD_REBOOT',
    TaskState.REBOOT_STARTED_HARD: 'HARD_REBOOT',
}
_REBUILD = {
    TaskState.REBUILDING: 'REBUILD',
    TaskState.REBUILD_BLOCK_DEVICE_MAPPING: 'REBUILD',
    TaskState.REBUILD_SPAWNING: 'REBUILD',
}
_RESIZE = {
    TaskState.RESIZE_PREP: 'RESIZE',
    TaskState.RESIZE_MIGRATING: 'RESIZE',
    TaskState.RESIZE_MIGRATED: 'RESIZE',
    TaskState.RESIZE_FINISH: 'RESIZE',
}
_HARD_REBOOT = {TaskState.REBOOTING_HARD: 'HARD_REBOOT'}

#: By VM state: the usual status, and exceptions by task state.
_STATUSES: dict[str, tuple[str, dict[str, str]]] = {
    VMState.ACTIVE: (
        'ACTIVE',
        {
            **_REBOOT,
            **_REBUILD,
            **_RESIZE,
            TaskState.MIGRATING: 'MIGRATING',
        },
    ),
    VMState.BUILDING: ('BUILD', {}),
    VMState.STOPPED: ('SHUTOFF', {**_RESIZE, **_REBUILD, **_HARD_REBOOT}),
    VMState.RESIZED: (
        'VERIFY_RESIZE',
        {TaskState.RESIZE_REVERTING: 'REVERT_RESIZE', **_HARD_REBOOT},
    ),
    VMState.PAUSED: (
        'PAUSED',
        {**_HARD_REBOOT, TaskState.MIGRATING: 'MIGRATING'},
    ),
    VMState.SUSPENDED: ('SUSPENDED', _HARD_REBOOT),
    VMState.RESCUED: ('RESCUE', _HARD_REBOOT),
    VMState.ERROR: ('ERROR', {**_REBUILD, **_HARD_REBOOT}),
    VMState.DELETED: ('DELETED', {}),
    VMState.SOFT_DELETED: ('SOFT_DELETED', {}),
    VMState.SHELVED: ('SHELVED', {}),
    VMState.SHELVED_OFFLOADED: ('SHELVED_OFFLOADED', {}),
}


def of(vm_state: str | None, task_state: str | None) -> str:
    """Return the status of a server."""
    plain, special = _STATUSES.get(vm_state or '', ('UNKNOWN', {}))
    return special.get(task_state or '', plain)


def states(words: Iterable[str]) -> tuple[set[str], set[str]]:
    """Return the VM and task states of servers with one of these statuses.

    :returns: two empty sets when none of the words is a status. No task
        states means that any will do.
    """
    wanted = {word.upper() for word in words}
    vm_states, task_states, any_task = set(), set(), False
    for vm_state, (plain, special) in _STATUSES.items():
        hits = {t for t, word in special.items() if word in wanted}
        if hits or plain in wanted:
            vm_states.add(vm_state)
        task_states |= hits
        any_task = any_task or plain in wanted
    return vm_states, set() if any_task else task_states
