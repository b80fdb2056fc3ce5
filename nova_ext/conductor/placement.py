# SPDX-License-Identifier: Apache-2.0
"""What happens to a server before a host can be told to work on it."""

from collections.abc import Iterator
import contextlib
import dataclasses
import logging
from typing import Any

from oslo_config import cfg

from ext_lib import indirection
from ext_lib import service_log
from ext_lib.context import RequestContext
from ext_lib.exception import Error
from nova_ext import action_events
from nova_ext import exception
from nova_ext import instance_updates
from nova_ext import step_types
from nova_ext.action_events import Step
from nova_ext.conductor.scheduler import Scheduler
from nova_ext.objects.fields import MigrationStatus
from nova_ext.objects.fields import MigrationType
from nova_ext.objects.fields import TaskState
from nova_ext.objects.fields import VMState
from nova_ext.objects.instance import Instance
from nova_ext.objects.migration import Migration
from nova_ext.objects.service import COMPUTE
from nova_ext.objects.service import Service
from nova_ext.rpcapi.compute import ComputeAPI
from nova_ext.rpcapi.conductor import REQUESTED_HOST
from nova_ext.step_types import StepType

LOG = logging.getLogger(__name__)


class ComputeTasks:
    """Chooses hosts and sends them to work; ``host`` is where it does so."""

    def __init__(
        self, conf: cfg.ConfigOpts, host: str, rpcapi: ComputeAPI
    ) -> None:
        self._conf = conf
        self._host = host
        self._rpcapi = rpcapi
        self._scheduler = Scheduler(conf)

    def schedule_and_build_instances(
        self,
        context: RequestContext,
        *,
        instances: list[Instance],
    ) -> None:
        """Have each server built on some host."""
        for instance in instances:
            if not self._waits(context, instance.uuid):
                continue
            try:
                self._schedule(context, instance)
            except Exception as error:
                # While the database is away nothing can be said of hosts; it
                # waits until somebody looks for what got lost.
                if not indirection.is_outage(error):
                    self._fail(context, instance.uuid, error)

    def _step(
        self, context: RequestContext, uuid: str, step_type: StepType
    ) -> Step:
        return Step(context, uuid, step_type.event, self._host)

    def _schedule(self, context: RequestContext, instance: Instance) -> None:
        event = step_types.SCHEDULE.event
        name = f'Instance {instance.uuid}: {event} on {self._host}'
        with service_log.operation(LOG, name) as outcome:
            host = self._scheduler.select_destination(
                context, instance.system_metadata.get(REQUESTED_HOST)
            )
            self._rpcapi.cast(
                context, host, step_types.BUILD.method, instance=instance
            )
            outcome.text = f'sent to {host}'

    def _waits(self, context: RequestContext, uuid: str) -> bool:
        """Return whether the server waits to be built, by this message."""
        try:
            instance = instance_updates.load_instance(context, uuid)
        except exception.InstanceNotFound:
            return False
        return (
            instance.task_state == TaskState.SCHEDULING
            and not self._step(
                context, uuid, step_types.SCHEDULE
            ).is_repeated()
        )

    def _fail(
        self, context: RequestContext, uuid: str, error: Exception
    ) -> None:
        # As nova does, a step is recorded only when it failed.
        self._step(context, uuid, step_types.SCHEDULE).fail(error)
        action_events.record_fault(context, uuid, error, self._host)
        instance_updates.update_instance(
            context,
            uuid,
            [TaskState.SCHEDULING],
            task_state=None,
            vm_state=VMState.ERROR,
        )

    def migrate_server(
        self,
        context: RequestContext,
        *,
        instance: Instance,
        size: dict[str, Any],
        requested_host: str | None = None,
    ) -> None:
        """Move a server to another host, perhaps to a new size."""
        migration = _new_migration(
            context, instance, MigrationStatus.PRE_MIGRATING
        )
        migration.new_instance_type_id = size['instance_type_id']
        migration.source_node = instance.node
        migration.migration_type = (
            MigrationType.MIGRATION
            if size['instance_type_id'] == instance.instance_type_id
            else MigrationType.RESIZE
        )
        attempt = _Attempt(context, instance, migration)
        with (
            attempt.or_else(task_state=None),
            self._recorded(attempt, step_types.MIGRATE),
            self._recorded(attempt, step_types.COLD_MIGRATE),
        ):
            self._cold_migrate(attempt, migration, size, requested_host)

    def _cold_migrate(
        self,
        attempt: '_Attempt',
        migration: Migration,
        size: dict[str, Any],
        requested_host: str | None,
    ) -> None:
        context, instance = attempt.context, attempt.instance
        attempt.check()
        migration.create()
        migration.dest_compute = self._select(
            attempt, requested_host, _no_host_for(migration)
        )
        migration.save()
        self._rpcapi.send(
            context, step_types.PREP_RESIZE, instance, migration, size=size
        )

    def live_migrate_instance(
        self,
        context: RequestContext,
        *,
        instance: Instance,
        requested_host: str | None = None,
    ) -> None:
        """Move a running server to another host."""
        migration = _new_migration(context, instance, MigrationStatus.ACCEPTED)
        migration.new_instance_type_id = instance.instance_type_id
        migration.migration_type = MigrationType.LIVE_MIGRATION
        attempt = _Attempt(context, instance, migration)
        with (
            attempt.or_else(task_state=None),
            self._recorded(attempt, step_types.LIVE_MIGRATE, has_fault=True),
        ):
            self._live_migrate(attempt, migration, requested_host)

    def _live_migrate(
        self,
        attempt: '_Attempt',
        migration: Migration,
        requested_host: str | None,
    ) -> None:
        context, instance = attempt.context, attempt.instance
        attempt.check()
        migration.create()
        self._check_source(context, instance)
        if requested_host == instance.host:
            raise exception.UnableToMigrateToSelf(
                instance_id=instance.uuid, host=requested_host
            )
        dest = self._select(attempt, requested_host)
        self._rpcapi.call(
            context, dest, step_types.CHECK_DESTINATION, instance
        )
        migration.source_node = instance.node
        migration.dest_compute = migration.dest_node = dest
        migration.save()
        self._rpcapi.send(
            context, step_types.LIVE_MIGRATION, instance, migration
        )

    def _check_source(
        self, context: RequestContext, instance: Instance
    ) -> None:
        service = Service.get_by_host_and_binary(
            context, str(instance.host), COMPUTE
        )
        if not service.is_up(self._conf.service_down_time):
            raise exception.ComputeServiceUnavailable(host=instance.host)

    def rebuild_instance(
        self,
        context: RequestContext,
        *,
        instance: Instance,
        migration: Migration | None = None,
        requested_host: str | None = None,
    ) -> None:
        """Make a server anew; with ``migration`` on another host."""
        attempt = _Attempt(context, instance, migration)
        with (
            attempt.or_else(task_state=None, vm_state=VMState.ERROR),
            self._recorded(attempt, step_types.REBUILD_SERVER, has_fault=True),
        ):
            attempt.check()
            host = str(instance.host)
            if migration is not None:
                host = self._select(attempt, requested_host)
            self._rpcapi.cast(
                context,
                host,
                step_types.REBUILD.method,
                instance=instance,
                migration=migration,
            )

    def _select(
        self,
        attempt: '_Attempt',
        requested_host: str | None,
        reason: str | None = None,
    ) -> str:
        try:
            return self._scheduler.select_destination(
                attempt.context, requested_host, {attempt.instance.host}
            )
        except exception.NoValidHost as error:
            if reason is None:
                raise
            raise exception.NoValidHost(reason=reason) from error

    @contextlib.contextmanager
    def _recorded(
        self, attempt: '_Attempt', step_type: StepType, has_fault: bool = False
    ) -> Iterator[None]:
        context, uuid = attempt.context, attempt.instance.uuid
        with self._step(context, uuid, step_type).recorded():
            try:
                yield
            except Exception as error:
                if has_fault:
                    action_events.record_fault(
                        context, uuid, error, self._host
                    )
                raise


@dataclasses.dataclass(frozen=True)
class _Attempt:
    """A move of a server, and what is left of it when it fails."""

    context: RequestContext
    instance: Instance
    migration: Migration | None

    def check(self) -> None:
        """Make sure that the server still waits to be moved."""
        instance_updates.check(
            instance_updates.load_instance(self.context, self.instance.uuid),
            [self.instance.task_state],
        )

    @contextlib.contextmanager
    def or_else(self, **values: Any) -> Iterator[None]:
        """Give the server ``values`` if what runs inside fails."""
        try:
            yield
        except Exception as error:
            is_bug = not isinstance(error, Error)
            LOG.warning(
                'Instance %s: %s',
                self.instance.uuid,
                error,
                exc_info=is_bug,
            )
            if self.migration is not None and 'id' in self.migration:
                instance_updates.end_migration(
                    self.migration, MigrationStatus.ERROR
                )
            instance_updates.update_instance(
                self.context,
                self.instance.uuid,
                [self.instance.task_state],
                **values,
            )


def _new_migration(
    context: RequestContext, instance: Instance, status: str
) -> Migration:
    return Migration(
        context.elevated(),
        instance_uuid=instance.uuid,
        source_compute=instance.host,
        old_instance_type_id=instance.instance_type_id,
        status=status,
    )


def _no_host_for(migration: Migration) -> str:
    if migration.migration_type == MigrationType.RESIZE:
        return 'No valid host found for resize'
    return 'No valid host found for cold migrate'
