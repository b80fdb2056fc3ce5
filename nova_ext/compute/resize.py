# SPDX-License-Identifier: Apache-2.0
"""Steps of a resize or cold migration, on both hosts.

The destination reserves room, the source stops the guest and copies its disk,
the destination sets it up. Then the server waits to be confirmed, so that the
source removes its copy, or reverted, so that it goes back there.
"""

from typing import Any

from oslo_utils import timeutils

from ext_lib.context import RequestContext
from nova_ext import instance_updates
from nova_ext import step_types
from nova_ext.compute.creation import SIZE
from nova_ext.compute.host_step import clear_task
from nova_ext.compute.host_step import Failure
from nova_ext.compute.host_step import Host
from nova_ext.compute.host_step import host_step
from nova_ext.compute.host_step import set_error
from nova_ext.compute.power import PowerSteps
from nova_ext.objects.fields import MigrationStatus
from nova_ext.objects.fields import PowerState
from nova_ext.objects.fields import TaskState
from nova_ext.objects.fields import VMState
from nova_ext.objects.instance import Instance
from nova_ext.objects.migration import Migration

_OLD_VM_STATE = 'old_vm_state'


def _fail_migration(failure: Failure) -> None:
    instance_updates.end_migration(
        failure.arguments['migration'], MigrationStatus.ERROR
    )


def _fail_and_clear_task(failure: Failure) -> None:
    _fail_migration(failure)
    clear_task(failure)


def _fail_and_set_error(failure: Failure) -> None:
    _fail_migration(failure)
    set_error(failure)


class ResizeSteps:
    """Steps that resize or cold-migrate, confirm and revert."""

    def __init__(self, host: Host, power: PowerSteps) -> None:
        self.host = host
        self._power = power

    @host_step(step_types.PREP_RESIZE, _fail_and_clear_task, _fail_migration)
    def prep_resize(
        self,
        context: RequestContext,
        *,
        instance: Instance,
        migration: Migration,
        size: dict[str, Any],
    ) -> None:
        """Prepare the destination, which is this host."""
        self.host.prepare_move_here(migration)
        self.host.rpcapi.send(
            context, step_types.RESIZE, instance, migration, size=size
        )

    @host_step(step_types.RESIZE, _fail_and_set_error, _fail_migration)
    def resize_instance(
        self,
        context: RequestContext,
        *,
        instance: Instance,
        migration: Migration,
        size: dict[str, Any],
    ) -> None:
        """Hand the server over from this host, the source."""
        _store_old_values(instance)
        _set_task_state(instance, TaskState.RESIZE_MIGRATING)
        instance_updates.set_status(migration, MigrationStatus.MIGRATING)
        self.host.driver.migrate_disk_and_power_off(
            context, instance, str(migration.dest_compute)
        )
        instance_updates.set_status(migration, MigrationStatus.POST_MIGRATING)
        instance.host = migration.dest_compute
        instance.node = migration.dest_node
        _set_task_state(instance, TaskState.RESIZE_MIGRATED)
        self.host.rpcapi.send(
            context, step_types.FINISH_RESIZE, instance, migration, size=size
        )

    @host_step(step_types.FINISH_RESIZE, _fail_and_set_error, _fail_migration)
    def finish_resize(
        self,
        context: RequestContext,
        *,
        instance: Instance,
        migration: Migration,
        size: dict[str, Any],
    ) -> None:
        """Set the server up on this host, the destination."""
        _set_size(instance, size)
        _set_task_state(instance, TaskState.RESIZE_FINISH)
        self.host.driver.finish_migration(
            context, instance, power_on=not _was_stopped(instance)
        )
        instance_updates.set_status(migration, MigrationStatus.FINISHED)
        instance.launched_at = timeutils.utcnow()
        self._finish(instance, VMState.RESIZED)

    @host_step(step_types.CONFIRM_RESIZE, _fail_and_set_error, _fail_migration)
    def confirm_resize(
        self,
        context: RequestContext,
        *,
        instance: Instance,
        migration: Migration,
    ) -> None:
        """Remove the copy on this host, the source."""
        self.host.driver.confirm_migration(context, instance)
        instance_updates.set_status(migration, MigrationStatus.CONFIRMED)
        is_off = instance.power_state == PowerState.SHUTDOWN
        instance.vm_state = VMState.STOPPED if is_off else VMState.ACTIVE
        _drop_old_values(instance)
        instance.save(expected_task_state=[None, TaskState.DELETING])

    @host_step(step_types.REVERT_RESIZE, _fail_and_set_error, _fail_migration)
    def revert_resize(
        self,
        context: RequestContext,
        *,
        instance: Instance,
        migration: Migration,
    ) -> None:
        """Remove the server from this host, the destination."""
        self.host.driver.destroy(context, instance)
        self.host.rpcapi.send(
            context, step_types.FINISH_REVERT_RESIZE, instance, migration
        )

    @host_step(
        step_types.FINISH_REVERT_RESIZE, _fail_and_set_error, _fail_migration
    )
    def finish_revert_resize(
        self,
        context: RequestContext,
        *,
        instance: Instance,
        migration: Migration,
    ) -> None:
        """Set the server up again on this host, the source."""
        was_stopped = _was_stopped(instance)
        _set_size(instance, _old_size(instance))
        instance.host = migration.source_compute
        instance.node = migration.source_node
        _set_task_state(instance, TaskState.RESIZE_REVERTING)
        self.host.driver.finish_revert_migration(
            context, instance, power_on=not was_stopped
        )
        instance_updates.set_status(migration, MigrationStatus.REVERTED)
        instance.launched_at = timeutils.utcnow()
        _drop_old_values(instance)
        self._finish(
            instance,
            VMState.ACTIVE,
            TaskState.POWERING_OFF if was_stopped else None,
        )
        if was_stopped:
            self._power.stop_instance(context, instance=instance)

    def _finish(
        self,
        instance: Instance,
        vm_state: str,
        task_state: str | None = None,
    ) -> None:
        instance.vm_state = vm_state
        instance.power_state = self.host.driver.get_power_state(instance)
        _set_task_state(instance, task_state)


def _set_task_state(instance: Instance, task_state: str | None) -> None:
    expected = instance.task_state
    instance.task_state = task_state
    instance.save(expected_task_state=[expected])


def _store_old_values(instance: Instance) -> None:
    instance.system_metadata = {
        **instance.system_metadata,
        _OLD_VM_STATE: instance.vm_state,
        **{f'old_{name}': str(getattr(instance, name)) for name in SIZE},
    }


def _drop_old_values(instance: Instance) -> None:
    old = {_OLD_VM_STATE, *(f'old_{name}' for name in SIZE)}
    instance.system_metadata = {
        key: value
        for key, value in instance.system_metadata.items()
        if key not in old
    }


def _was_stopped(instance: Instance) -> bool:
    return instance.system_metadata.get(_OLD_VM_STATE) == VMState.STOPPED


def _old_size(instance: Instance) -> dict[str, Any]:
    metadata = instance.system_metadata
    return {name: int(metadata[f'old_{name}'] or 0) for name in SIZE}


def _set_size(instance: Instance, size: dict[str, Any]) -> None:
    for name in SIZE:
        setattr(instance, name, size[name])
