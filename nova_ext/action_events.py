# SPDX-License-Identifier: Apache-2.0
"""Steps of instance actions, recorded as events."""

from collections.abc import Callable, Iterator
import contextlib
import dataclasses
import logging

from ext_lib import context as ext_context
from ext_lib import exception as ext_exception
from ext_lib import service_log
from ext_lib.context import RequestContext
from nova_ext import exception
from nova_ext import operations
from nova_ext.objects.fields import ActionName
from nova_ext.objects.instance_action import InstanceAction
from nova_ext.objects.instance_action import InstanceActionList
from nova_ext.objects.instance_action_event import InstanceActionEvent
from nova_ext.objects.instance_action_event import InstanceActionEventList
from nova_ext.objects.instance_fault import InstanceFault

LOG = logging.getLogger(__name__)


def _is_failure(error: Exception) -> bool:
    return True


@dataclasses.dataclass(frozen=True)
class Step:
    """A step of the request's action, as one service takes it.

    :param context: of the request
    :param name: of the event
    :param host: of the service
    :param is_resumed: whether it was begun before, by a process that died or
        by a thread that could not record its end
    """

    context: RequestContext
    instance_uuid: str
    name: str
    host: str
    is_resumed: bool = False

    @contextlib.contextmanager
    def recorded(
        self, is_failure: Callable[[Exception], bool] = _is_failure
    ) -> Iterator[None]:
        """Record the block as this step.

        A failure is recorded with its stack frames and its message, marks
        the action as failed and is raised again. An exception that ends the
        process is no failure: the step stays open then.

        :param is_failure: returns of an error whether the step has failed,
            or stays open to be resumed
        :raises InstanceActionNotFound: when the request has no action
        """
        name = f'Instance {self.instance_uuid}: {self.name} on {self.host}'
        # Threads of pools, which resume steps, have no request.
        with (
            ext_context.acting_for(self.context),
            service_log.operation(LOG, name),
        ):
            self.begin()
            try:
                yield
            except Exception as error:
                if is_failure(error):
                    self.finish(error)
                raise
            self.finish()

    def begin(self) -> None:
        """Record that the step begins, unless it is resumed.

        :raises InstanceActionNotFound: when the request has no action
        """
        if not self.is_resumed:
            InstanceActionEvent.event_start(
                self.context,
                self.instance_uuid,
                self.name,
                want_result=False,
                host=self.host,
            )

    def finish(self, error: BaseException | None = None) -> bool:
        """Record the end of the step: a success unless ``error``.

        :returns: False if another service has ended it
        """
        try:
            InstanceActionEvent.event_finish_with_failure(
                self.context,
                self.instance_uuid,
                self.name,
                exc_val=error,
                exc_tb=None if error is None else ext_exception.trace(error),
                want_result=False,
                host=self.host,
            )
        except exception.InstanceActionEventNotFound:
            # That service, which evacuated the server, took this host for
            # dead.
            LOG.warning(
                'Instance %s: %s on %s was ended by another service',
                self.instance_uuid,
                self.name,
                self.host,
            )
            return False
        return True

    def fail(self, error: BaseException) -> None:
        """Record the step as failed before it began."""
        self.begin()
        self.finish(error)

    def is_repeated(self) -> bool:
        """Return whether the step was taken for this request before.

        A host that starts resumes its open steps, and a conductor redelivers
        the messages of steps that seem not to have begun; in both cases the
        first message may still be in the queue.
        """
        events = [
            event
            for event in _events_of(self.context, self.instance_uuid)
            if (event.event, event.host) == (self.name, self.host)
        ]
        if self.is_resumed:
            return all(event.finish_time is not None for event in events)
        return bool(events)


def is_finished(context: RequestContext, instance_uuid: str) -> bool:
    """Return whether a step of the request has ended, and none is open."""
    events = _events_of(context, instance_uuid)
    return bool(events) and all(event.finish_time for event in events)


def context_of(action: InstanceAction) -> RequestContext:
    """Return a context of the request of ``action``, with all rights."""
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
    """Return the event of the first step of an action that was not taken.

    When all were taken it is the event of the last one.
    """
    found = InstanceActionEventList.get_by_action(context, action.id)
    taken = {event.event for event in found}
    events = operations.events_of(str(action.action))
    return next((name for name in events if name not in taken), events[-1])


def fail_lost(action: InstanceAction, host: str) -> None:
    """Fail the next step of an action, as its message was lost.

    :param host: of the service that records it
    """
    context = context_of(action)
    with ext_context.acting_for(context):
        uuid = str(action.instance_uuid)
        LOG.warning('Instance %s: message of %s was lost', uuid, action.action)
        Step(context, uuid, next_step(context, action), host).fail(
            exception.OperationNotBegun(action=action.action)
        )


def end_superseded(
    context: RequestContext, instance_uuid: str, host: str
) -> None:
    """Fail earlier actions that cannot begin any more.

    The operation of ``context`` has superseded them. Deletions are not
    failed: a deletion without a host has no steps.

    :param host: of the service that records it
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
    """End the steps that ``host`` left open on a server."""
    for step in open_steps(context, host):
        if step.instance_uuid == instance_uuid:
            step.finish(error)


def open_steps(context: RequestContext, host: str) -> list[Step]:
    """Return the open steps of ``host``, to be resumed.

    Two queries are made, whatever the number of steps. A step that begins
    between the two is left out. The steps of an action come newest first.
    """
    actions = InstanceActionList.get_unfinished_by_host(context, host)
    if not actions:
        return []
    names: dict[int, list[str]] = {action.id: [] for action in actions}
    for event in InstanceActionEventList.get_unfinished_by_host(context, host):
        if event.action_id in names:
            names[event.action_id].insert(0, str(event.event))
    return [
        Step(
            context_of(action),
            str(action.instance_uuid),
            name,
            host,
            is_resumed=True,
        )
        for action in actions
        for name in names[action.id]
    ]


def record_fault(
    context: RequestContext, instance_uuid: str, error: Exception, host: str
) -> None:
    """Store ``error`` as the fault that the server shows."""
    InstanceFault.from_exception(
        context,
        instance_uuid,
        error,
        details=ext_exception.trace(error),
        host=host,
    ).create()


@contextlib.contextmanager
def fault_recorded(
    context: RequestContext,
    instance_uuid: str,
    host: str,
    is_failure: Callable[[Exception], bool] = _is_failure,
) -> Iterator[None]:
    """Store a failure of the block as the fault that the server shows."""
    try:
        yield
    except Exception as error:
        if is_failure(error):
            record_fault(context, instance_uuid, error, host)
        raise


def _events_of(
    context: RequestContext, instance_uuid: str
) -> list[InstanceActionEvent]:
    action = InstanceAction.get_by_request_id(
        context, instance_uuid, context.request_id
    )
    if action is None:
        return []
    return list(InstanceActionEventList.get_by_action(context, action.id))
