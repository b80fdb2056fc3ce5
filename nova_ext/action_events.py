# SPDX-License-Identifier: Apache-2.0
"""The steps of instance actions, recorded around the code that takes them."""

from collections.abc import Callable, Iterator
import contextlib
import contextvars
import logging

from ext_lib import context as ext_context
from ext_lib import failure
from ext_lib import service_log
from ext_lib.context import RequestContext
from nova_ext import exception
from nova_ext.objects.fields import ActionName
from nova_ext.objects.instance_action import InstanceAction
from nova_ext.objects.instance_action import InstanceActionList
from nova_ext.objects.instance_action_event import InstanceActionEvent
from nova_ext.objects.instance_action_event import InstanceActionEventList
from nova_ext.objects.instance_fault import InstanceFault

LOG = logging.getLogger(__name__)

#: Steps of a conductor. As nova does, scheduling is recorded when it fails.
SCHEDULE = 'conductor_schedule_and_build_instances'
MIGRATE = 'conductor_migrate_server'
COLD_MIGRATE = 'cold_migrate'
LIVE_MIGRATE = 'conductor_live_migrate_instance'
REBUILD = 'rebuild_server'

_RESIZE = (
    MIGRATE,
    'compute_prep_resize',
    'compute_resize_instance',
    'compute_finish_resize',
)
_REBUILD = (REBUILD, 'compute_rebuild_instance')

#: The steps of actions, in order; of all others, the name tells the one.
_STEPS = {
    ActionName.CREATE: (SCHEDULE,),
    ActionName.DELETE: ('compute_terminate_instance',),
    ActionName.RESIZE: _RESIZE,
    ActionName.MIGRATE: _RESIZE,
    ActionName.CONFIRM_RESIZE: ('compute_confirm_resize',),
    ActionName.REVERT_RESIZE: (
        'compute_revert_resize',
        'compute_finish_revert_resize',
    ),
    ActionName.REBUILD: _REBUILD,
    ActionName.EVACUATE: _REBUILD,
    ActionName.LIVE_MIGRATION: (LIVE_MIGRATE, 'compute_live_migration'),
    ActionName.LIVE_MIGRATION_FORCE_COMPLETE: (
        'compute_live_migration_force_complete',
    ),
    ActionName.LIVE_MIGRATION_CANCEL: ('compute_live_migration_abort',),
}

#: Server and name of the step that this thread goes on with.
_adopted: contextvars.ContextVar[tuple[str, str] | None] = (
    contextvars.ContextVar('adopted', default=None)
)


def _is_failure(error: Exception) -> bool:
    return True


@contextlib.contextmanager
def recorded(
    context: RequestContext,
    instance_uuid: str,
    event_name: str,
    host: str,
    is_failure: Callable[[Exception], bool] = _is_failure,
) -> Iterator[None]:
    """Record what runs inside as a step the service on ``host`` takes.

    A failure keeps its stack frames and its message, marks the action and goes
    on its way. What ends the process is no failure: the step stays open then.

    :param is_failure: tells of an error whether the step has failed, or
        stays open for somebody to go on with it
    :raises InstanceActionNotFound: when the request has no action
    """
    what = f'Instance {instance_uuid}: {event_name} on {host}'
    # Threads that go on with a step are of pools, and know no request.
    with ext_context.acting_for(context), service_log.operation(LOG, what):
        begin(context, instance_uuid, event_name, host)
        try:
            yield
        except Exception as error:
            if is_failure(error):
                finish(context, instance_uuid, event_name, host, error)
            raise
        finish(context, instance_uuid, event_name, host)


def begin(
    context: RequestContext, instance_uuid: str, event_name: str, host: str
) -> None:
    """Record that a step begins; see :func:`recorded`."""
    if is_adopted(instance_uuid, event_name):
        return
    InstanceActionEvent.event_start(
        context, instance_uuid, event_name, want_result=False, host=host
    )


def finish(
    context: RequestContext,
    instance_uuid: str,
    event_name: str,
    host: str,
    error: BaseException | None = None,
) -> bool:
    """Record how the step begun last has ended: well unless ``error``.

    :returns: False if somebody else has ended it
    """
    try:
        InstanceActionEvent.event_finish_with_failure(
            context,
            instance_uuid,
            event_name,
            exc_val=error,
            exc_tb=None if error is None else failure.trace(error),
            want_result=False,
            host=host,
        )
    except exception.InstanceActionEventNotFound:
        # Whoever evacuated the server took this process for dead.
        LOG.warning(
            'Step %s of %s has been ended by another service',
            event_name,
            instance_uuid,
        )
        return False
    return True


def fail(
    context: RequestContext,
    instance_uuid: str,
    event_name: str,
    host: str,
    error: BaseException,
) -> None:
    """Record a step that failed before it could begin."""
    begin(context, instance_uuid, event_name, host)
    finish(context, instance_uuid, event_name, host, error)


@contextlib.contextmanager
def adopting(instance_uuid: str, event_name: str) -> Iterator[None]:
    """Let what runs inside go on with an open step, not begin a new one."""
    token = _adopted.set((instance_uuid, event_name))
    try:
        yield
    finally:
        _adopted.reset(token)


def is_adopted(instance_uuid: str, event_name: str) -> bool:
    """Tell whether this thread goes on with a step that was open."""
    return _adopted.get() == (instance_uuid, event_name)


def is_repeated(
    context: RequestContext, instance_uuid: str, event_name: str, host: str
) -> bool:
    """Tell whether this message was carried out already.

    A host that starts settles what it had begun, and a conductor sends
    again what nobody seems to have begun; either way the message may still
    have been in the queue.
    """
    steps = _matching(context, instance_uuid, event_name, host)
    if is_adopted(instance_uuid, event_name):
        return all(step.finish_time is not None for step in steps)
    return bool(steps)


def is_over(context: RequestContext, instance_uuid: str) -> bool:
    """Tell whether the request has taken a step, and takes none now."""
    steps = _steps_of(context, instance_uuid)
    return bool(steps) and all(step.finish_time for step in steps)


def context_of(action: InstanceAction) -> RequestContext:
    """Return the identity that asked for ``action``, with all rights."""
    return RequestContext(
        user_id=action.user_id,
        project_id=action.project_id,
        request_id=action.request_id,
        timestamp=action.start_time,
        is_admin=True,
        roles=['admin'],
        overwrite=False,
    )


def next_step(context: RequestContext, action: InstanceAction) -> str:
    """Return the name of the first step of an action nobody has taken.

    When all have been taken it is the last one.
    """
    found = InstanceActionEventList.get_by_action(context, action.id)
    taken = {event.event for event in found}
    name = str(action.action)
    steps = _STEPS.get(name, (f'compute_{name}_instance',))
    return next((step for step in steps if step not in taken), steps[-1])


def fail_lost(action: InstanceAction, host: str) -> None:
    """Record that an action got lost before its next step."""
    context = context_of(action)
    with ext_context.acting_for(context):
        uuid, name = str(action.instance_uuid), action.action
        LOG.warning('Instance %s: %s got lost', uuid, name)
        error = exception.OperationNotBegun(action=name)
        fail(context, uuid, next_step(context, action), host, error)


def end_overtaken(
    context: RequestContext, instance_uuid: str, host: str
) -> None:
    """End what was accepted before and cannot be begun any more.

    The request of ``context`` has taken the server over. Deletions are left
    alone: there is nothing to be said about them but that they happened.

    :param host: of the service that says so
    """
    for action in InstanceActionList.get_without_events(
        context, instance_uuid
    ):
        is_older = (
            action.start_time is None or action.start_time < context.timestamp
        )
        if is_older and action.action != ActionName.DELETE:
            fail_lost(action, host)


def end_open(
    context: RequestContext, instance_uuid: str, host: str, error: Exception
) -> None:
    """Record that ``host`` will not end what it began to do to a server."""
    for action in InstanceActionList.get_unfinished_by_host(context, host):
        if action.instance_uuid == instance_uuid:
            for name in open_steps(context, action, host):
                finish(context_of(action), instance_uuid, name, host, error)


def open_steps(
    context: RequestContext, action: InstanceAction, host: str
) -> list[str]:
    """Return the names of the steps that ``host`` began and did not end."""
    events = InstanceActionEventList.get_by_action(context, action.id)
    return [
        str(event.event)
        for event in events
        if event.host == host and event.finish_time is None
    ]


def record_fault(
    context: RequestContext, instance_uuid: str, error: Exception, host: str
) -> None:
    """Make ``error`` the failure that the server shows."""
    InstanceFault.from_exception(
        context, instance_uuid, error, details=failure.trace(error), host=host
    ).create()


def _matching(
    context: RequestContext, instance_uuid: str, event_name: str, host: str
) -> list[InstanceActionEvent]:
    events = _steps_of(context, instance_uuid)
    return [e for e in events if (e.event, e.host) == (event_name, host)]


def _steps_of(
    context: RequestContext, instance_uuid: str
) -> list[InstanceActionEvent]:
    action = InstanceAction.get_by_request_id(
        context, instance_uuid, context.request_id
    )
    if action is None:
        return []
    return list(InstanceActionEventList.get_by_action(context, action.id))
