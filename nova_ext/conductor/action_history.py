# SPDX-License-Identifier: Apache-2.0
"""The newest actions of a server, for redelivery."""

from collections.abc import Sequence
import datetime

from oslo_utils import timeutils

from ext_lib.context import RequestContext
from nova_ext.objects.fields import EventResult
from nova_ext.objects.instance import Instance
from nova_ext.objects.instance_action import InstanceAction
from nova_ext.objects.instance_action import InstanceActionList
from nova_ext.objects.instance_action_event import InstanceActionEvent
from nova_ext.objects.instance_action_event import InstanceActionEventList
from nova_ext.objects.migration import Migration

#: Newest actions of a server among which that of its task state is.
_RECENT = 50


class ActionHistory:
    """The newest actions of a server, with their events.

    :param lost_after: seconds after which a message counts as lost
    """

    def __init__(
        self, context: RequestContext, instance: Instance, lost_after: float
    ) -> None:
        self.context = context
        self.instance = instance
        self.lost_after = lost_after
        self.actions: list[InstanceAction] = list(
            InstanceActionList.get_by_instance_uuid(
                context, instance.uuid, limit=_RECENT
            )
        )
        self._events: list[InstanceActionEvent] = list(
            InstanceActionEventList.get_by_actions(
                context, [action.id for action in self.actions]
            )
        )
        self._deadline = timeutils.utcnow() - datetime.timedelta(
            seconds=lost_after
        )

    def newest_action(self, names: Sequence[str]) -> InstanceAction | None:
        """Return the newest action of one of ``names``."""
        found = (a for a in self.actions if a.action in names)
        return next(found, None)

    def is_stale(self, record: Instance | Migration) -> bool:
        """Return whether ``record`` has not changed for ``lost_after``."""
        return self._is_past(record.updated_at or record.created_at)

    def has_failed(self, action: InstanceAction) -> bool:
        """Return whether a step of ``action`` failed and none is open."""
        results = {event.result for event in self._events_of(action)}
        return EventResult.ERROR in results and None not in results

    def is_lost(self, action: InstanceAction) -> bool:
        """Return whether no process works on ``action`` any more."""
        ends = [event.finish_time for event in self._events_of(action)]
        return all(map(self._is_past, [action.start_time, *ends]))

    def is_not_begun(self, action: InstanceAction) -> bool:
        """Return whether ``action`` was lost before its first step."""
        return (
            action.finish_time is None
            and self._is_past(action.start_time)
            and not self._events_of(action)
        )

    def _is_past(self, moment: datetime.datetime | None) -> bool:
        return moment is not None and moment <= self._deadline

    def _events_of(self, action: InstanceAction) -> list[InstanceActionEvent]:
        return [e for e in self._events if e.action_id == action.id]
