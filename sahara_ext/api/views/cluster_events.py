# SPDX-License-Identifier: Apache-2.0
"""The events of a step in answers."""

from typing import Any

from ext_lib.wsgi import timestamps
from sahara_ext.objects.cluster_event import ClusterEvent
from sahara_ext.progress.failure import without_traceback

_PLAIN = (
    'node_group_id',
    'instance_id',
    'instance_name',
)


def of_step(event: ClusterEvent, with_traceback: bool) -> dict[str, Any]:
    """Return an event as a part of its step, as released clients read it.

    :param with_traceback: whether a failure shows it
    """
    return {
        'created_at': timestamps.seconds(event.created_at),
        'updated_at': timestamps.seconds(event.updated_at),
        'id': event.id,
        **{name: getattr(event, name) for name in _PLAIN},
        'event_info': _info(event, with_traceback),
        'successful': event.successful,
        'step_id': event.step_id,
    }


def show(event: ClusterEvent, with_traceback: bool) -> dict[str, Any]:
    """Return an event that stands for itself.

    :param with_traceback: whether a failure shows it
    """
    return {
        'id': event.id,
        'cluster_id': event.cluster_id,
        'node_group_id': event.node_group_id,
        'instance_id': event.instance_id,
        'instance_name': event.instance_name,
        'provisioning_step_id': event.step_id,
        'event_info': _info(event, with_traceback),
        'error_id': event.error_id,
        'successful': event.successful,
        'created_at': timestamps.seconds(event.created_at),
    }


def _info(event: ClusterEvent, with_traceback: bool) -> str | None:
    info: str | None = event.event_info
    if info is None or event.successful or with_traceback:
        return info
    return without_traceback(info, event.error_id)
