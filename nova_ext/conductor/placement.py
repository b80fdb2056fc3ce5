# SPDX-License-Identifier: Apache-2.0
"""Placement of servers that are moved or rebuilt."""

from collections.abc import Iterator
import contextlib
import dataclasses
import logging
from typing import Any

from oslo_config import cfg

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
from nova_ext.objects.fields import VMState
from nova_ext.objects.instance import Instance
from nova_ext.objects.migration import Migration
from nova_ext.objects.service import COMPUTE
from nova_ext.objects.service import Service
from nova_ext.rpcapi.compute import ComputeAPI
from nova_ext.step_types import StepType

LOG = logging.getLogger(__name__)


class MovePlacement:
    """RPC endpoint that selects destinations of moves and starts these.

    :param conf: configuration with ``service_down_time``
    :param host: of this service, for the events that it records
    """

    def __init__(
        self,
        conf: cfg.ConfigOpts,
        host: str,
        rpcapi: ComputeAPI,
        scheduler: Scheduler,
    ) -> None:
        self._conf = conf
        self._host = host
        self._rpcapi = rpcapi
        self._scheduler = scheduler

    def migrate_server(
        self,
        context: RequestContext,
        *,
        instance: Instance,
        size: dict[str, Any],
        requested_host: str | None = None,
    ) -> None:
        """Start a resize or cold migration of a server."""
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
        move = _Move(context, instance, migration)
        with (
            move.on_failure(task_state=None),
            self._step(move, step_types.MIGRATE).recorded(),
            self._step(move, step_types.COLD_MIGRATE).recorded(),
        ):
            self._cold_migrate(move, migration, size, requested_host)

    def _cold_migrate(
        self,
        move: '_Move',
        migration: Migration,
        size: dict[str, Any],
        requested_host: str | None,
    ) -> None:
        context, instance = move.context, move.instance
        move.check()
        migration.create()
        migration.dest_compute = self._select(
            move, requested_host, _no_host_for(migration)
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
        """Start a live migration of a server."""
        migration = _new_migration(context, instance, MigrationStatus.ACCEPTED)
        migration.new_instance_type_id = instance.instance_type_id
        migration.migration_type = MigrationType.LIVE_MIGRATION
        move = _Move(context, instance, migration)
        with (
            move.on_failure(task_state=None),
            self._recorded(move, step_types.LIVE_MIGRATE),
        ):
            self._live_migrate(move, migration, requested_host)

    def _live_migrate(
        self,
        move: '_Move',
        migration: Migration,
        requested_host: str | None,
    ) -> None:
        context, instance = move.context, move.instance
        move.check()
        migration.create()
        self._check_source(context, instance)
        if requested_host == instance.host:
            raise exception.UnableToMigrateToSelf(
                instance_id=instance.uuid, host=requested_host
            )
        dest = self._select(move, requested_host)
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
        """Start a rebuild of a server; with ``migration``, an evacuation."""
        move = _Move(context, instance, migration)
        with (
            move.on_failure(task_state=None, vm_state=VMState.ERROR),
            self._recorded(move, step_types.REBUILD_SERVER),
        ):
            move.check()
            host = str(instance.host)
            if migration is not None:
                host = self._select(move, requested_host)
            self._rpcapi.cast(
                context,
                host,
                step_types.REBUILD.method,
                instance=instance,
                migration=migration,
            )

    def _select(
        self,
        move: '_Move',
        requested_host: str | None,
        reason: str | None = None,
    ) -> str:
        try:
            return self._scheduler.select_destination(
                move.context, requested_host, {move.instance.host}
            )
        except exception.NoValidHost as error:
            if reason is None:
                raise
            raise exception.NoValidHost(reason=reason) from error

    @contextlib.contextmanager
    def _recorded(self, move: '_Move', step_type: StepType) -> Iterator[None]:
        """Record the block as a step; its failure is a fault of the server."""
        context, uuid = move.context, move.instance.uuid
        with (
            self._step(move, step_type).recorded(),
            action_events.fault_recorded(context, uuid, self._host),
        ):
            yield

    def _step(self, move: '_Move', step_type: StepType) -> Step:
        return Step(
            move.context, move.instance.uuid, step_type.event, self._host
        )


@dataclasses.dataclass(frozen=True)
class _Move:
    """A move or rebuild of a server, and the state it leaves on failure."""

    context: RequestContext
    instance: Instance
    migration: Migration | None

    def check(self) -> None:
        """Refuse a server that does not wait to be moved any more.

        :raises UnexpectedTaskStateError: when something else is being done
        """
        instance_updates.check(
            instance_updates.load_instance(self.context, self.instance.uuid),
            [self.instance.task_state],
        )

    @contextlib.contextmanager
    def on_failure(self, **values: Any) -> Iterator[None]:
        """Fail the migration and give the server ``values`` on an error."""
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
