# SPDX-License-Identifier: Apache-2.0
"""Steps that change how a server runs, and changes without a request."""

import logging

from ext_lib import context as ext_context
from ext_lib.context import RequestContext
from nova_ext import action_events
from nova_ext import exception
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
from nova_ext.objects.instance import InstanceList

LOG = logging.getLogger(__name__)


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


class PowerStateSync:
    """Synchronizes power states of a host's servers with the hypervisor."""

    def __init__(self, host: Host) -> None:
        self._host = host

    def sync(self) -> None:
        """Store the power states that have changed.

        Servers with a task state are left to their operation.
        """
        context = ext_context.get_admin_context()
        for instance in InstanceList.get_by_host(context, self._host.name):
            if instance.task_state is None:
                self._sync(instance)

    def _sync(self, instance: Instance) -> None:
        found = self._host.driver.get_power_state(instance)
        if found == (instance.power_state or 0):
            return
        LOG.warning(
            'Instance %s: the power state is %s and was %s',
            instance.uuid,
            found,
            instance.power_state,
        )
        instance.power_state = found
        try:
            instance.save(expected_task_state=[None])
        except (
            exception.InstanceNotFound,
            exception.UnexpectedTaskStateError,
        ):
            LOG.info(
                'Instance %s: the power state is not stored, as a request '
                'has changed the server',
                instance.uuid,
            )
