# SPDX-License-Identifier: Apache-2.0
"""What a host does about what it had begun when it died.

Its open steps tell. What does no harm twice is done again and the open step
goes on; all else ends with an error. An operation that was accepted and not
begun here is none of the host's business: its message may still be in the
queue, and if not, a conductor finds out.
"""

from collections.abc import Mapping
from concurrent import futures
import logging

from ext_lib import context as ext_context
from ext_lib.context import RequestContext
from nova_ext import abandoned
from nova_ext import action_events
from nova_ext import exception
from nova_ext import instance_updates
from nova_ext.compute import steps
from nova_ext.compute.operation import AT_HOME
from nova_ext.compute.operation import Host
from nova_ext.objects.fields import MigrationStatus
from nova_ext.objects.fields import MigrationType
from nova_ext.objects.instance import Instance
from nova_ext.objects.instance import InstanceList
from nova_ext.objects.instance_action import InstanceAction
from nova_ext.objects.instance_action import InstanceActionList
from nova_ext.objects.migration import Migration
from nova_ext.objects.migration import MigrationList

LOG = logging.getLogger(__name__)

#: How many operations are done again at the same time.
_WORKERS = 8


class Recovery:
    """Settles the affairs of a host before it takes new messages.

    :param repeatable: by the name of the event
    """

    def __init__(
        self, host: Host, repeatable: Mapping[str, steps.Repeatable]
    ) -> None:
        self._host = host
        self._repeatable = repeatable
        self._pool = futures.ThreadPoolExecutor(
            _WORKERS, thread_name_prefix=f'{host.name}-recovery'
        )

    def start(self) -> None:
        """Settle everything; what takes long goes on in other threads."""
        context = ext_context.get_admin_context()
        guests = list(InstanceList.get_by_host(context, self._host.name))
        evacuations = self._evacuations(context)
        guests.extend(instance for instance, migration in evacuations)
        self._host.driver.init_host(guests)
        for instance, migration in evacuations:
            self._pool.submit(self._drop_guest, context, instance, migration)
        self.settle()

    def settle(self) -> None:
        """Settle the steps that nobody takes.

        Those of a dead process are such, and those whose thread could not
        tell how they ended because no conductor answered.
        """
        context = ext_context.get_admin_context()
        for action in InstanceActionList.get_unfinished_by_host(
            context, self._host.name
        ):
            try:
                self._settle(context, action)
            except Exception:
                LOG.exception('Action %s stays unsettled', action.id)

    def wait(self) -> None:
        """Return when no operation is being done again."""
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
            LOG.exception('Instance %s is still here', instance.uuid)

    def _settle(self, context: RequestContext, action: InstanceAction) -> None:
        uuid = str(action.instance_uuid)
        for name in self._abandoned(context, action):
            asker = action_events.context_of(action)
            with ext_context.acting_for(asker):
                self._settle_named(asker, uuid, name)

    def _settle_named(
        self, context: RequestContext, uuid: str, event_name: str
    ) -> None:
        try:
            instance = instance_updates.load_instance(context, uuid)
        except exception.InstanceNotFound:
            self._end_deleted(context, uuid, event_name)
        else:
            self._settle_step(context, instance, event_name)

    def _abandoned(
        self, context: RequestContext, action: InstanceAction
    ) -> list[str]:
        """Return the names of the open steps that nobody takes."""
        uuid, host = str(action.instance_uuid), self._host
        names = action_events.open_steps(context, action, host.name)
        idle = [name for name in names if not host.running.has(uuid, name)]
        # One that ended between the two questions is closed by now.
        return [
            name
            for name in action_events.open_steps(context, action, host.name)
            if name in idle
        ]

    def _end_deleted(
        self, context: RequestContext, uuid: str, event_name: str
    ) -> None:
        error = None
        if event_name != 'compute_terminate_instance':
            error = exception.InstanceNotFound(instance_id=uuid)
        action_events.finish(context, uuid, event_name, self._host.name, error)
        abandoned.give_up(context, uuid)

    def _settle_step(
        self, context: RequestContext, instance: Instance, event_name: str
    ) -> None:
        repeatable = self._repeatable.get(event_name)
        if self._has_left(context, instance, event_name):
            error = exception.HostEvacuated(host=self._host.name)
            self._finish(context, instance, event_name, error)
        elif repeatable is None:
            self._end_move(context, instance, event_name)
        elif repeatable.is_done(instance):
            self._finish(context, instance, event_name)
        else:
            self._host.running.add(instance.uuid, event_name)
            self._pool.submit(
                self._repeat, context, instance, event_name, repeatable
            )

    def _has_left(
        self, context: RequestContext, instance: Instance, event_name: str
    ) -> bool:
        """Tell whether the server is, or is being, evacuated from here."""
        if event_name in AT_HOME and instance.host != self._host.name:
            return True
        return any(
            migration.migration_type == MigrationType.EVACUATION
            and migration.source_compute == self._host.name
            for migration in abandoned.unfinished(context, instance)
        )

    def _repeat(
        self,
        context: RequestContext,
        instance: Instance,
        event_name: str,
        repeatable: steps.Repeatable,
    ) -> None:
        with ext_context.acting_for(context):
            LOG.warning('Again: %s of instance %s', event_name, instance.uuid)
            try:
                with action_events.adopting(instance.uuid, event_name):
                    repeatable.method(
                        context,
                        instance=instance,
                        **repeatable.arguments(context, instance),
                    )
            except Exception:
                LOG.exception('%s of %s failed', event_name, instance.uuid)
            finally:
                self._host.running.remove(instance.uuid, event_name)

    def _end_move(
        self, context: RequestContext, instance: Instance, event_name: str
    ) -> None:
        move = steps.MOVES.get(event_name)
        if move is not None and move.is_done(instance, self._host.name):
            self._complete(context, instance)
            self._finish(context, instance, event_name)
            return
        error = exception.OperationInterrupted(host=self._host.name)
        self._finish(context, instance, event_name, error)
        action_events.record_fault(
            context, instance.uuid, error, self._host.name
        )
        if move is not None and instance.task_state in move.states:
            abandoned.give_up(context, instance.uuid)
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
        """End what nobody got round to do to the live migration."""
        for action in InstanceActionList.get_without_events(
            context, instance.uuid
        ):
            if action.action in steps.STEERING:
                action_events.fail_lost(action, self._host.name)

    def _finish(
        self,
        context: RequestContext,
        instance: Instance,
        event_name: str,
        error: Exception | None = None,
    ) -> None:
        LOG.warning(
            'Instance %s: ending %s: %s', instance.uuid, event_name, error
        )
        action_events.finish(
            context, instance.uuid, event_name, self._host.name, error
        )
