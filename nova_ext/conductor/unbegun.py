# SPDX-License-Identifier: Apache-2.0
"""Accepted operations that no task of a server tells of any more.

The server was deleted, or something else was done to it, and the process
that was to record what this put an end to died before it could.
"""

from oslo_utils import timeutils

from ext_lib.context import RequestContext
from nova_ext import action_events
from nova_ext import exception
from nova_ext import instance_updates
from nova_ext.objects.fields import ActionName
from nova_ext.objects.instance_action import InstanceAction
from nova_ext.objects.instance_action import InstanceActionList
from nova_ext.objects.instance_action_event import InstanceActionEventList

#: More than are accepted between two looks.
_NEWEST = 10_000


def end(context: RequestContext, host: str, patience: float) -> None:
    """Record as lost what nobody will begin.

    :param host: of the service that says so
    :param patience: seconds that a message may be on its way
    """
    for action in InstanceActionList.get_unbegun(context, _NEWEST):
        moment = action.start_time or action.created_at
        if patience and (
            moment is None or not timeutils.is_older_than(moment, patience)
        ):
            continue
        if _is_over(context, action) and not _is_begun(context, action):
            action_events.fail_lost(action, host)


def _is_over(context: RequestContext, action: InstanceAction) -> bool:
    try:
        instance = instance_updates.load_instance(
            context, str(action.instance_uuid)
        )
    except exception.InstanceNotFound:
        # A deletion without a host takes no steps.
        return action.action != ActionName.DELETE
    # A confirmation is no task of the server, but of the migration.
    return (
        instance.task_state is None
        and action.action != ActionName.CONFIRM_RESIZE
    )


def _is_begun(context: RequestContext, action: InstanceAction) -> bool:
    # Asked last: it may have begun, and ended, since the list was made.
    return bool(InstanceActionEventList.get_by_action(context, action.id))
