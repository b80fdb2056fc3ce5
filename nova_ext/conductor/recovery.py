# SPDX-License-Identifier: Apache-2.0
"""Recovery of the steps that a conductor left open when it died.

A conductor recovers its own steps when it starts. If it does not start again,
or starts under another name, other conductors do so. No step is taken again:
clients may repeat the request, which then starts from the beginning.
"""

import collections
from collections.abc import Iterable, Sequence
import logging

from oslo_utils import timeutils

from ext_lib import context as ext_context
from ext_lib.context import RequestContext
from nova_ext import abandoned
from nova_ext import action_events
from nova_ext import exception
from nova_ext import operations
from nova_ext.objects.instance_action import InstanceAction
from nova_ext.objects.instance_action import InstanceActionList
from nova_ext.objects.instance_action_event import InstanceActionEvent
from nova_ext.objects.instance_action_event import InstanceActionEventList
from nova_ext.objects.service import COMPUTE
from nova_ext.objects.service import CONDUCTOR
from nova_ext.objects.service import ServiceList

LOG = logging.getLogger(__name__)


class ConductorRecovery:
    """Ends open steps of conductors.

    :param host: name of this conductor
    """

    def __init__(self, host: str) -> None:
        self._host = host

    def recover(self, min_age: float = 0) -> None:
        """End each own step that is open for longer than ``min_age``.

        At start these are all: the process that took them is dead. Later they
        are those whose end could not be stored.

        :param min_age: in seconds
        """
        self._recover_hosts(
            ext_context.get_admin_context(), [self._host], min_age
        )

    def recover_others(self, min_age: float) -> None:
        """End steps of conductors that have not reported for ``min_age``.

        If such a conductor still runs, its steps have ended for it, too.
        """
        context = ext_context.get_admin_context()
        hosts = ServiceList.get_silent_hosts(context, CONDUCTOR, min_age)
        if self._host in hosts:
            hosts.remove(self._host)
        if hosts:
            self._recover_hosts(context, hosts, min_age)

    def _recover_hosts(
        self, context: RequestContext, hosts: Sequence[str], min_age: float
    ) -> None:
        actions = InstanceActionList.get_unfinished_by_hosts(context, hosts)
        if not actions:
            return
        events = _events_of(context, actions)
        # A conductor may have the same name as a compute host, which recovers
        # its own steps.
        shared = {
            service.host
            for service in ServiceList.get_all(context, binary=COMPUTE)
        }
        for action in actions:
            found = _Abandoned(action, events[action.id], hosts, shared)
            with ext_context.acting_for(action_events.context_of(action)):
                try:
                    found.recover(min_age)
                except Exception:
                    LOG.exception(
                        'Instance %s: recovery of %s failed',
                        action.instance_uuid,
                        action.action,
                    )


def _events_of(
    context: RequestContext, actions: Iterable[InstanceAction]
) -> dict[int | None, list[InstanceActionEvent]]:
    """Return the events of actions, by the number of their action."""
    events = collections.defaultdict(list)
    ids = [action.id for action in actions]
    for event in InstanceActionEventList.get_by_actions(context, ids):
        events[event.action_id].append(event)
    return events


class _Abandoned:
    """An action that conductors may have abandoned.

    :param events: of the action
    :param hosts: names of the conductors
    :param shared: names of compute hosts, which conductors may have, too
    """

    def __init__(
        self,
        action: InstanceAction,
        events: Sequence[InstanceActionEvent],
        hosts: Sequence[str],
        shared: set[str | None],
    ) -> None:
        self._action = action
        self._events = events
        self._hosts = hosts
        self._shared = shared
        self._taken = {event.event for event in events}

    def recover(self, min_age: float) -> None:
        """End the open steps, and fail the move they are part of."""
        failed = [
            event.event
            for event in self._events
            if self._is_abandoned(event, min_age) and self._end_step(event)
        ]
        if not operations.FIRST_ON_HOST.keys().isdisjoint(failed):
            abandoned.fail_move(
                action_events.context_of(self._action),
                str(self._action.instance_uuid),
            )

    def _is_abandoned(
        self, event: InstanceActionEvent, min_age: float
    ) -> bool:
        is_ours = event.event in operations.CONDUCTOR_EVENTS
        return (
            event.host in self._hosts
            and event.finish_time is None
            and (is_ours or event.host not in self._shared)
            and (
                min_age <= 0
                or event.start_time is None
                or timeutils.is_older_than(event.start_time, min_age)
            )
        )

    def _end_step(self, event: InstanceActionEvent) -> bool:
        """End a step; return whether it was open, and failed."""
        uuid, host = str(self._action.instance_uuid), str(event.host)
        LOG.warning('Instance %s: ending %s on %s', uuid, event.event, host)
        is_done = operations.FIRST_ON_HOST.get(event.event) in self._taken
        step = action_events.Step(
            action_events.context_of(self._action),
            uuid,
            str(event.event),
            host,
            is_resumed=True,
        )
        error = exception.OperationInterrupted(host=host)
        is_ended = step.finish(None if is_done else error)
        return is_ended and not is_done
