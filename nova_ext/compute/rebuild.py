# SPDX-License-Identifier: Apache-2.0
"""The step that rebuilds a server: on its host, or after an evacuation."""

from oslo_utils import timeutils

from ext_lib.context import RequestContext
from nova_ext import abandoned
from nova_ext import action_events
from nova_ext import exception
from nova_ext import instance_updates
from nova_ext import step_types
from nova_ext.compute.host_step import Failure
from nova_ext.compute.host_step import Host
from nova_ext.compute.host_step import host_step
from nova_ext.compute.host_step import set_error
from nova_ext.compute.power import PowerSteps
from nova_ext.objects.fields import MigrationStatus
from nova_ext.objects.fields import TaskState
from nova_ext.objects.fields import VMState
from nova_ext.objects.instance import Instance
from nova_ext.objects.migration import Migration


def _fail_migration(failure: Failure) -> None:
    migration: Migration | None = failure.arguments.get('migration')
    if migration is not None:
        instance_updates.end_migration(migration, MigrationStatus.FAILED)


def _fail_and_set_error(failure: Failure) -> None:
    _fail_migration(failure)
    set_error(failure)


class RebuildSteps:
    """The step of both rebuild and evacuation."""

    def __init__(self, host: Host, power: PowerSteps) -> None:
        self.host = host
        self._power = power

    @host_step(step_types.REBUILD, _fail_and_set_error, _fail_migration)
    def rebuild_instance(
        self,
        context: RequestContext,
        *,
        instance: Instance,
        migration: Migration | None = None,
    ) -> None:
        """Rebuild the server here; ``migration`` is an evacuation."""
        if migration is not None:
            self._begin_evacuation(migration)
        instance.task_state = TaskState.REBUILD_SPAWNING
        instance.save(expected_task_state=step_types.REBUILD_STATES)
        self.host.driver.rebuild(context, instance)
        if migration is not None:
            self._end_evacuation(context, instance, migration)
        self._finish(context, instance)

    def _begin_evacuation(self, migration: Migration) -> None:
        migration.dest_compute = migration.dest_node = self.host.name
        migration.dest_host = self.host.driver.get_host_ip_addr()
        migration.status = MigrationStatus.PRE_MIGRATING
        migration.save()

    def _end_evacuation(
        self,
        context: RequestContext,
        instance: Instance,
        migration: Migration,
    ) -> None:
        instance.host = instance.node = self.host.name
        instance.save(expected_task_state=step_types.REBUILD_STATES)
        migration.status = MigrationStatus.DONE
        migration.save()
        action_events.end_open(
            context,
            instance.uuid,
            str(migration.source_compute),
            exception.HostEvacuated(host=migration.source_compute),
        )
        action_events.end_superseded(context, instance.uuid, self.host.name)
        abandoned.end_migrations(context, instance.uuid)

    def _finish(self, context: RequestContext, instance: Instance) -> None:
        was_stopped = instance.vm_state == VMState.STOPPED
        instance.vm_state = VMState.ACTIVE
        instance.power_state = self.host.driver.get_power_state(instance)
        instance.launched_at = timeutils.utcnow()
        instance.task_state = TaskState.POWERING_OFF if was_stopped else None
        instance.save(expected_task_state=step_types.REBUILD_STATES)
        if was_stopped:
            self._power.stop_instance(context, instance=instance)
