# SPDX-License-Identifier: Apache-2.0
"""Steps that build, rebuild and terminate a server."""

import logging

from oslo_utils import timeutils

from ext_lib.context import RequestContext
from nova_ext import abandoned
from nova_ext import action_events
from nova_ext import exception
from nova_ext import instance_updates
from nova_ext import step_types
from nova_ext.action_events import Step
from nova_ext.compute.host_step import Failure
from nova_ext.compute.host_step import Host
from nova_ext.compute.host_step import host_step
from nova_ext.compute.host_step import set_error
from nova_ext.compute.live_migration import LiveMigrationSteps
from nova_ext.compute.power import PowerSteps
from nova_ext.objects import system_metadata
from nova_ext.objects.fields import MigrationStatus
from nova_ext.objects.fields import PowerState
from nova_ext.objects.fields import TaskState
from nova_ext.objects.fields import VMState
from nova_ext.objects.instance import Instance
from nova_ext.objects.migration import Migration

LOG = logging.getLogger(__name__)


def _clear_host(failure: Failure) -> None:
    # A server that was never built is on no host: any API process can delete
    # it then.
    failure.update_instance(
        task_state=None,
        vm_state=VMState.ERROR,
        host=None,
        node=None,
        launched_on=None,
    )


class BuildSteps:
    """Steps that build and terminate."""

    def __init__(self, host: Host, live: LiveMigrationSteps) -> None:
        self.host = host
        self._live = live

    def build_and_run_instance(
        self,
        context: RequestContext,
        *,
        instance: Instance,
        step: Step | None = None,
    ) -> None:
        """Build the server here, unless another host is building it.

        :param step: that is resumed
        """
        with self.host.locks.hold(instance.uuid):
            if self._assign(context, instance.uuid):
                self._do_build_and_run_instance(
                    context, instance=instance, step=step
                )

    def _assign(self, context: RequestContext, uuid: str) -> bool:
        """Assign a new server to this host; return whether it is here."""
        try:
            instance = instance_updates.load_instance(context, uuid)
            if instance.task_state == TaskState.SCHEDULING:
                self._set_host(instance)
        except exception.InstanceNotFound:
            # The process that deleted it has recorded that.
            LOG.info('Instance %s was deleted before it was built', uuid)
            return False
        except exception.UnexpectedTaskStateError:
            return self._assign(context, uuid)
        return instance.host in (None, self.host.name)

    def _set_host(self, instance: Instance) -> None:
        instance.host = instance.node = instance.launched_on = self.host.name
        instance.task_state = TaskState.SPAWNING
        instance.save(expected_task_state=[TaskState.SCHEDULING])

    @host_step(step_types.BUILD, _clear_host)
    def _do_build_and_run_instance(
        self, context: RequestContext, *, instance: Instance
    ) -> None:
        self.host.driver.spawn(context, instance)
        self._store_addresses(instance)
        instance.vm_state = VMState.ACTIVE
        instance.task_state = None
        instance.power_state = self.host.driver.get_power_state(instance)
        instance.launched_at = timeutils.utcnow()
        instance.save(expected_task_state=[TaskState.SPAWNING])

    def _store_addresses(self, instance: Instance) -> None:
        addresses = self.host.driver.get_network_info(instance)
        if addresses:
            # An API process may have changed the metadata meanwhile.
            instance.refresh()
            instance.system_metadata = system_metadata.with_network_info(
                instance.system_metadata, addresses
            )

    def terminate_instance(
        self,
        context: RequestContext,
        *,
        instance: Instance,
        step: Step | None = None,
    ) -> None:
        """Remove the server, unless it is deleted.

        :param step: that is resumed
        """
        step = step or Step(
            context,
            instance.uuid,
            step_types.TERMINATE.event,
            self.host.name,
        )
        self._live.abort(instance)
        with self.host.locks.hold(instance.uuid):
            try:
                fresh = instance_updates.load_instance(context, instance.uuid)
            except exception.InstanceNotFound:
                self._record_deleted(step)
                return
            if fresh.host in (None, self.host.name):
                self._terminate_instance(context, instance=fresh, step=step)
            else:
                self._forward(context, fresh)

    def _forward(self, context: RequestContext, instance: Instance) -> None:
        """Send the request on to the host that the server has moved to."""
        self.host.rpcapi.send(context, step_types.TERMINATE, instance)

    def _record_deleted(self, step: Step) -> None:
        if not step.is_repeated():
            with step.recorded():
                LOG.info('Instance %s was deleted before', step.instance_uuid)

    @host_step(step_types.TERMINATE, set_error)
    def _terminate_instance(
        self, context: RequestContext, *, instance: Instance
    ) -> None:
        self.host.driver.destroy(context, instance)
        instance.vm_state = VMState.DELETED
        instance.task_state = None
        instance.power_state = PowerState.NOSTATE
        instance.terminated_at = timeutils.utcnow()
        instance.save()
        instance.destroy()
        action_events.end_superseded(context, instance.uuid, self.host.name)


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
            self.host.prepare_move_here(migration)
        instance.task_state = TaskState.REBUILD_SPAWNING
        instance.save(expected_task_state=step_types.REBUILD_STATES)
        self.host.driver.rebuild(context, instance)
        if migration is not None:
            self._end_evacuation(context, instance, migration)
        self._finish(context, instance)

    def _end_evacuation(
        self,
        context: RequestContext,
        instance: Instance,
        migration: Migration,
    ) -> None:
        instance.host = instance.node = self.host.name
        instance.save(expected_task_state=step_types.REBUILD_STATES)
        instance_updates.set_status(migration, MigrationStatus.DONE)
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
