# SPDX-License-Identifier: Apache-2.0
"""Types of steps, as events of instance actions record them."""

from collections.abc import Callable
import dataclasses
import enum
from typing import Any

from nova_ext.objects.fields import TaskState
from nova_ext.objects.fields import VMState
from nova_ext.objects.instance import Instance


class StepPlace(enum.Enum):
    """The service that takes a step."""

    API = 'api'
    CONDUCTOR = 'conductor'
    #: The host that the server is on, and no other.
    INSTANCE_HOST = 'host of the server'
    SOURCE = 'source of the migration'
    DESTINATION = 'destination of the migration'


@dataclasses.dataclass(frozen=True)
class StepType:
    """A step, as it is in every operation that it belongs to.

    :param method: of the manager on ``place``; RPC sends it by this name
        unless the step is part of another
    :param place: where it runs
    :param task_states: of which the server has one when the step begins; None
        for any
    :param done_in: vm_states of a server whose open step is done, so that
        only its end was not recorded
    :param is_done: the same where the vm_state is not enough; takes the
        server and the host that began the step
    :param is_resumed: whether a host that finds it open takes it again
    :param needs: arguments of its message beside the server
    :param is_part: whether another step waits for it
    :param event_name: how events show it; ``compute_<method>`` by default
    """

    method: str
    place: StepPlace
    task_states: tuple[str, ...] | None = None
    done_in: tuple[str, ...] = ()
    is_done: Callable[[Instance, str], bool] | None = None
    is_resumed: bool = False
    needs: tuple[str, ...] = ()
    is_part: bool = False
    event_name: str = ''

    @property
    def is_move(self) -> bool:
        """Return whether it is a step of a move that is never resumed."""
        shows_end = bool(self.done_in) or self.is_done is not None
        return shows_end and not self.is_resumed

    @property
    def event(self) -> str:
        """Return the name that events show."""
        return self.event_name or f'compute_{self.method}'


REBOOT_STATES = (
    TaskState.REBOOTING,
    TaskState.REBOOT_STARTED,
    TaskState.REBOOTING_HARD,
    TaskState.REBOOT_STARTED_HARD,
)
REBUILD_STATES = (TaskState.REBUILDING, TaskState.REBUILD_SPAWNING)
_MOVED = (VMState.ACTIVE, VMState.STOPPED)


def _is_rebuilt(instance: Instance, host: str) -> bool:
    return (
        instance.task_state in (None, TaskState.POWERING_OFF)
        and instance.host == host
    )


def _has_left(instance: Instance, host: str) -> bool:
    return instance.host != host


def _on_host(
    method: str, task_state: str, done_in: str, **values: Any
) -> StepType:
    return StepType(
        method,
        StepPlace.INSTANCE_HOST,
        (task_state,),
        (done_in,),
        is_resumed=True,
        **values,
    )


#: As in nova, it is recorded only when it fails.
SCHEDULE = StepType(
    'schedule_and_build_instances',
    StepPlace.CONDUCTOR,
    (TaskState.SCHEDULING,),
    event_name='conductor_schedule_and_build_instances',
)
BUILD = _on_host(
    'build_and_run_instance',
    TaskState.SPAWNING,
    VMState.ACTIVE,
    event_name='compute__do_build_and_run_instance',
)
#: It is done if the server is deleted; no state shows that.
TERMINATE = StepType(
    'terminate_instance', StepPlace.INSTANCE_HOST, is_resumed=True
)

START = _on_host('start_instance', TaskState.POWERING_ON, VMState.ACTIVE)
STOP = _on_host('stop_instance', TaskState.POWERING_OFF, VMState.STOPPED)
PAUSE = _on_host('pause_instance', TaskState.PAUSING, VMState.PAUSED)
UNPAUSE = _on_host('unpause_instance', TaskState.UNPAUSING, VMState.ACTIVE)
SUSPEND = _on_host('suspend_instance', TaskState.SUSPENDING, VMState.SUSPENDED)
RESUME = _on_host('resume_instance', TaskState.RESUMING, VMState.ACTIVE)
REBOOT = StepType(
    'reboot_instance',
    StepPlace.INSTANCE_HOST,
    REBOOT_STATES,
    (VMState.ACTIVE,),
    is_resumed=True,
    needs=('reboot_type',),
)

MIGRATE = StepType(
    'migrate_server',
    StepPlace.CONDUCTOR,
    event_name='conductor_migrate_server',
)
COLD_MIGRATE = StepType(
    'cold_migrate',
    StepPlace.CONDUCTOR,
    is_part=True,
    event_name='cold_migrate',
)
PREP_RESIZE = StepType(
    'prep_resize',
    StepPlace.DESTINATION,
    (TaskState.RESIZE_PREP,),
    (VMState.RESIZED,),
    needs=('migration', 'size'),
)
RESIZE = StepType(
    'resize_instance',
    StepPlace.SOURCE,
    (
        TaskState.RESIZE_PREP,
        TaskState.RESIZE_MIGRATING,
        TaskState.RESIZE_MIGRATED,
    ),
    (VMState.RESIZED,),
    needs=('migration', 'size'),
)
FINISH_RESIZE = StepType(
    'finish_resize',
    StepPlace.DESTINATION,
    (TaskState.RESIZE_MIGRATED, TaskState.RESIZE_FINISH),
    (VMState.RESIZED,),
    needs=('migration', 'size'),
)
CONFIRM_RESIZE = StepType(
    'confirm_resize',
    StepPlace.SOURCE,
    done_in=_MOVED,
    is_resumed=True,
    needs=('migration',),
)
REVERT_RESIZE = StepType(
    'revert_resize',
    StepPlace.DESTINATION,
    (TaskState.RESIZE_REVERTING,),
    _MOVED,
    is_resumed=True,
    needs=('migration',),
)
FINISH_REVERT_RESIZE = dataclasses.replace(
    REVERT_RESIZE, method='finish_revert_resize', place=StepPlace.SOURCE
)

REBUILD_SERVER = StepType(
    'rebuild_instance', StepPlace.CONDUCTOR, event_name='rebuild_server'
)
REBUILD = StepType(
    'rebuild_instance',
    StepPlace.DESTINATION,
    REBUILD_STATES,
    is_done=_is_rebuilt,
    needs=('migration',),
)

LIVE_MIGRATE = StepType(
    'live_migrate_instance',
    StepPlace.CONDUCTOR,
    event_name='conductor_live_migrate_instance',
)


def _live(method: str, place: StepPlace, **values: Any) -> StepType:
    return StepType(method, place, (TaskState.MIGRATING,), **values)


CHECK_DESTINATION = _live(
    'check_can_live_migrate_destination', StepPlace.DESTINATION, is_part=True
)
CHECK_SOURCE = _live(
    'check_can_live_migrate_source', StepPlace.SOURCE, is_part=True
)
LIVE_MIGRATION = _live(
    'live_migration', StepPlace.SOURCE, is_done=_has_left, needs=('migration',)
)
PRE_LIVE_MIGRATION = _live(
    'pre_live_migration', StepPlace.DESTINATION, is_part=True
)
POST_LIVE_MIGRATION = _live(
    'post_live_migration_at_destination', StepPlace.DESTINATION, is_part=True
)
ROLLBACK_LIVE_MIGRATION = StepType(
    'rollback_live_migration_at_destination',
    StepPlace.DESTINATION,
    is_part=True,
)
FORCE_COMPLETE = _live(
    'live_migration_force_complete', StepPlace.SOURCE, needs=('migration',)
)
ABORT = _live('live_migration_abort', StepPlace.SOURCE, needs=('migration',))

LOCK = StepType('lock', StepPlace.API, event_name='api_lock')
UNLOCK = StepType('unlock', StepPlace.API, event_name='api_unlock')
