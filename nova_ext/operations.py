# SPDX-License-Identifier: Apache-2.0
"""The table of operations: action, states, steps and failure of each.

An *operation* is the work on a server that a request asks for; its record is
an instance action. It consists of *steps*, each recorded as an event of that
action by the service that takes it. All code that depends on which state or
step belongs to which operation uses this table.
"""

from collections.abc import Iterator, Mapping, Sequence
import dataclasses
from typing import Any

from nova_ext import step_types as steps
from nova_ext.objects.fields import ActionName
from nova_ext.objects.fields import MigrationType
from nova_ext.objects.fields import TaskState
from nova_ext.objects.instance import Instance
from nova_ext.step_types import StepPlace
from nova_ext.step_types import StepType

_COLD = (MigrationType.MIGRATION, MigrationType.RESIZE)


@dataclasses.dataclass(frozen=True)
class State:
    """A task state that an operation goes through.

    :param is_reversible: whether a server whose operation was interrupted
        in this state is as it was before; else it is in ERROR
    :param resent: step whose message is sent again if it was lost; None if
        the operation fails then
    """

    name: str
    is_reversible: bool = False
    resent: StepType | None = None


@dataclasses.dataclass(frozen=True)
class Operation:
    """One row of the table.

    :param action: an ActionName, as instance actions show it
    :param states: in order
    :param steps: in order
    :param migration_types: of the migration it is about, if there is one
    :param arguments: constant arguments of its messages
    :param continued_by: action whose states may follow the last one
    :param is_steering: whether it concerns a live migration under way
    """

    action: str
    states: tuple[State, ...] = ()
    steps: tuple[StepType, ...] = ()
    migration_types: tuple[str, ...] = ()
    arguments: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    continued_by: str | None = None
    is_steering: bool = False

    def has_state(self, task_state: str | None) -> bool:
        """Return whether a server goes through a task state in it."""
        return any(state.name == task_state for state in self.states)


def _single(
    action: str, step: StepType, is_reversible: bool = True
) -> Operation:
    """Return an operation of one step, on the server's host."""
    states = (State(s, is_reversible, step) for s in step.task_states or ())
    return Operation(action, tuple(states), (step,))


def _reboot(reboot_type: str, *task_states: str) -> Operation:
    return Operation(
        ActionName.REBOOT,
        tuple(State(name, True, steps.REBOOT) for name in task_states),
        (steps.REBOOT,),
        arguments={'reboot_type': reboot_type},
    )


_RESIZED = Operation(
    ActionName.RESIZE,
    (
        State(TaskState.RESIZE_PREP, is_reversible=True),
        State(TaskState.RESIZE_MIGRATING, is_reversible=True),
        State(TaskState.RESIZE_MIGRATED),
        State(TaskState.RESIZE_FINISH),
    ),
    (
        steps.MIGRATE,
        steps.COLD_MIGRATE,
        steps.PREP_RESIZE,
        steps.RESIZE,
        steps.FINISH_RESIZE,
    ),
    _COLD,
)
_REBUILT = Operation(
    ActionName.REBUILD,
    tuple(map(State, steps.REBUILD_STATES)),
    (steps.REBUILD_SERVER, steps.REBUILD),
    (MigrationType.EVACUATION,),
    continued_by=ActionName.STOP,
)

#: All operations; a reboot has a row for each way to do it.
OPERATIONS = (
    Operation(
        ActionName.CREATE,
        (
            State(TaskState.SCHEDULING, resent=steps.SCHEDULE),
            State(TaskState.SPAWNING, resent=steps.BUILD),
        ),
        (steps.SCHEDULE, steps.BUILD),
    ),
    Operation(
        ActionName.DELETE,
        (State(TaskState.DELETING, resent=steps.TERMINATE),),
        (steps.TERMINATE,),
    ),
    _single(ActionName.START, steps.START),
    _single(ActionName.STOP, steps.STOP),
    _reboot('SOFT', TaskState.REBOOTING, TaskState.REBOOT_STARTED),
    _reboot('HARD', TaskState.REBOOTING_HARD, TaskState.REBOOT_STARTED_HARD),
    _single(ActionName.PAUSE, steps.PAUSE),
    _single(ActionName.UNPAUSE, steps.UNPAUSE),
    _single(ActionName.SUSPEND, steps.SUSPEND, is_reversible=False),
    _single(ActionName.RESUME, steps.RESUME, is_reversible=False),
    _RESIZED,
    dataclasses.replace(_RESIZED, action=ActionName.MIGRATE),
    Operation(
        ActionName.CONFIRM_RESIZE,
        steps=(steps.CONFIRM_RESIZE,),
    ),
    Operation(
        ActionName.REVERT_RESIZE,
        (State(TaskState.RESIZE_REVERTING, resent=steps.REVERT_RESIZE),),
        (steps.REVERT_RESIZE, steps.FINISH_REVERT_RESIZE),
        _COLD,
        continued_by=ActionName.STOP,
    ),
    _REBUILT,
    dataclasses.replace(_REBUILT, action=ActionName.EVACUATE),
    Operation(
        ActionName.LIVE_MIGRATION,
        (State(TaskState.MIGRATING, is_reversible=True),),
        (
            steps.LIVE_MIGRATE,
            steps.CHECK_DESTINATION,
            steps.CHECK_SOURCE,
            steps.LIVE_MIGRATION,
            steps.PRE_LIVE_MIGRATION,
            steps.POST_LIVE_MIGRATION,
            steps.ROLLBACK_LIVE_MIGRATION,
        ),
        (MigrationType.LIVE_MIGRATION,),
    ),
    Operation(
        ActionName.LIVE_MIGRATION_FORCE_COMPLETE,
        steps=(steps.FORCE_COMPLETE,),
        is_steering=True,
    ),
    Operation(
        ActionName.LIVE_MIGRATION_CANCEL,
        steps=(steps.ABORT,),
        is_steering=True,
    ),
    Operation(ActionName.LOCK, steps=(steps.LOCK,)),
    Operation(ActionName.UNLOCK, steps=(steps.UNLOCK,)),
    Operation(ActionName.RESET_STATE),
)

#: The states a server goes through, by name.
STATES = {
    state.name: state for operation in OPERATIONS for state in operation.states
}

#: Actions about a live migration under way.
STEERING = tuple(row.action for row in OPERATIONS if row.is_steering)

#: Steps of compute hosts, by the name of the event.
HOST_STEPS = {
    step.event: step
    for operation in OPERATIONS
    for step in operation.steps
    if step.place not in (StepPlace.API, StepPlace.CONDUCTOR)
}


def _first_on_host() -> Iterator[tuple[str | None, str]]:
    for operation in OPERATIONS:
        first = next(
            (
                step
                for step in operation.steps
                if step.event in HOST_STEPS and not step.is_part
            ),
            None,
        )
        for step in operation.steps:
            # Scheduling is recorded only when it has failed.
            is_waiting = step.place is StepPlace.CONDUCTOR and (
                step is not steps.SCHEDULE
            )
            if is_waiting and first is not None:
                yield step.event, first.event


#: The first step of a host after each step of a conductor, by event.
FIRST_ON_HOST = dict(_first_on_host())

#: Events of steps that no compute host takes.
CONDUCTOR_EVENTS = frozenset({steps.SCHEDULE.event, *FIRST_ON_HOST})


def actions_of(task_state: str | None) -> list[str]:
    """Return the names of the actions that a task state may be part of."""
    begun = [row.action for row in OPERATIONS if row.has_state(task_state)]
    continued = [row.action for row in OPERATIONS if row.continued_by in begun]
    return begun + continued


def migration_types_of(task_state: str | None) -> Sequence[str]:
    """Return the types of the migration that a task state is about."""
    return next(
        (
            row.migration_types
            for row in OPERATIONS
            if row.has_state(task_state)
        ),
        (),
    )


def is_reversible(task_state: str | None) -> bool:
    """Return whether a server interrupted there is as it was before."""
    state = STATES.get(str(task_state))
    return state is not None and state.is_reversible


def arguments_of(step: StepType, task_state: str | None) -> dict[str, Any]:
    """Return the constant arguments of a step of a server in a state."""
    rows = [row for row in OPERATIONS if step in row.steps]
    found = (row for row in rows if row.has_state(task_state))
    return dict(next(found, rows[0]).arguments)


def events_of(action: str) -> list[str]:
    """Return the events of an action in order, without parts of steps."""
    found = (row for row in OPERATIONS if row.action == action and row.steps)
    row = next(found, None)
    if row is None:
        # Of nova, or without steps.
        return [f'compute_{action}_instance']
    return [step.event for step in row.steps if not step.is_part]


def is_done(step: StepType, instance: Instance, host: str) -> bool:
    """Return whether only the end of an open step was not recorded.

    :param host: that began the step
    """
    if step.is_done is not None:
        return step.is_done(instance, host)
    is_result = instance.vm_state in step.done_in
    if step.is_resumed:
        return is_result and instance.task_state is None
    return is_result or _is_beyond(step, instance.task_state)


def _is_beyond(step: StepType, task_state: str | None) -> bool:
    row = next(row for row in OPERATIONS if step in row.steps)
    names = [state.name for state in row.states]
    last = (step.task_states or names)[-1]
    return task_state in names[names.index(last) + 1 :]
