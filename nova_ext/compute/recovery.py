# SPDX-License-Identifier: Apache-2.0
"""What a host does about what it had begun when it died.

Its open steps tell. What does no harm twice is done again and the open step
goes on; all else ends with an error. An operation that was accepted and not
begun here is none of the host's business: its message may still be in the
queue, and if not, a conductor finds out.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent import futures
import dataclasses
import logging
from typing import Any

from ext_lib import context as ext_context
from ext_lib.context import RequestContext
from nova_ext import events
from nova_ext import exception
from nova_ext import settlement
from nova_ext import task_states
from nova_ext.compute import rebuild
from nova_ext.compute.operation import Host
from nova_ext.objects.fields import ActionName
from nova_ext.objects.fields import MigrationStatus
from nova_ext.objects.fields import MigrationType
from nova_ext.objects.fields import TaskState
from nova_ext.objects.fields import VMState
from nova_ext.objects.instance import Instance
from nova_ext.objects.instance import InstanceList
from nova_ext.objects.instance_action import InstanceAction
from nova_ext.objects.instance_action import InstanceActionList
from nova_ext.objects.migration import Migration
from nova_ext.objects.migration import MigrationList

LOG = logging.getLogger(__name__)

#: How many operations are done again at the same time.
_WORKERS = 8


#: Tasks of a server that its old host is giving away, or has given.
_GIVEN_AWAY = (
    TaskState.RESIZE_PREP,
    TaskState.RESIZE_MIGRATING,
    TaskState.RESIZE_MIGRATED,
)

#: Steps that only the host of a server takes.
_AT_HOME = (
    'compute__do_build_and_run_instance',
    'compute_terminate_instance',
    'compute_start_instance',
    'compute_stop_instance',
    'compute_reboot_instance',
    'compute_pause_instance',
    'compute_unpause_instance',
    'compute_suspend_instance',
    'compute_resume_instance',
)

#: What concerns a running live migration.
_STEERING = (
    ActionName.LIVE_MIGRATION_FORCE_COMPLETE,
    ActionName.LIVE_MIGRATION_CANCEL,
)


def _no_arguments(
    context: RequestContext, instance: Instance
) -> dict[str, Any]:
    return {}


@dataclasses.dataclass(frozen=True)
class Repeatable:
    """An operation that may be done again.

    :param results: vm_states of which a server has one when it is done; none
        when only its absence would tell
    :param arguments: returns what the operation takes beside the server
    """

    method: Callable[..., None]
    results: Collection[str]
    arguments: Callable[[RequestContext, Instance], dict[str, Any]] = (
        _no_arguments
    )

    def is_done(self, instance: Instance) -> bool:
        """Tell whether only the end was not recorded."""
        return (
            instance.task_state is None and instance.vm_state in self.results
        )


@dataclasses.dataclass(frozen=True)
class _Move:
    """A step that is not done again.

    :param states: task states of a server amid the step
    :param is_done: tells of a server and this host whether only the end was
        not recorded
    """

    states: Sequence[str]
    is_done: Callable[[Instance, str], bool]


_MOVES = {
    'compute_prep_resize': _Move(
        [TaskState.RESIZE_PREP],
        lambda instance, host: (
            instance.vm_state == VMState.RESIZED
            or instance.task_state in _GIVEN_AWAY
        ),
    ),
    'compute_resize_instance': _Move(
        _GIVEN_AWAY,
        lambda instance, host: (
            instance.vm_state == VMState.RESIZED
            or instance.task_state == TaskState.RESIZE_FINISH
        ),
    ),
    'compute_finish_resize': _Move(
        [TaskState.RESIZE_MIGRATED, TaskState.RESIZE_FINISH],
        lambda instance, host: instance.vm_state == VMState.RESIZED,
    ),
    'compute_live_migration': _Move(
        [TaskState.MIGRATING],
        lambda instance, host: instance.host != host,
    ),
    'compute_rebuild_instance': _Move(
        rebuild.STATES,
        lambda instance, host: (
            instance.task_state in (None, TaskState.POWERING_OFF)
            and instance.host == host
        ),
    ),
}


class Recovery:
    """Settles the affairs of a host before it takes new messages.

    :param repeatable: by the name of the event
    """

    def __init__(
        self, host: Host, repeatable: Mapping[str, Repeatable]
    ) -> None:
        self._host = host
        self._repeatable = repeatable
        self._pool = futures.ThreadPoolExecutor(
            _WORKERS, thread_name_prefix=f'{host.name}-recovery'
        )

    def settle(self) -> None:
        """Settle everything; what takes long goes on in other threads."""
        context = ext_context.get_admin_context()
        guests = list(InstanceList.get_by_host(context, self._host.name))
        evacuations = self._evacuations(context)
        guests.extend(instance for instance, migration in evacuations)
        self._host.driver.init_host(guests)
        for instance, migration in evacuations:
            self._pool.submit(self._drop_guest, context, instance, migration)
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
                task_states.load_instance(
                    context, str(migration.instance_uuid)
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
            task_states.end_migration(migration, MigrationStatus.COMPLETED)
        except Exception:
            LOG.exception('Instance %s is still here', instance.uuid)

    def _settle(self, context: RequestContext, action: InstanceAction) -> None:
        uuid = str(action.instance_uuid)
        try:
            instance = task_states.load_instance(context, uuid)
        except exception.InstanceNotFound:
            instance = None
            LOG.info('Instance %s was deleted', uuid)
        for name in events.open_steps(context, action, self._host.name):
            asker = events.context_of(action)
            if instance is None:
                self._end_deleted(asker, uuid, name)
            else:
                self._settle_step(asker, instance, name)

    def _end_deleted(
        self, context: RequestContext, uuid: str, event_name: str
    ) -> None:
        error = None
        if event_name != 'compute_terminate_instance':
            error = exception.InstanceNotFound(instance_id=uuid)
        events.finish(context, uuid, event_name, self._host.name, error)

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
            self._pool.submit(
                self._repeat, context, instance, event_name, repeatable
            )

    def _has_left(
        self, context: RequestContext, instance: Instance, event_name: str
    ) -> bool:
        """Tell whether the server is, or is being, evacuated from here."""
        if event_name in _AT_HOME and instance.host != self._host.name:
            return True
        return any(
            migration.migration_type == MigrationType.EVACUATION
            and migration.source_compute == self._host.name
            for migration in settlement.unfinished(context, instance)
        )

    def _repeat(
        self,
        context: RequestContext,
        instance: Instance,
        event_name: str,
        repeatable: Repeatable,
    ) -> None:
        LOG.warning('Again: %s of instance %s', event_name, instance.uuid)
        try:
            with events.adopting():
                repeatable.method(
                    context,
                    instance=instance,
                    **repeatable.arguments(context, instance),
                )
        except Exception:
            LOG.exception('%s of %s failed', event_name, instance.uuid)

    def _end_move(
        self, context: RequestContext, instance: Instance, event_name: str
    ) -> None:
        move = _MOVES.get(event_name)
        if move is not None and move.is_done(instance, self._host.name):
            self._complete(context, instance)
            self._finish(context, instance, event_name)
            return
        error = exception.OperationInterrupted(host=self._host.name)
        self._finish(context, instance, event_name, error)
        events.record_fault(context, instance.uuid, error, self._host.name)
        if move is not None and instance.task_state in move.states:
            settlement.give_up(context, instance.uuid)
            self._end_steering(context, instance)

    def _complete(self, context: RequestContext, instance: Instance) -> None:
        """End the live migration that brought the server to its host."""
        for migration in MigrationList.get_in_progress_by_instance(
            context, instance.uuid, MigrationType.LIVE_MIGRATION
        ):
            if migration.dest_compute == instance.host:
                task_states.end_migration(migration, MigrationStatus.COMPLETED)

    def _end_steering(
        self, context: RequestContext, instance: Instance
    ) -> None:
        """End what nobody got round to do to the live migration."""
        for action in InstanceActionList.get_without_events(
            context, instance.uuid
        ):
            if action.action in _STEERING:
                events.fail_lost(action, self._host.name)

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
        events.finish(
            context, instance.uuid, event_name, self._host.name, error
        )
