# SPDX-License-Identifier: Apache-2.0
"""The end of what this conductor had begun when it died.

Nothing is done again: the request may be repeated, and then it takes the
whole way.
"""

import logging

from ext_lib import context as ext_context
from ext_lib.context import RequestContext
from nova_ext import events
from nova_ext import exception
from nova_ext import settlement
from nova_ext.objects.instance_action import InstanceAction
from nova_ext.objects.instance_action import InstanceActionList
from nova_ext.objects.instance_action_event import InstanceActionEventList

LOG = logging.getLogger(__name__)

#: The first step a host takes after each of ours.
_NEXT = {
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

    def settle(self) -> None:
        """End every step that the dead process left open."""
        context = ext_context.get_admin_context()
        actions = InstanceActionList.get_unfinished_by_host(
            context, self._host
        )
        for action in actions:
            try:
                self._settle(context, action)
            except Exception:
                LOG.exception(
                    'Action %s of instance %s stays unsettled',
                    action.request_id,
                    action.instance_uuid,
                )

    def _settle(self, context: RequestContext, action: InstanceAction) -> None:
        steps = InstanceActionEventList.get_by_action(context, action.id)
        taken = {step.event for step in steps}
        uuid = str(action.instance_uuid)
        for name in events.open_steps(context, action, self._host):
            is_done = _NEXT.get(name) in taken
            error = exception.OperationInterrupted(host=self._host)
            LOG.warning('Instance %s: ending %s', uuid, name)
            events.finish(
                events.context_of(action),
                uuid,
                name,
                self._host,
                None if is_done else error,
            )
            if not is_done and name in _NEXT:
                settlement.give_up(context, uuid)
