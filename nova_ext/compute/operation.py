# SPDX-License-Identifier: Apache-2.0
"""What every operation on a server has in common.

One at a time per server and host, each message once, recorded as an event,
and with an end that leaves no task behind.
"""

import collections
from collections.abc import Callable, Iterator, Mapping
import contextlib
import dataclasses
import functools
import logging
import threading
from typing import Any, Protocol

from ext_lib import indirection
from ext_lib.context import RequestContext
from nova_ext import action_events
from nova_ext import exception
from nova_ext import instance_updates
from nova_ext.instance_updates import States
from nova_ext.objects.fields import VMState
from nova_ext.objects.instance import Instance
from nova_ext.rpcapi.compute import ComputeAPI
from nova_ext.virt.driver import ComputeDriver

LOG = logging.getLogger(__name__)

#: Steps that only the host of a server takes.
AT_HOME = (
    'compute__do_build_and_run_instance',
    'compute_terminate_instance',
    'compute_start_instance',
    'compute_stop_instance',
    'compute_reboot_instance',
    'compute_pause_instance',
    'compute_unpause_instance',
    'compute_suspend_instance',
    'compute_resume_instance',
)


class Locks:
    """A lock per server; one that nobody holds costs nothing."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._locks: dict[str, tuple[Any, int]] = {}

    @contextlib.contextmanager
    def hold(self, uuid: str) -> Iterator[None]:
        """Wait for the lock of a server and hold it; twice is fine."""
        lock = self._take(uuid)
        try:
            with lock:
                yield
        finally:
            self._give(uuid)

    def _take(self, uuid: str) -> Any:
        with self._guard:
            lock, users = self._locks.get(uuid, (None, 0))
            lock = lock or threading.RLock()
            self._locks[uuid] = lock, users + 1
            return lock

    def _give(self, uuid: str) -> None:
        with self._guard:
            lock, users = self._locks.pop(uuid)
            if users > 1:
                self._locks[uuid] = lock, users - 1


class Running:
    """The steps that threads of this process are taking."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._counts: collections.Counter[tuple[str, str]] = (
            collections.Counter()
        )

    @contextlib.contextmanager
    def step(self, uuid: str, event_name: str) -> Iterator[None]:
        """Count what runs inside as a step of a server."""
        self.add(uuid, event_name)
        try:
            yield
        finally:
            self.remove(uuid, event_name)

    def add(self, uuid: str, event_name: str) -> None:
        """Count a step."""
        with self._guard:
            self._counts[uuid, event_name] += 1

    def remove(self, uuid: str, event_name: str) -> None:
        """Count it no longer."""
        with self._guard:
            self._counts[uuid, event_name] -= 1
            # Forget what is not positive.
            self._counts += collections.Counter()

    def has(self, uuid: str, event_name: str) -> bool:
        """Tell whether such a step is being taken."""
        return self._counts[uuid, event_name] > 0


@dataclasses.dataclass(frozen=True)
class Host:
    """What the operations of one compute host share.

    :param name: of the service, and of its only hypervisor
    """

    name: str
    driver: ComputeDriver
    rpcapi: ComputeAPI
    locks: Locks = dataclasses.field(default_factory=Locks)
    running: Running = dataclasses.field(default_factory=Running)


class Operations(Protocol):
    """An object whose methods are operations."""

    @property
    def host(self) -> Host:
        """Where the operations run."""


@dataclasses.dataclass(frozen=True)
class Failure:
    """An operation that failed, for whoever tidies up after it."""

    host: Host
    context: RequestContext
    instance_uuid: str
    states: States
    error: Exception
    #: What the operation was given beside the server.
    arguments: Mapping[str, Any]

    def update_instance(self, **values: Any) -> None:
        """Change the server unless something else is being done to it."""
        instance_updates.update_instance(
            self.context, self.instance_uuid, self.states, **values
        )


Method = Callable[..., Any]
Cleanup = Callable[[Failure], None]


def clear_task(failure: Failure) -> None:
    """Leave the server as it was."""
    failure.update_instance(task_state=None)


def set_error(failure: Failure) -> None:
    """Leave the server in ERROR."""
    failure.update_instance(task_state=None, vm_state=VMState.ERROR)


def operation(
    states: States = None,
    cleanup: Cleanup | None = None,
    refusal: Cleanup | None = None,
    *,
    name: str | None = None,
    is_exclusive: bool = True,
) -> Callable[[Method], Method]:
    """Make a method the one that carries out a message about a server.

    It is called with a context and keywords, ``instance`` among them, and
    gets the server as it is now, not as it was when the message was sent.
    Exceptions go on, so that a caller who waits learns of them.

    :param cleanup: is called when the method failed
    :param refusal: is called when it was not begun, because the server is
        gone or in another task state
    :param name: of the event, without prefix; that of the method by default
    :param is_exclusive: whether other operations on the server have to wait
    """

    def decorate(method: Method) -> Method:
        event_name = f'compute_{name or method.__name__}'
        step = _Step(
            method, event_name, states, cleanup, refusal, is_exclusive
        )

        @functools.wraps(method)
        def wrapper(
            self: Operations,
            context: RequestContext,
            *,
            instance: Instance,
            **kwargs: Any,
        ) -> Any:
            return step.take(self, context, instance.uuid, kwargs)

        return wrapper

    return decorate


@dataclasses.dataclass(frozen=True)
class _Step:
    method: Method
    event_name: str
    states: States
    cleanup: Cleanup | None
    refusal: Cleanup | None
    is_exclusive: bool

    def take(
        self,
        operations: Operations,
        context: RequestContext,
        uuid: str,
        kwargs: dict[str, Any],
    ) -> Any:
        host = operations.host
        with self._lock(host, uuid), host.running.step(uuid, self.event_name):
            if action_events.is_repeated(
                context, uuid, self.event_name, host.name
            ):
                LOG.info('%s of %s was done before', self.event_name, uuid)
                return None
            return self._record(operations, context, uuid, kwargs)

    def _check_host(self, instance: Instance, host: str) -> None:
        # The message may have waited until the host was alive again.
        is_here = instance.host in (None, host)
        if self.event_name in AT_HOME and not is_here:
            raise exception.HostEvacuated(host=host)

    def _lock(
        self, host: Host, uuid: str
    ) -> contextlib.AbstractContextManager[None]:
        if self.is_exclusive:
            return host.locks.hold(uuid)
        return contextlib.nullcontext()

    def _record(
        self,
        operations: Operations,
        context: RequestContext,
        uuid: str,
        kwargs: dict[str, Any],
    ) -> Any:
        host = operations.host
        is_begun = False
        is_failure = functools.partial(self._is_failure, uuid)
        try:
            with action_events.recorded(
                context, uuid, self.event_name, host.name, is_failure
            ):
                instance = instance_updates.load_instance(context, uuid)
                instance_updates.check(instance, self.states)
                self._check_host(instance, host.name)
                is_begun = True
                with _fault(context, uuid, host.name, is_failure):
                    return self.method(
                        operations, context, instance=instance, **kwargs
                    )
        except Exception as error:
            # After the event has ended: as long as there is a task, whoever
            # settles things after a crash comes and looks.
            tidy_up = self.cleanup if is_begun else self.refusal
            if tidy_up is not None and is_failure(error):
                tidy_up(
                    Failure(host, context, uuid, self.states, error, kwargs)
                )
            raise

    def _is_failure(self, uuid: str, error: Exception) -> bool:
        """Tell whether an error ends the step.

        While the database is away, or no conductor answers, nobody can tell
        how far it has come. The host settles it later, as if it had died amid
        it; once.
        """
        is_outage = indirection.is_outage(error)
        return not is_outage or action_events.is_adopted(uuid, self.event_name)


@contextlib.contextmanager
def _fault(
    context: RequestContext,
    uuid: str,
    host: str,
    is_failure: Callable[[Exception], bool],
) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        if is_failure(error):
            action_events.record_fault(context, uuid, error, host)
        raise
