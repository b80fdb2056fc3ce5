# SPDX-License-Identifier: Apache-2.0
"""The progress of the work on a cluster in answers: steps and events.

Twice: ``provision_progress`` is what released clients read, so it has only
steps that have begun; ``provisioning_progress`` has all of them, and counts.
"""

import datetime
from typing import Any

from oslo_utils import timeutils

from ext_lib.wsgi import request
from ext_lib.wsgi import timestamps
from sahara_ext.api import microversions
from sahara_ext.objects.cluster import Cluster
from sahara_ext.objects.cluster_event import ClusterEvent
from sahara_ext.objects.fields import ClusterStatus
from sahara_ext.objects.provision_step import ClusterProvisionStep
from sahara_ext.progress.failure import without_traceback


def begun(
    req: request.Request,
    step: ClusterProvisionStep,
    with_events: bool,
    with_traceback: bool = False,
) -> dict[str, Any]:
    """Return a step that has begun, as released clients read it.

    :param with_traceback: whether events that are failures show it
    """
    # They take these two for the begin and the end.
    shown = {
        'created_at': timestamps.seconds(step.started_at),
        'updated_at': timestamps.seconds(_ended_at(step)),
        'id': step.id,
        'cluster_id': step.cluster_id,
        'tenant_id': step.project_id,
        'step_name': step.step_name,
        'step_type': step.step_type,
        'total': step.total or 0,
        'successful': step.successful,
    }
    if with_events:
        shown['events'] = [
            _event_of_step(event, with_traceback) for event in step.events
        ]
    return microversions.renamed(req, shown)


def show(step: ClusterProvisionStep) -> dict[str, Any]:
    """Return a step that is planned, running or over."""
    return {
        'id': step.id,
        'cluster_id': step.cluster_id,
        'step_name': step.step_name,
        'step_type': step.step_type,
        'completed': step.completed,
        'failed': step.failed,
        'total': step.total,
        'successful': step.successful,
        'duration': _duration(step),
        'started_at': timestamps.seconds(step.started_at),
        'completed_at': timestamps.seconds(step.completed_at),
        'created_at': timestamps.seconds(step.created_at),
        'updated_at': timestamps.seconds(step.updated_at),
    }


def show_all(cluster: Cluster) -> dict[str, Any]:
    """Return how far the work on a cluster is, with all its steps."""
    return {
        'id': cluster.id,
        'name': cluster.name,
        'status': cluster.status,
        'status_description': cluster.status_description or '',
        'updated_at': timestamps.seconds(cluster.updated_at),
        **of_cluster(cluster),
    }


def of_cluster(cluster: Cluster) -> dict[str, Any]:
    """Return all steps of a cluster, and how much of the work is done."""
    return {
        'provisioning_progress': [show(s) for s in cluster.provision_steps],
        'provisioning_percentage': percentage(cluster),
    }


def percentage(cluster: Cluster) -> int:
    """Return how much is done of what is done to a cluster last.

    Each step counts the same, and of one that runs, what it has completed.
    """
    steps = cluster.provision_steps
    last = [s for s in steps if s.operation_id == steps[-1].operation_id]
    if not last:
        return 100 if cluster.status == ClusterStatus.ACTIVE else 0
    return int(100 * sum(map(_part, last)) / len(last))


def _ended_at(step: ClusterProvisionStep) -> datetime.datetime | None:
    if step.completed_at is None and step.successful is False:
        return step.updated_at
    return step.completed_at


def _duration(step: ClusterProvisionStep) -> int | None:
    """Return how many seconds a step took, or has been running for."""
    if step.started_at is None:
        return None
    took = step.duration
    if took is None:
        took = timeutils.utcnow() - step.started_at
    return max(0, int(took.total_seconds()))


def _part(step: ClusterProvisionStep) -> float:
    if step.completed_at is not None and step.successful:
        return 1.0
    if not step.total:
        return 0.0
    return min(1.0, step.completed / step.total)


_PLAIN = (
    'node_group_id',
    'instance_id',
    'instance_name',
)


def _event_of_step(
    event: ClusterEvent, with_traceback: bool
) -> dict[str, Any]:
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


def show_event(event: ClusterEvent, with_traceback: bool) -> dict[str, Any]:
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
