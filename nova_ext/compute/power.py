# SPDX-License-Identifier: Apache-2.0
"""Steps that change how a server runs, and leave it on its host."""

from ext_lib.context import RequestContext
from nova_ext import action_events
from nova_ext import step_types
from nova_ext.compute.host_step import clear_task
from nova_ext.compute.host_step import Failure
from nova_ext.compute.host_step import Host
from nova_ext.compute.host_step import host_step
from nova_ext.compute.host_step import set_error
from nova_ext.objects.fields import PowerState
from nova_ext.objects.fields import TaskState
from nova_ext.objects.fields import VMState
from nova_ext.objects.instance import Instance


def _clear_task_if_running(failure: Failure) -> None:
    # A guest that still runs is as it was before the reboot.
    instance = Instance(uuid=failure.instance_uuid)
    power_state = failure.host.driver.get_power_state(instance)
    if power_state == PowerState.RUNNING:
        clear_task(failure)
    else:
        set_error(failure)


class PowerSteps:
    """Steps that start, stop, reboot, pause, unpause, suspend, resume."""

    def __init__(self, host: Host) -> None:
        self.host = host

    @host_step(step_types.START, clear_task)
    def start_instance(
        self, context: RequestContext, *, instance: Instance
    ) -> None:
        """Power the server on."""
        self.host.driver.power_on(context, instance)
        self._finish(instance, VMState.ACTIVE)

    @host_step(step_types.STOP, clear_task)
    def stop_instance(
        self, context: RequestContext, *, instance: Instance
    ) -> None:
        """Power the server off."""
        self.host.driver.power_off(context, instance)
        self._finish(instance, VMState.STOPPED)

    @host_step(step_types.REBOOT, _clear_task_if_running)
    def reboot_instance(
        self, context: RequestContext, *, instance: Instance, reboot_type: str
    ) -> None:
        """Restart the server; HARD does so in any state."""
        is_hard = reboot_type == 'HARD'
        instance.task_state = (
            TaskState.REBOOT_STARTED_HARD
            if is_hard
            else TaskState.REBOOT_STARTED
        )
        instance.save(expected_task_state=step_types.REBOOT_STATES)
        self.host.driver.reboot(context, instance, reboot_type)
        self._finish(instance, VMState.ACTIVE)
        if is_hard:
            action_events.end_superseded(
                context, instance.uuid, self.host.name
            )

    @host_step(step_types.PAUSE, clear_task)
    def pause_instance(
        self, context: RequestContext, *, instance: Instance
    ) -> None:
        """Freeze the server."""
        self.host.driver.pause(context, instance)
        self._finish(instance, VMState.PAUSED)

    @host_step(step_types.UNPAUSE, clear_task)
    def unpause_instance(
        self, context: RequestContext, *, instance: Instance
    ) -> None:
        """Let a frozen server run on."""
        self.host.driver.unpause(context, instance)
        self._finish(instance, VMState.ACTIVE)

    @host_step(step_types.SUSPEND, set_error)
    def suspend_instance(
        self, context: RequestContext, *, instance: Instance
    ) -> None:
        """Write the server's memory to disk and stop it."""
        self.host.driver.suspend(context, instance)
        self._finish(instance, VMState.SUSPENDED)

    @host_step(step_types.RESUME, set_error)
    def resume_instance(
        self, context: RequestContext, *, instance: Instance
    ) -> None:
        """Run a suspended server again."""
        self.host.driver.resume(context, instance)
        self._finish(instance, VMState.ACTIVE)

    def _finish(self, instance: Instance, vm_state: str) -> None:
        task_state = instance.task_state
        instance.vm_state = vm_state
        instance.power_state = self.host.driver.get_power_state(instance)
        instance.task_state = None
        instance.save(expected_task_state=[task_state])
