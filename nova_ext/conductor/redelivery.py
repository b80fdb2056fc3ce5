# SPDX-License-Identifier: Apache-2.0
"""Redelivery of operations that were accepted and seem not to have begun.

The process that accepted one may have died before it sent the message, or the
broker may have lost it. The messages of idempotent steps are sent again: if
the first one arrives after all, the step is still taken once, see
:meth:`nova_ext.action_events.Step.is_repeated`. Other operations fail.
"""

from collections.abc import Callable
import logging
import math
import time
from typing import Any

from oslo_utils import timeutils

from ext_lib import context as ext_context
from ext_lib.context import RequestContext
from nova_ext import abandoned
from nova_ext import action_events
from nova_ext import exception
from nova_ext import instance_updates
from nova_ext import operations
from nova_ext import step_types
from nova_ext.conductor.action_history import ActionHistory
from nova_ext.objects.fields import ActionName
from nova_ext.objects.fields import MigrationStatus
from nova_ext.objects.instance import Instance
from nova_ext.objects.instance import InstanceList
from nova_ext.objects.instance_action import InstanceAction
from nova_ext.objects.instance_action import InstanceActionList
from nova_ext.objects.instance_action_event import InstanceActionEventList
from nova_ext.objects.migration import Migration
from nova_ext.objects.migration import MigrationList
from nova_ext.rpcapi.compute import ComputeAPI
from nova_ext.rpcapi.conductor import ConductorAPI
from nova_ext.step_types import StepPlace

LOG = logging.getLogger(__name__)

#: More actions than are accepted between two sweeps.
_NEWEST = 10_000

#: Statuses of migrations under way; finished ones wait for the user.
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


class Redelivery:
    """Sweep over all operations under way.

    :param host: name of this service, for the events that it records
    """

    def __init__(
        self, host: str, compute: ComputeAPI, conductor: ConductorAPI
    ) -> None:
        self._host = host
        self._compute = compute
        self._conductor = conductor
        self._backoff = Backoff()

    def run(self, lost_after: float) -> None:
        """Sweep once.

        :param lost_after: seconds after which a message counts as lost; 0
            when none can be on its way
        """
        context = ext_context.get_admin_context()
        for instance in InstanceList.get_by_filters(
            context, {'task_state': list(operations.STATES)}
        ):
            self._guard(
                instance.uuid, self._examine, context, instance, lost_after
            )
        for migration in MigrationList.get_by_filters(
            context, {'status': _MOVING}
        ):
            self._guard(
                str(migration.instance_uuid),
                self._examine_migration,
                context,
                migration,
                lost_after,
            )
        self.end_superseded(context, lost_after)

    def end_superseded(
        self, context: RequestContext, lost_after: float
    ) -> None:
        """Fail the actions that no task state belongs to any more.

        The server was deleted, or another operation has superseded them, and
        the process that had to record that died before it could.

        :param lost_after: as :meth:`run` takes it
        """
        for action in InstanceActionList.get_not_begun(context, _NEWEST):
            self._guard(
                str(action.instance_uuid),
                self._end_superseded,
                context,
                action,
                lost_after,
            )

    def _guard(
        self, uuid: str, examine: Callable[..., None], *args: Any
    ) -> None:
        """Log an error that concerns one server; the sweep continues."""
        try:
            examine(*args)
        except Exception:
            LOG.exception('Instance %s: redelivery failed', uuid)

    def _examine(
        self, context: RequestContext, instance: Instance, lost_after: float
    ) -> None:
        history = ActionHistory(context, instance, lost_after)
        action = history.newest_action(
            operations.actions_of(instance.task_state)
        )
        if action is None or history.has_failed(action):
            if history.is_stale(instance):
                abandoned.clear_task_state(context, instance)
        elif history.is_lost(action):
            self._redeliver(history, action)
        for other in history.actions:
            if other is not action and history.is_not_begun(other):
                action_events.fail_lost(other, self._host)

    def _redeliver(
        self, history: ActionHistory, action: InstanceAction
    ) -> None:
        if not self._backoff.is_due(action.id, history.lost_after):
            return
        with ext_context.acting_for(action_events.context_of(action)):
            if not self._send_again(history, action):
                action_events.fail_lost(action, self._host)
                abandoned.fail_move(history.context, history.instance.uuid)

    def _send_again(
        self, history: ActionHistory, action: InstanceAction
    ) -> bool:
        """Return False if the operation must not be sent again."""
        context, instance = action_events.context_of(action), history.instance
        task_state = instance.task_state
        step = operations.STATES[str(task_state)].resent
        if step is None:
            return False
        is_on_host = step.place is StepPlace.INSTANCE_HOST
        if is_on_host and instance.host is None:
            return False
        LOG.warning(
            'Instance %s: sending %s again', instance.uuid, step.method
        )
        if is_on_host:
            arguments = operations.arguments_of(step, task_state)
            self._compute.send(context, step, instance, **arguments)
        elif step is step_types.SCHEDULE:
            self._conductor.schedule_and_build_instances(context, [instance])
        else:
            self._revert_again(context, instance, action)
        return True

    def _revert_again(
        self,
        context: RequestContext,
        instance: Instance,
        action: InstanceAction,
    ) -> None:
        name = action_events.next_step(context, action)
        for migration in abandoned.unfinished_migrations(context, instance):
            self._compute.send(
                context, operations.HOST_STEPS[name], instance, migration
            )

    def _examine_migration(
        self, context: RequestContext, migration: Migration, lost_after: float
    ) -> None:
        uuid = str(migration.instance_uuid)
        try:
            instance = instance_updates.load_instance(context, uuid)
        except exception.InstanceNotFound:
            abandoned.fail_move(context, uuid)
            return
        history = ActionHistory(context, instance, lost_after)
        if migration.status == MigrationStatus.CONFIRMING:
            self._confirm_again(history, migration)
        elif instance.task_state is None and history.is_stale(migration):
            is_there = instance.host == migration.dest_compute
            instance_updates.end_migration(
                migration,
                MigrationStatus.COMPLETED
                if migration.is_live and is_there
                else MigrationStatus.ERROR,
            )

    def _confirm_again(
        self, history: ActionHistory, migration: Migration
    ) -> None:
        action = history.newest_action([ActionName.CONFIRM_RESIZE])
        if action is not None and history.is_lost(action):
            self._compute.send(
                action_events.context_of(action),
                step_types.CONFIRM_RESIZE,
                history.instance,
                migration,
            )

    def _end_superseded(
        self,
        context: RequestContext,
        action: InstanceAction,
        lost_after: float,
    ) -> None:
        moment = action.start_time or action.created_at
        if lost_after and (
            moment is None or not timeutils.is_older_than(moment, lost_after)
        ):
            return
        # Events are read last: the action may have begun, and ended, since
        # the list was read.
        if _is_superseded(context, action) and not (
            InstanceActionEventList.get_by_action(context, action.id)
        ):
            action_events.fail_lost(action, self._host)


def _is_superseded(context: RequestContext, action: InstanceAction) -> bool:
    try:
        instance = instance_updates.load_instance(
            context, str(action.instance_uuid)
        )
    except exception.InstanceNotFound:
        # A deletion without a host has no steps.
        return action.action != ActionName.DELETE
    # A confirmation has a status of the migration, but no task state.
    return (
        instance.task_state is None
        and action.action != ActionName.CONFIRM_RESIZE
    )


class Backoff:
    """Times at which the message of each action may be sent again.

    A broker that restarts drops messages for a host whose queue is not
    declared yet. But a message in the queue of a host that is down is not
    lost, however long it waits: so the intervals grow.
    """

    def __init__(self) -> None:
        #: When an action may be sent again, and the interval after that.
        self._due: dict[int, tuple[float, float]] = {}

    def is_due(self, action_id: int, interval: float) -> bool:
        """Return whether a message is to be sent, and count it as sent.

        :param interval: seconds until the second time; 0 when there is none,
            as no message can be lost
        """
        now = time.monotonic()
        moment, pause = self._due.get(action_id, (now, interval))
        if now < moment:
            return False
        self._due[action_id] = now + (pause or math.inf), 2 * pause
        return True
