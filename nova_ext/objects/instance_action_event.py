# SPDX-License-Identifier: Apache-2.0
"""The steps of an instance action, and the host that took each."""

from collections.abc import Callable, Sequence
import functools
import traceback
import types
from typing import Any, ParamSpec, TypeVar

from oslo_utils import timeutils
from oslo_versionedobjects import fields

from ext_lib import exception as ext_exception
from ext_lib import objects
from ext_lib.context import RequestContext
from ext_lib.db import text
from ext_lib.objects import DateTimeField
from nova_ext.db.api import instance_action_event as instance_action_event_db
from nova_ext.objects import base
from nova_ext.objects.fields import EventResult

#: Characters, as in nova.
_DETAILS_LENGTH = 255

_P = ParamSpec('_P')
_R = TypeVar('_R')


def _failure_as_text(method: Callable[_P, _R]) -> Callable[_P, _R]:
    # Neither exceptions nor tracebacks survive a call to the conductor.
    @functools.wraps(method)
    def wrapper(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        error, frames = kwargs.get('exc_val'), kwargs.get('exc_tb')
        if isinstance(frames, types.TracebackType):
            lines = traceback.format_tb(frames)
            if isinstance(error, BaseException):
                lines += traceback.format_exception_only(error)
            kwargs['exc_tb'] = ''.join(lines)
        if isinstance(error, BaseException):
            kwargs['exc_val'] = str(error)
            kwargs['details'] = ext_exception.summary(error)
        return method(*args, **kwargs)

    return wrapper


@base.VersionedObjectRegistry.register
class InstanceActionEvent(objects.TimestampedObject, base.NovaExtObject):
    """One step of an action: a method of a manager, from start to finish."""

    # 1.0: Initial version
    # 1.1: Failures cross the wire as text
    # 1.2: Add host
    # 1.4: Add details; 1.3 is a method there is no need for here
    VERSION = '1.4'
    SINCE = {'host': '1.2', 'details': '1.4'}

    fields = {
        'id': fields.IntegerField(),
        #: Name of the manager method, e.g. compute_stop_instance.
        'event': fields.StringField(nullable=True),
        'action_id': fields.IntegerField(nullable=True),
        'start_time': DateTimeField(nullable=True),
        'finish_time': DateTimeField(nullable=True),
        #: One of EventResult; None while the step runs.
        'result': fields.StringField(nullable=True),
        #: Stack frames of a failed step, then its error.
        'traceback': fields.StringField(nullable=True),
        #: Host that took the step; None for a step recorded before 1.2.
        'host': fields.StringField(nullable=True),
        #: Why the step failed, in one line; None for a step that did not, or
        #: that a peer before 1.4 recorded.
        'details': fields.StringField(nullable=True),
    }

    # The type of an optional result is Any: a caller that asks for it knows
    # that it is not None.

    @classmethod
    @base.remotable
    def event_start(
        cls,
        context: RequestContext,
        instance_uuid: str,
        event_name: str,
        want_result: bool = True,
        host: str | None = None,
    ) -> 'InstanceActionEvent | Any':
        """Record that ``host`` begins a step of the request's action.

        :returns: the event if ``want_result``, else None
        :raises InstanceActionNotFound: when the request has no action
        """
        values = cls._values(context, instance_uuid, event_name, host)
        values['start_time'] = timeutils.utcnow()
        row = instance_action_event_db.action_event_start(context, values)
        return cls.from_row(context, row) if want_result else None

    @classmethod
    @_failure_as_text
    @base.remotable
    def event_finish_with_failure(
        cls,
        context: RequestContext,
        instance_uuid: str,
        event_name: str,
        *,
        exc_val: BaseException | str | None = None,
        exc_tb: types.TracebackType | str | None = None,
        want_result: bool = True,
        host: str | None = None,
        details: str | None = None,
    ) -> 'InstanceActionEvent | Any':
        """Record the end of the step that ``host`` began last.

        :param exc_val: what went wrong. A peer before 1.4 sends its text,
            which may hold secrets; it is not stored.
        :param exc_tb: where it went wrong; None means success
        :param details: why it failed; follows from an exception in
            ``exc_val``
        :returns: the event if ``want_result``, else None
        :raises InstanceActionEventNotFound: when no such step is running
        """
        values = cls._values(context, instance_uuid, event_name, host)
        values['finish_time'] = timeutils.utcnow()
        values['result'] = EventResult.SUCCESS
        if exc_tb is not None:
            values['result'] = EventResult.ERROR
            values['traceback'] = exc_tb
            if details is not None:
                values['details'] = text.cut(details, _DETAILS_LENGTH)
        row = instance_action_event_db.action_event_finish(context, values)
        return cls.from_row(context, row) if want_result else None

    @staticmethod
    def _values(
        context: RequestContext,
        instance_uuid: str,
        event_name: str,
        host: str | None,
    ) -> dict[str, Any]:
        return {
            'instance_uuid': instance_uuid,
            'request_id': context.request_id,
            'event': event_name,
            'host': host,
        }


@base.VersionedObjectRegistry.register
class InstanceActionEventList(
    objects.ObjectList[InstanceActionEvent], base.NovaExtObject
):
    """The steps of one action."""

    # 1.0: Initial version
    # 1.1: InstanceActionEvent 1.1
    VERSION = '1.1'

    fields = {
        'objects': fields.ListOfObjectsField('InstanceActionEvent'),
    }

    @classmethod
    @base.remotable
    def get_by_action(
        cls, context: RequestContext, action_id: int
    ) -> 'InstanceActionEventList':
        """Return the steps of an action, newest first."""
        rows = instance_action_event_db.action_events_get(context, action_id)
        return cls.from_rows(context, InstanceActionEvent, rows)

    @classmethod
    def get_by_actions(
        cls, context: RequestContext, action_ids: Sequence[int]
    ) -> 'InstanceActionEventList':
        """Return the steps of several actions, newest first.

        Only for processes that hold the database.
        """
        rows = instance_action_event_db.action_events_get(context, *action_ids)
        return cls.from_rows(context, InstanceActionEvent, rows)

    @classmethod
    @base.remotable
    def get_unfinished_by_host(
        cls, context: RequestContext, host: str
    ) -> 'InstanceActionEventList':
        """Return the open steps of a host, oldest first."""
        steps = instance_action_event_db.actions_get_unfinished(context, host)
        rows = [event for event, action in steps]
        return cls.from_rows(context, InstanceActionEvent, rows)
