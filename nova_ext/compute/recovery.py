# SPDX-License-Identifier: Apache-2.0
"""Recovery of the steps that a compute host left open when it died.

Idempotent steps are resumed, all others end with an error. An operation that
was accepted and not begun is left to conductors, as its message may still be
in the queue.
"""

from collections.abc import Callable, Iterable, Mapping
from concurrent import futures
import logging
from typing import Any

from ext_lib import context as ext_context
from ext_lib.context import RequestContext
from nova_ext import abandoned
from nova_ext import action_events
from nova_ext import exception
from nova_ext import instance_updates
from nova_ext import operations
from nova_ext import step_types
from nova_ext.action_events import Step
from nova_ext.compute.host_step import Host
from nova_ext.objects.fields import MigrationStatus
from nova_ext.objects.fields import MigrationType
from nova_ext.objects.instance import Instance
from nova_ext.objects.instance import InstanceList
from nova_ext.objects.instance_action import InstanceActionList
from nova_ext.objects.migration import Migration
from nova_ext.objects.migration import MigrationList
from nova_ext.step_types import StepPlace
from nova_ext.step_types import StepType

LOG = logging.getLogger(__name__)

#: Steps that are resumed at the same time.
_WORKERS = 8


class HostRecovery:
    """Resumes or ends open steps of a compute host.

    :param methods: those that resume a step, by the name of the event
    """

    def __init__(
        self, host: Host, methods: Mapping[str, Callable[..., None]]
    ) -> None:
        self._host = host
        self._methods = methods
        self._pool = futures.ThreadPoolExecutor(
            _WORKERS, thread_name_prefix=f'{host.name}-recovery'
        )

    def start(self) -> None:
        """Recover all open steps and guests before messages are taken.

        Long steps are resumed in other threads.
        """
        context = ext_context.get_admin_context()
        guests = list(InstanceList.get_by_host(context, self._host.name))
        evacuations = self._evacuations(context)
        guests.extend(instance for instance, migration in evacuations)
        self._host.driver.init_host(guests)
        for instance, migration in evacuations:
            self._pool.submit(self._drop_guest, context, instance, migration)
        for uuid in self._unknown_guests(guests):
            self._pool.submit(self._drop_deleted_guest, context, uuid)
        self.recover()

    def _unknown_guests(self, guests: Iterable[Instance]) -> set[str]:
        known = {instance.uuid for instance in guests}
        return set(self._host.driver.list_instance_uuids()) - known

    def _drop_deleted_guest(self, context: RequestContext, uuid: str) -> None:
        try:
            instance = Instance.get_by_uuid(context, uuid, read_deleted=True)
            if instance.deleted:
                LOG.info(
                    'Instance %s was deleted while its host was down', uuid
                )
                self._host.driver.destroy(context, instance)
        except Exception:
            LOG.exception('Instance %s: guest is not removed', uuid)

    def recover(self) -> None:
        """Resume or end the open steps that no thread is taking.

        They are of a dead process, or their thread could not record the end
        because no conductor answered.
        """
        context = ext_context.get_admin_context()
        with self._host.running.watched() as running:
            steps = action_events.open_steps(context, self._host.name)
        for step in steps:
            if (step.instance_uuid, step.name) in running:
                continue
            with ext_context.acting_for(step.context):
                try:
                    self._recover_step(step)
                except Exception:
                    LOG.exception(
                        'Instance %s: recovery of %s failed',
                        step.instance_uuid,
                        step.name,
                    )

    def wait(self) -> None:
        """Wait until no step is being resumed."""
        self._pool.shutdown(cancel_futures=True)

    def _evacuations(
        self, context: RequestContext
    ) -> list[tuple[Instance, Migration]]:
        migrations = MigrationList.get_by_filters(
            context,
            {
                'source_compute': self._host.name,
                'migration_type': MigrationType.EVACUATION,
                'status': MigrationStatus.DONE,
            },
        )
        return [
            (
                Instance.get_by_uuid(
                    context, str(migration.instance_uuid), read_deleted=True
                ),
                migration,
            )
            for migration in migrations
        ]

    def _drop_guest(
        self,
        context: RequestContext,
        instance: Instance,
        migration: Migration,
    ) -> None:
        LOG.info('Instance %s was evacuated from here', instance.uuid)
        try:
            if instance.host != self._host.name:
                self._host.driver.destroy(context, instance)
            instance_updates.end_migration(
                migration, MigrationStatus.COMPLETED
            )
        except Exception:
            LOG.exception('Instance %s: guest is not removed', instance.uuid)

    def _recover_step(self, step: Step) -> None:
        context, uuid = step.context, step.instance_uuid
        try:
            instance = instance_updates.load_instance(context, uuid)
        except exception.InstanceNotFound:
            self._end_deleted(step)
            return
        step_type = operations.HOST_STEPS.get(step.name)
        if self._has_left(context, instance, step_type):
            _finish(step, exception.HostEvacuated(host=self._host.name))
        elif step_type is None or not step_type.is_resumed:
            self._end_move(instance, step, step_type)
        elif operations.is_done(step_type, instance, self._host.name):
            _finish(step)
        else:
            self._host.running.add(uuid, step.name)
            self._pool.submit(self._resume, instance, step, step_type)

    def _end_deleted(self, step: Step) -> None:
        error = None
        if step.name != step_types.TERMINATE.event:
            error = exception.InstanceNotFound(instance_id=step.instance_uuid)
        step.finish(error)
        abandoned.fail_move(step.context, step.instance_uuid)

    def _has_left(
        self,
        context: RequestContext,
        instance: Instance,
        step_type: StepType | None,
    ) -> bool:
        """Return whether the server was or is being evacuated from here."""
        if (
            step_type is not None
            and step_type.place is StepPlace.INSTANCE_HOST
            and instance.host != self._host.name
        ):
            return True
        return any(
            migration.migration_type == MigrationType.EVACUATION
            and migration.source_compute == self._host.name
            for migration in abandoned.unfinished_migrations(context, instance)
        )

    def _resume(
        self, instance: Instance, step: Step, step_type: StepType
    ) -> None:
        uuid, name = instance.uuid, step.name
        with ext_context.acting_for(step.context):
            LOG.warning('Instance %s: resuming %s', uuid, name)
            try:
                self._methods[name](
                    step.context,
                    instance=instance,
                    step=step,
                    **_arguments(step, step_type, instance),
                )
            except Exception:
                LOG.exception('Instance %s: %s failed', uuid, name)
            finally:
                self._host.running.remove(uuid, name)

    def _end_move(
        self, instance: Instance, step: Step, step_type: StepType | None
    ) -> None:
        context, host = step.context, self._host.name
        move = step_type if step_type and step_type.is_move else None
        if move is not None and operations.is_done(move, instance, host):
            self._complete(context, instance)
            _finish(step)
            return
        error = exception.OperationInterrupted(host=host)
        _finish(step, error)
        action_events.record_fault(context, instance.uuid, error, host)
        if move is not None and instance.task_state in (
            move.task_states or ()
        ):
            abandoned.fail_move(context, instance.uuid)
            self._end_steering(context, instance)

    def _complete(self, context: RequestContext, instance: Instance) -> None:
        """End the live migration that brought the server to its host."""
        for migration in MigrationList.get_in_progress_by_instance(
            context, instance.uuid, MigrationType.LIVE_MIGRATION
        ):
            if migration.dest_compute == instance.host:
                instance_updates.end_migration(
                    migration, MigrationStatus.COMPLETED
                )

    def _end_steering(
        self, context: RequestContext, instance: Instance
    ) -> None:
        """Fail requests to steer the migration that were not begun."""
        for action in InstanceActionList.get_without_events(
            context, instance.uuid
        ):
            if action.action in operations.STEERING:
                action_events.fail_lost(action, self._host.name)


def _finish(step: Step, error: Exception | None = None) -> None:
    LOG.warning(
        'Instance %s: ending %s: %s', step.instance_uuid, step.name, error
    )
    step.finish(error)


def _arguments(
    step: Step, step_type: StepType, instance: Instance
) -> dict[str, Any]:
    """Return the arguments that the message of a step carried."""
    arguments = operations.arguments_of(step_type, instance.task_state)
    if 'migration' in step_type.needs:
        migrations: list[Migration] = list(
            MigrationList.get_by_filters(
                step.context, {'instance_uuid': instance.uuid}
            )
        )
        arguments['migration'] = migrations[-1]
    return arguments
