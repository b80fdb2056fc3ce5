# SPDX-License-Identifier: Apache-2.0
"""The end of what this conductor had begun when it died.

Nothing is done again: the request may be repeated, and then it takes the
whole way.
"""

import logging

from oslo_utils import timeutils

from ext_lib import context as ext_context
from ext_lib.context import RequestContext
from nova_ext import events
from nova_ext import exception
from nova_ext import settlement
from nova_ext.objects.instance_action import InstanceAction
from nova_ext.objects.instance_action import InstanceActionList
from nova_ext.objects.instance_action_event import InstanceActionEvent
from nova_ext.objects.instance_action_event import InstanceActionEventList

LOG = logging.getLogger(__name__)

#: The first step a host takes after each of ours.
_NEXT: dict[str | None, str] = {
    events.COLD_MIGRATE: 'compute_prep_resize',
    events.MIGRATE: 'compute_prep_resize',
    events.LIVE_MIGRATE: 'compute_live_migration',
    events.REBUILD: 'compute_rebuild_instance',
}


class Recovery:
    """Ends open steps.

    :param host: whose steps
    """

    def __init__(self, host: str) -> None:
        self._host = host

    def settle(self, patience: float = 0) -> None:
        """End every step that is open for longer than ``patience`` seconds.

        At start that is every one: the process that took it is dead. Later,
        it is one whose end could not be stored.
        """
        context = ext_context.get_admin_context()
        for action in InstanceActionList.get_unfinished_by_host(
            context, self._host
        ):
            try:
                self._settle(context, action, patience)
            except Exception:
                LOG.exception('Action %s stays unsettled', action.id)

    def _settle(
        self, context: RequestContext, action: InstanceAction, patience: float
    ) -> None:
        steps = InstanceActionEventList.get_by_action(context, action.id)
        taken = {step.event for step in steps}
        for step in steps:
            if self._is_abandoned(step, patience):
                is_done = _NEXT.get(step.event) in taken
                self._end(action, str(step.event), is_done)

    def _is_abandoned(
        self, step: InstanceActionEvent, patience: float
    ) -> bool:
        return (
            step.host == self._host
            and step.finish_time is None
            and (
                patience <= 0
                or step.start_time is None
                or timeutils.is_older_than(step.start_time, patience)
            )
        )

    def _end(
        self, action: InstanceAction, event_name: str, is_done: bool
    ) -> None:
        context, uuid = events.context_of(action), str(action.instance_uuid)
        LOG.warning('Instance %s: ending %s', uuid, event_name)
        if is_done:
            events.finish(context, uuid, event_name, self._host)
            return
        error = exception.OperationInterrupted(host=self._host)
        events.finish(context, uuid, event_name, self._host, error)
        if event_name in _NEXT:
            settlement.give_up(context, uuid)
