# SPDX-License-Identifier: Apache-2.0
"""The end of what a conductor had begun when it died.

It does so itself when it comes back. If it does not, or under another name,
the others do. Nothing is done again: the request may be repeated, and then it
takes the whole way.
"""

from collections.abc import Sequence
import logging

from oslo_utils import timeutils

from ext_lib import context as ext_context
from ext_lib.context import RequestContext
from nova_ext import abandoned
from nova_ext import action_events
from nova_ext import exception
from nova_ext.objects.instance_action import InstanceAction
from nova_ext.objects.instance_action import InstanceActionList
from nova_ext.objects.instance_action_event import InstanceActionEvent
from nova_ext.objects.instance_action_event import InstanceActionEventList
from nova_ext.objects.service import COMPUTE
from nova_ext.objects.service import CONDUCTOR
from nova_ext.objects.service import ServiceList

LOG = logging.getLogger(__name__)

#: The first step a host takes after each of ours.
_NEXT: dict[str | None, str] = {
    action_events.COLD_MIGRATE: 'compute_prep_resize',
    action_events.MIGRATE: 'compute_prep_resize',
    action_events.LIVE_MIGRATE: 'compute_live_migration',
    action_events.REBUILD: 'compute_rebuild_instance',
}

#: Steps that no compute host takes.
_OURS = (action_events.SCHEDULE, *_NEXT)


class Recovery:
    """Ends open steps.

    :param host: name of this conductor
    """

    def __init__(self, host: str) -> None:
        self._host = host

    def settle(self, patience: float = 0) -> None:
        """End every own step that is open for longer than ``patience``.

        At start that is every one: the process that took it is dead. Later,
        it is one whose end could not be stored.

        :param patience: in seconds
        """
        self._settle_all(
            ext_context.get_admin_context(), [self._host], patience
        )

    def settle_others(self, patience: float) -> None:
        """Do the same for conductors that are silent for as long.

        Should one live after all, its step has ended for it, too.
        """
        context = ext_context.get_admin_context()
        hosts = ServiceList.get_silent_hosts(context, CONDUCTOR, patience)
        if self._host in hosts:
            hosts.remove(self._host)
        if hosts:
            self._settle_all(context, hosts, patience)

    def _settle_all(
        self, context: RequestContext, hosts: Sequence[str], patience: float
    ) -> None:
        actions = InstanceActionList.get_unfinished_by_hosts(context, hosts)
        if not actions:
            return
        # A conductor may have the name of the compute host beside it, which
        # settles its own steps.
        shared = {
            service.host
            for service in ServiceList.get_all(context, binary=COMPUTE)
        }
        for action in actions:
            with ext_context.acting_for(action_events.context_of(action)):
                try:
                    _Case(context, action, hosts, shared).settle(patience)
                except Exception:
                    LOG.exception('Action %s stays unsettled', action.id)


class _Case:
    """An action that conductors may have abandoned.

    :param hosts: names of the conductors
    :param shared: those of compute hosts
    """

    def __init__(
        self,
        context: RequestContext,
        action: InstanceAction,
        hosts: Sequence[str],
        shared: set[str | None],
    ) -> None:
        self._action = action
        self._hosts = hosts
        self._shared = shared
        self._steps = InstanceActionEventList.get_by_action(context, action.id)
        self._taken = {step.event for step in self._steps}

    def settle(self, patience: float) -> None:
        """End the steps that were, and the move they were part of."""
        failed = [
            step.event
            for step in self._steps
            if self._is_abandoned(step, patience) and self._fails(step)
        ]
        if not _NEXT.keys().isdisjoint(failed):
            abandoned.give_up(
                action_events.context_of(self._action),
                str(self._action.instance_uuid),
            )

    def _is_abandoned(
        self, step: InstanceActionEvent, patience: float
    ) -> bool:
        return (
            step.host in self._hosts
            and step.finish_time is None
            and (step.event in _OURS or step.host not in self._shared)
            and (
                patience <= 0
                or step.start_time is None
                or timeutils.is_older_than(step.start_time, patience)
            )
        )

    def _fails(self, step: InstanceActionEvent) -> bool:
        """End a step; tell whether it was to end so, and badly."""
        uuid, host = str(self._action.instance_uuid), str(step.host)
        LOG.warning('Instance %s: ending %s of %s', uuid, step.event, host)
        is_done = _NEXT.get(step.event) in self._taken
        error = exception.OperationInterrupted(host=host)
        is_ended = action_events.finish(
            action_events.context_of(self._action),
            uuid,
            str(step.event),
            host,
            None if is_done else error,
        )
        return is_ended and not is_done
