# SPDX-License-Identifier: Apache-2.0
"""Decorator of the methods by which a compute host takes steps.

A step has the server for itself, is taken once for each message, is recorded
as an event, and leaves no task state behind when it fails.
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
from nova_ext.action_events import Step
from nova_ext.instance_updates import States
from nova_ext.objects.fields import MigrationStatus
from nova_ext.objects.fields import VMState
from nova_ext.objects.instance import Instance
from nova_ext.objects.migration import Migration
from nova_ext.rpcapi.compute import ComputeAPI
from nova_ext.step_types import StepPlace
from nova_ext.step_types import StepType
from nova_ext.virt.driver import ComputeDriver

LOG = logging.getLogger(__name__)


class Locks:
    """A lock per server, kept only while it is held or waited for."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._locks: dict[str, tuple[Any, int]] = {}

    @contextlib.contextmanager
    def hold(self, uuid: str) -> Iterator[None]:
        """Hold the lock of a server, which is reentrant."""
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


class RunningSteps:
    """The steps that threads of this process are taking."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._counts: collections.Counter[tuple[str, str]] = (
            collections.Counter()
        )
        self._watches: list[set[tuple[str, str]]] = []

    @contextlib.contextmanager
    def step(self, uuid: str, event_name: str) -> Iterator[None]:
        """Count the block as a step of a server."""
        self.add(uuid, event_name)
        try:
            yield
        finally:
            self.remove(uuid, event_name)

    def add(self, uuid: str, event_name: str) -> None:
        """Count a step."""
        with self._guard:
            self._counts[uuid, event_name] += 1
            for watch in self._watches:
                watch.add((uuid, event_name))

    def remove(self, uuid: str, event_name: str) -> None:
        """Stop counting a step."""
        with self._guard:
            self._counts[uuid, event_name] -= 1
            # Drop the counts that are not positive.
            self._counts += collections.Counter()

    @contextlib.contextmanager
    def watched(self) -> Iterator[set[tuple[str, str]]]:
        """Collect the steps that run at any time during the block.

        :returns: pairs of a server's uuid and an event name
        """
        with self._guard:
            watch = set(self._counts)
            self._watches.append(watch)
        try:
            yield watch
        finally:
            with self._guard:
                self._watches = [w for w in self._watches if w is not watch]


@dataclasses.dataclass(frozen=True)
class Host:
    """The parts that all steps of one compute host share.

    :param name: of the service, and of its only hypervisor
    """

    name: str
    driver: ComputeDriver
    rpcapi: ComputeAPI
    locks: Locks = dataclasses.field(default_factory=Locks)
    running: RunningSteps = dataclasses.field(default_factory=RunningSteps)

    def prepare_move_here(self, migration: Migration) -> None:
        """Store that this host is the destination of a migration."""
        migration.dest_compute = migration.dest_node = self.name
        migration.dest_host = self.driver.get_host_ip_addr()
        instance_updates.set_status(migration, MigrationStatus.PRE_MIGRATING)


class HostSteps(Protocol):
    """An object whose methods take steps."""

    @property
    def host(self) -> Host:
        """Host that takes the steps."""


@dataclasses.dataclass(frozen=True)
class Failure:
    """A step that failed, with all that its cleanup needs."""

    host: Host
    context: RequestContext
    instance_uuid: str
    states: States
    error: Exception
    #: Of the method, beside the server.
    arguments: Mapping[str, Any]

    def update_instance(self, **values: Any) -> None:
        """Change the server, unless its task state is another by now."""
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


def host_step(
    step_type: StepType,
    cleanup: Cleanup | None = None,
    refusal: Cleanup | None = None,
    *,
    is_exclusive: bool = True,
) -> Callable[[Method], Method]:
    """Return a decorator for the method that takes a step of a server.

    The method is called with a context and keywords, ``instance`` among them,
    and gets the server as it is now, not as it was when the message was sent.
    Exceptions are raised again, for a caller that waits for an answer.
    Recovery passes ``step``, an open one that is to be resumed.

    :param step_type: as in the table of operations
    :param cleanup: is called when the method has failed
    :param refusal: is called when it was not begun, because the server is
        deleted or in another task state
    :param is_exclusive: whether other steps of the server have to wait
    """

    def decorate(method: Method) -> Method:
        runner = _StepRunner(method, step_type, cleanup, refusal, is_exclusive)

        @functools.wraps(method)
        def wrapper(
            self: HostSteps,
            context: RequestContext,
            *,
            instance: Instance,
            step: Step | None = None,
            **kwargs: Any,
        ) -> Any:
            step = step or Step(
                context, instance.uuid, step_type.event, self.host.name
            )
            return runner.run(self, step, kwargs)

        return wrapper

    return decorate


@dataclasses.dataclass(frozen=True)
class _StepRunner:
    method: Method
    step_type: StepType
    cleanup: Cleanup | None
    refusal: Cleanup | None
    is_exclusive: bool

    def run(self, steps: HostSteps, step: Step, kwargs: dict[str, Any]) -> Any:
        host, uuid = steps.host, step.instance_uuid
        with self._lock(host, uuid), host.running.step(uuid, step.name):
            if step.is_repeated():
                LOG.info(
                    'Instance %s: %s is repeated, ignored', uuid, step.name
                )
                return None
            return self._record(steps, step, kwargs)

    def _check_host(self, instance: Instance, host: str) -> None:
        # The message may have been in the queue while the host was down.
        is_here = instance.host in (None, host)
        if self.step_type.place is StepPlace.INSTANCE_HOST and not is_here:
            raise exception.HostEvacuated(host=host)

    def _lock(
        self, host: Host, uuid: str
    ) -> contextlib.AbstractContextManager[None]:
        if self.is_exclusive:
            return host.locks.hold(uuid)
        return contextlib.nullcontext()

    def _record(
        self, steps: HostSteps, step: Step, kwargs: dict[str, Any]
    ) -> Any:
        host, context = steps.host, step.context
        uuid, states = step.instance_uuid, self.step_type.task_states
        is_begun = False
        is_failure = functools.partial(_is_failure, step)
        try:
            with step.recorded(is_failure):
                instance = instance_updates.load_instance(context, uuid)
                instance_updates.check(instance, states)
                self._check_host(instance, host.name)
                is_begun = True
                with action_events.fault_recorded(
                    context, uuid, host.name, is_failure
                ):
                    return self.method(
                        steps, context, instance=instance, **kwargs
                    )
        except Exception as error:
            # The event has ended already: as long as there is a task state,
            # recovery after a crash examines the server.
            clean_up = self.cleanup if is_begun else self.refusal
            if clean_up is not None and is_failure(error):
                clean_up(Failure(host, context, uuid, states, error, kwargs))
            raise


def _is_failure(step: Step, error: Exception) -> bool:
    """Return whether an error ends the step.

    When the database is unreachable, or no conductor answers, it is unknown
    how far the step has come: it stays open, and the host resumes it later,
    once.
    """
    return step.is_resumed or not indirection.is_outage(error)
