# SPDX-License-Identifier: Apache-2.0
"""Operations that were accepted, and that nobody seems to have begun.

The process that accepted one may have died before it told anybody, or the
broker may have lost a message. What does no harm twice is sent again: should
the first message arrive after all, it is carried out once, see
:func:`nova_ext.action_events.is_repeated`. All else ends with an error.
"""

from collections.abc import Callable, Sequence
import datetime
import logging
from typing import Any

from oslo_utils import timeutils

from ext_lib import context as ext_context
from ext_lib.context import RequestContext
from nova_ext import abandoned
from nova_ext import action_events
from nova_ext import exception
from nova_ext import instance_updates
from nova_ext.conductor import unbegun
from nova_ext.conductor.found import Found
from nova_ext.objects.fields import ActionName
from nova_ext.objects.fields import EventResult
from nova_ext.objects.fields import MigrationStatus
from nova_ext.objects.fields import TaskState
from nova_ext.objects.instance import Instance
from nova_ext.objects.instance import InstanceList
from nova_ext.objects.instance_action import InstanceAction
from nova_ext.objects.instance_action import InstanceActionList
from nova_ext.objects.instance_action_event import InstanceActionEvent
from nova_ext.objects.instance_action_event import InstanceActionEventList
from nova_ext.objects.migration import Migration
from nova_ext.objects.migration import MigrationList
from nova_ext.rpcapi.compute import ComputeAPI
from nova_ext.rpcapi.conductor import ConductorAPI

LOG = logging.getLogger(__name__)

#: How far back the action is looked for that a task belongs to.
_RECENT = 50

_RESIZE = (ActionName.RESIZE, ActionName.MIGRATE)
_REBUILD = (ActionName.REBUILD, ActionName.EVACUATE)

#: The actions that each task may be part of.
_ACTIONS: dict[str | None, Sequence[str]] = {
    TaskState.SCHEDULING: (ActionName.CREATE,),
    TaskState.SPAWNING: (ActionName.CREATE,),
    TaskState.POWERING_ON: (ActionName.START,),
    TaskState.POWERING_OFF: (ActionName.STOP, *_REBUILD, 'revertResize'),
    TaskState.REBOOTING: (ActionName.REBOOT,),
    TaskState.REBOOT_STARTED: (ActionName.REBOOT,),
    TaskState.REBOOTING_HARD: (ActionName.REBOOT,),
    TaskState.REBOOT_STARTED_HARD: (ActionName.REBOOT,),
    TaskState.PAUSING: (ActionName.PAUSE,),
    TaskState.UNPAUSING: (ActionName.UNPAUSE,),
    TaskState.SUSPENDING: (ActionName.SUSPEND,),
    TaskState.RESUMING: (ActionName.RESUME,),
    TaskState.DELETING: (ActionName.DELETE,),
    TaskState.RESIZE_PREP: _RESIZE,
    TaskState.RESIZE_MIGRATING: _RESIZE,
    TaskState.RESIZE_MIGRATED: _RESIZE,
    TaskState.RESIZE_FINISH: _RESIZE,
    TaskState.RESIZE_REVERTING: (ActionName.REVERT_RESIZE,),
    TaskState.MIGRATING: (ActionName.LIVE_MIGRATION,),
    TaskState.REBUILDING: _REBUILD,
    TaskState.REBUILD_SPAWNING: _REBUILD,
}

#: Operations that are sent to the host of the server once more.
_AGAIN: dict[str | None, str] = {
    TaskState.SPAWNING: 'build_and_run_instance',
    TaskState.POWERING_ON: 'start_instance',
    TaskState.POWERING_OFF: 'stop_instance',
    TaskState.PAUSING: 'pause_instance',
    TaskState.UNPAUSING: 'unpause_instance',
    TaskState.SUSPENDING: 'suspend_instance',
    TaskState.RESUMING: 'resume_instance',
    TaskState.DELETING: 'terminate_instance',
}

#: Likewise, and how to reboot.
_REBOOTS: dict[str | None, str] = {
    TaskState.REBOOTING: 'SOFT',
    TaskState.REBOOT_STARTED: 'SOFT',
    TaskState.REBOOTING_HARD: 'HARD',
    TaskState.REBOOT_STARTED_HARD: 'HARD',
}


#: Migrations on their way; finished ones wait for the user.
_MOVING = [
    MigrationStatus.ACCEPTED,
    MigrationStatus.QUEUED,
    MigrationStatus.PREPARING,
    MigrationStatus.RUNNING,
    MigrationStatus.PRE_MIGRATING,
    MigrationStatus.MIGRATING,
    MigrationStatus.POST_MIGRATING,
    MigrationStatus.CONFIRMING,
    MigrationStatus.REVERTING,
]


class Search:
    """Looks for lost operations.

    :param host: name of this service, as the events that say so show it
    """

    def __init__(
        self, host: str, compute: ComputeAPI, conductor: ConductorAPI
    ) -> None:
        self._host = host
        self._compute = compute
        self._conductor = conductor
        self._found = Found()

    def run(self, patience: float) -> None:
        """Look once.

        :param patience: seconds after which a message counts as lost; 0 when
            none can be on its way
        """
        context = ext_context.get_admin_context()
        for instance in InstanceList.get_by_filters(
            context, {'task_state': list(_ACTIONS)}
        ):
            self._guard(self._look_at, _Case(context, instance, patience))
        for migration in MigrationList.get_by_filters(
            context, {'status': _MOVING}
        ):
            self._guard(self._look_at_move, context, migration, patience)
        self._guard(unbegun.end, context, self._host, patience)

    def _guard(self, look: Callable[..., None], *args: Any) -> None:
        try:
            look(*args)
        except Exception:
            LOG.exception('A lost operation stays lost')

    def _look_at(self, case: '_Case') -> None:
        instance = case.instance
        action = case.newest_action(_ACTIONS[instance.task_state])
        if action is None or case.has_failed(action):
            if case.is_stale(instance):
                abandoned.drop_task(case.context, instance)
        elif case.is_lost(action):
            self._find(case, action)
        for other in case.actions:
            if other is not action and case.is_unbegun(other):
                action_events.fail_lost(other, self._host)

    def _find(self, case: '_Case', action: InstanceAction) -> None:
        if not self._found.is_due(action.id, case.patience):
            return
        with ext_context.acting_for(action_events.context_of(action)):
            try:
                self._send_again(case, action)
            except _Impossible:
                action_events.fail_lost(action, self._host)
                abandoned.give_up(case.context, case.instance.uuid)

    def _look_at_move(
        self, context: RequestContext, migration: Migration, patience: float
    ) -> None:
        uuid = str(migration.instance_uuid)
        try:
            instance = instance_updates.load_instance(context, uuid)
        except exception.InstanceNotFound:
            abandoned.give_up(context, uuid)
            return
        case = _Case(context, instance, patience)
        if migration.status == MigrationStatus.CONFIRMING:
            self._confirm_again(case, migration)
        elif instance.task_state is None and case.is_stale(migration):
            is_there = instance.host == migration.dest_compute
            instance_updates.end_migration(
                migration,
                MigrationStatus.COMPLETED
                if migration.is_live and is_there
                else MigrationStatus.ERROR,
            )

    def _confirm_again(self, case: '_Case', migration: Migration) -> None:
        action = case.newest_action([ActionName.CONFIRM_RESIZE])
        if action is not None and case.is_lost(action):
            self._compute.confirm_resize(
                action_events.context_of(action), case.instance, migration
            )

    def _send_again(self, case: '_Case', action: InstanceAction) -> None:
        context, instance = action_events.context_of(action), case.instance
        task_state = instance.task_state
        LOG.warning('Again: %s of instance %s', task_state, instance.uuid)
        if task_state == TaskState.SCHEDULING:
            self._conductor.schedule_and_build_instances(context, [instance])
        elif task_state == TaskState.RESIZE_REVERTING:
            self._revert_again(case, action)
        elif task_state in _REBOOTS:
            self._compute.reboot_instance(
                context, instance, _REBOOTS[task_state]
            )
        elif task_state in _AGAIN and instance.host is not None:
            self._compute.cast(
                context,
                instance.host,
                _AGAIN[task_state],
                instance=instance,
            )
        else:
            raise _Impossible

    def _revert_again(self, case: '_Case', action: InstanceAction) -> None:
        context, instance = action_events.context_of(action), case.instance
        step = action_events.next_step(context, action)
        for migration in abandoned.unfinished(context, instance):
            if step == 'compute_revert_resize':
                self._compute.revert_resize(context, instance, migration)
            else:
                self._compute.finish_revert_resize(
                    context, instance, migration
                )


class _Impossible(Exception):
    """What got lost cannot be sent again."""


class _Case:
    """A server that something is being done to, supposedly."""

    def __init__(
        self, context: RequestContext, instance: Instance, patience: float
    ) -> None:
        self.context = context
        self.instance = instance
        self.patience = patience
        self.actions: list[InstanceAction] = list(
            InstanceActionList.get_by_instance_uuid(
                context, instance.uuid, limit=_RECENT
            )
        )
        self._deadline = timeutils.utcnow() - datetime.timedelta(
            seconds=patience
        )

    def newest_action(self, names: Sequence[str]) -> InstanceAction | None:
        """Return the newest action of one of ``names``."""
        found = (a for a in self.actions if a.action in names)
        return next(found, None)

    def is_stale(self, thing: Instance | Migration) -> bool:
        """Tell whether ``thing`` has not changed for long."""
        return self._is_past(thing.updated_at or thing.created_at)

    def has_failed(self, action: InstanceAction) -> bool:
        """Tell whether a step of ``action`` went wrong and none runs."""
        results = {step.result for step in self.steps(action)}
        return EventResult.ERROR in results and None not in results

    def is_lost(self, action: InstanceAction) -> bool:
        """Tell whether nobody works on ``action``, nor will."""
        ends = [step.finish_time for step in self.steps(action)]
        return all(map(self._is_past, [action.start_time, *ends]))

    def is_unbegun(self, action: InstanceAction) -> bool:
        """Tell whether ``action`` got lost before its first step."""
        return (
            action.finish_time is None
            and self._is_past(action.start_time)
            and not self.steps(action)
        )

    def _is_past(self, moment: datetime.datetime | None) -> bool:
        return moment is not None and moment <= self._deadline

    def steps(self, action: InstanceAction) -> list[InstanceActionEvent]:
        """Return the steps of ``action``."""
        return list(
            InstanceActionEventList.get_by_action(self.context, action.id)
        )
