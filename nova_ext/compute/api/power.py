# SPDX-License-Identifier: Apache-2.0
"""Requests that change how a server runs, and leave it on its host."""

from typing import Any

from ext_lib.context import RequestContext
from nova_ext import step_types
from nova_ext.compute import keys
from nova_ext.compute.admission import Admission
from nova_ext.compute.api.base import BaseAPI
from nova_ext.objects import system_metadata
from nova_ext.objects.fields import ActionName
from nova_ext.objects.fields import TaskState
from nova_ext.objects.fields import VMState
from nova_ext.objects.instance import Instance

_START = Admission(
    'start', ActionName.START, [VMState.STOPPED], needs_host=True
)
_STOP = Admission(
    'stop',
    ActionName.STOP,
    [VMState.ACTIVE, VMState.ERROR],
    needs_host=True,
)
_PAUSE = Admission('pause', ActionName.PAUSE, [VMState.ACTIVE])
_UNPAUSE = Admission('unpause', ActionName.UNPAUSE, [VMState.PAUSED])
_SUSPEND = Admission('suspend', ActionName.SUSPEND, [VMState.ACTIVE])
_RESUME = Admission('resume', ActionName.RESUME, [VMState.SUSPENDED])
_REBOOT = Admission('reboot', ActionName.REBOOT, [VMState.ACTIVE])
_REBOOT_HARD = Admission(
    'reboot',
    ActionName.REBOOT,
    [
        VMState.ACTIVE,
        VMState.STOPPED,
        VMState.PAUSED,
        VMState.SUSPENDED,
        VMState.ERROR,
    ],
    # It may interrupt the operations of these task states.
    [
        None,
        TaskState.REBOOTING,
        TaskState.REBOOT_PENDING,
        TaskState.REBOOT_STARTED,
        TaskState.REBOOTING_HARD,
        TaskState.RESUMING,
        TaskState.PAUSING,
        TaskState.UNPAUSING,
        TaskState.SUSPENDING,
    ],
)
_REBUILD = Admission(
    'rebuild',
    ActionName.REBUILD,
    [VMState.ACTIVE, VMState.STOPPED, VMState.ERROR],
)


class PowerAPI(BaseAPI):
    """Requests to start, stop, reboot, pause, suspend, rebuild and so on.

    All methods raise what :meth:`Admission.accept` raises.
    """

    def start(self, context: RequestContext, instance: Instance) -> None:
        """Power a server on."""
        _START.accept(context, instance, task_state=TaskState.POWERING_ON)
        self._compute.send(context, step_types.START, instance)

    def stop(self, context: RequestContext, instance: Instance) -> None:
        """Power a server off."""
        _STOP.accept(
            context, instance, task_state=TaskState.POWERING_OFF, progress=0
        )
        self._compute.send(context, step_types.STOP, instance)

    def reboot(
        self, context: RequestContext, instance: Instance, reboot_type: str
    ) -> None:
        """Restart a server; ``reboot_type`` is SOFT or HARD."""
        is_hard = reboot_type == 'HARD'
        admission = _REBOOT_HARD if is_hard else _REBOOT
        admission.accept(
            context,
            instance,
            task_state=(
                TaskState.REBOOTING_HARD if is_hard else TaskState.REBOOTING
            ),
        )
        self._compute.send(
            context, step_types.REBOOT, instance, reboot_type=reboot_type
        )

    def pause(self, context: RequestContext, instance: Instance) -> None:
        """Freeze a server in memory."""
        _PAUSE.accept(context, instance, task_state=TaskState.PAUSING)
        self._compute.send(context, step_types.PAUSE, instance)

    def unpause(self, context: RequestContext, instance: Instance) -> None:
        """Let a frozen server run on."""
        _UNPAUSE.accept(context, instance, task_state=TaskState.UNPAUSING)
        self._compute.send(context, step_types.UNPAUSE, instance)

    def suspend(self, context: RequestContext, instance: Instance) -> None:
        """Write a server's memory to disk and stop it."""
        _SUSPEND.accept(context, instance, task_state=TaskState.SUSPENDING)
        self._compute.send(context, step_types.SUSPEND, instance)

    def resume(self, context: RequestContext, instance: Instance) -> None:
        """Run a suspended server again."""
        _RESUME.accept(context, instance, task_state=TaskState.RESUMING)
        self._compute.send(context, step_types.RESUME, instance)

    def rebuild(
        self,
        context: RequestContext,
        instance: Instance,
        *,
        image_ref: str,
        metadata: dict[str, str] | None = None,
        **columns: Any,
    ) -> None:
        """Rebuild a server on its host.

        :param metadata: replaces the present; None keeps it
        :param columns: fields of the server that change, too
        :raises UnknownKeyName: when its user has no key ``key_name``
        """
        if 'key_name' in columns:
            columns['system_metadata'] = system_metadata.with_key_data(
                instance.system_metadata,
                keys.of_server(context, instance.user_id, columns['key_name']),
            )
        if metadata is not None:
            columns['metadata'] = metadata
        _REBUILD.accept(
            context,
            instance,
            task_state=TaskState.REBUILDING,
            image_ref=image_ref,
            progress=0,
            **columns,
        )
        self._conductor.rebuild_instance(context, instance)
