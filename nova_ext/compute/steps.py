# SPDX-License-Identifier: Apache-2.0
"""What a host that comes back has to know of the steps it may have begun."""

from collections.abc import Callable, Collection, Sequence
import dataclasses
from typing import Any

from ext_lib.context import RequestContext
from nova_ext.compute import rebuild
from nova_ext.objects.fields import ActionName
from nova_ext.objects.fields import TaskState
from nova_ext.objects.fields import VMState
from nova_ext.objects.instance import Instance

#: Tasks of a server that its old host is giving away, or has given.
_GIVEN_AWAY = (
    TaskState.RESIZE_PREP,
    TaskState.RESIZE_MIGRATING,
    TaskState.RESIZE_MIGRATED,
)

#: Tasks of a server whose move has gone beyond its preparation.
_UNDER_WAY = (
    TaskState.RESIZE_MIGRATING,
    TaskState.RESIZE_MIGRATED,
    TaskState.RESIZE_FINISH,
)

#: What concerns a running live migration.
STEERING = (
    ActionName.LIVE_MIGRATION_FORCE_COMPLETE,
    ActionName.LIVE_MIGRATION_CANCEL,
)


def _no_arguments(
    context: RequestContext, instance: Instance
) -> dict[str, Any]:
    return {}


@dataclasses.dataclass(frozen=True)
class Repeatable:
    """An operation that may be done again.

    :param results: vm_states of which a server has one when it is done; none
        when only its absence would tell
    :param arguments: returns what the operation takes beside the server
    """

    method: Callable[..., None]
    results: Collection[str]
    arguments: Callable[[RequestContext, Instance], dict[str, Any]] = (
        _no_arguments
    )

    def is_done(self, instance: Instance) -> bool:
        """Tell whether only the end was not recorded."""
        return (
            instance.task_state is None and instance.vm_state in self.results
        )


@dataclasses.dataclass(frozen=True)
class Move:
    """A step that is not done again.

    :param states: task states of a server amid the step
    :param is_done: tells of a server and this host whether only the end was
        not recorded
    """

    states: Sequence[str]
    is_done: Callable[[Instance, str], bool]


MOVES = {
    'compute_prep_resize': Move(
        [TaskState.RESIZE_PREP],
        lambda instance, host: (
            instance.vm_state == VMState.RESIZED
            or instance.task_state in _UNDER_WAY
        ),
    ),
    'compute_resize_instance': Move(
        _GIVEN_AWAY,
        lambda instance, host: (
            instance.vm_state == VMState.RESIZED
            or instance.task_state == TaskState.RESIZE_FINISH
        ),
    ),
    'compute_finish_resize': Move(
        [TaskState.RESIZE_MIGRATED, TaskState.RESIZE_FINISH],
        lambda instance, host: instance.vm_state == VMState.RESIZED,
    ),
    'compute_live_migration': Move(
        [TaskState.MIGRATING],
        lambda instance, host: instance.host != host,
    ),
    'compute_rebuild_instance': Move(
        rebuild.STATES,
        lambda instance, host: (
            instance.task_state in (None, TaskState.POWERING_OFF)
            and instance.host == host
        ),
    ),
}
