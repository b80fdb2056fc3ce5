# SPDX-License-Identifier: Apache-2.0
"""What happened in a step, as answers show it."""

from typing import Any

from ext_lib.wsgi import timestamps
from sahara_ext.objects.cluster_event import ClusterEvent

_PLAIN = (
    'node_group_id',
    'instance_id',
    'instance_name',
    'event_info',
    'successful',
)


def of_step(event: ClusterEvent) -> dict[str, Any]:
    """Return an event as a part of its step, as released clients read it."""
    return {
        'created_at': timestamps.seconds(event.created_at),
        'updated_at': timestamps.seconds(event.updated_at),
        'id': event.id,
        **{name: getattr(event, name) for name in _PLAIN},
        'step_id': event.step_id,
    }


def show(event: ClusterEvent) -> dict[str, Any]:
    """Return an event that stands for itself."""
    return {
        'id': event.id,
        'cluster_id': event.cluster_id,
        'node_group_id': event.node_group_id,
        'instance_id': event.instance_id,
        'instance_name': event.instance_name,
        'provisioning_step_id': event.step_id,
        'event_info': event.event_info,
        'error_id': event.error_id,
        'successful': event.successful,
        'created_at': timestamps.seconds(event.created_at),
    }
