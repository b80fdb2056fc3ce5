# SPDX-License-Identifier: Apache-2.0
"""Rows for tests to find in the database."""

from collections.abc import Iterator
import datetime
from typing import Any
import uuid

from sahara_ext.db import models
from sahara_ext.objects.fields import ClusterStatus
from sahara_ext.objects.fields import InstanceState
from sahara_ext.objects.fields import StepType
from sahara_ext.tests import base

#: When what has no time of its own happened.
MOMENT = datetime.datetime.fromisoformat('2026-01-02T03:04:05.678901')
#: When the rest did.
LATER = MOMENT + datetime.timedelta(minutes=10)


def _new_id() -> str:
    return str(uuid.uuid4())


def cluster(**columns: Any) -> models.Cluster:
    """Return a cluster that no engine works on."""
    values: dict[str, Any] = {
        'id': _new_id(),
        'project_id': base.PROJECT,
        'user_id': base.USER,
        'name': f'cluster-{uuid.uuid4().hex[:12]}',
        'plugin_name': 'fake',
        'plugin_version': '0.1',
        'cluster_configs': {},
        'anti_affinity': [],
        'shares': [],
        'info': {},
        'status': ClusterStatus.ACTIVE,
        'created_at': MOMENT,
    }
    return models.Cluster(**values | columns)


def _group() -> dict[str, Any]:
    return {
        'id': _new_id(),
        'flavor_id': '1',
        'node_processes': ['datanode'],
        'node_configs': {},
        'security_groups': [],
        'shares': [],
        'created_at': MOMENT,
    }


def group(cluster_id: str, number: int = 0, **columns: Any) -> Any:
    """Return a node group of a cluster."""
    values = {
        **_group(),
        'cluster_id': cluster_id,
        'name': f'group{number}',
        'position': number,
        'count': 1,
    }
    return models.NodeGroup(**values | columns)


def instance(
    cluster_id: str, group_id: str, number: int = 1, **columns: Any
) -> models.ClusterInstance:
    """Return an instance of a node group that is up."""
    values: dict[str, Any] = {
        'id': _new_id(),
        'cluster_id': cluster_id,
        'node_group_id': group_id,
        'position': number,
        'instance_name': f'{group_id[:8]}-{number:03}',
        'instance_id': _new_id(),
        'internal_ip': '10.0.0.1',
        'management_ip': '198.51.100.1',
        'state': InstanceState.ACTIVE,
        'created_at': MOMENT,
    }
    return models.ClusterInstance(**values | columns)


def step(cluster_id: str, number: int = 1, **columns: Any) -> Any:
    """Return a step that is over, and went well."""
    values: dict[str, Any] = {
        'id': _new_id(),
        'cluster_id': cluster_id,
        'project_id': base.PROJECT,
        'operation_id': cluster_id,
        'step_name': f'Step {number}',
        'step_key': f'{cluster_id}{number}',
        'step_type': StepType.CREATING,
        'completed': 1,
        'total': 1,
        'successful': True,
        'started_at': MOMENT,
        'completed_at': LATER,
        'created_at': MOMENT,
        'updated_at': LATER,
    }
    return models.ClusterProvisionStep(**values | columns)


def event(step_id: str, number: int = 1, **columns: Any) -> Any:
    """Return the success of an instance."""
    values: dict[str, Any] = {
        'id': _new_id(),
        'step_id': step_id,
        'subject': str(number),
        'instance_name': f'instance-{number}',
        'successful': True,
        'counted': True,
        'created_at': MOMENT,
    }
    return models.ClusterEvent(**values | columns)


def node_group_template(**columns: Any) -> models.NodeGroupTemplate:
    """Return a template of node groups."""
    values = {
        **_group(),
        'project_id': base.PROJECT,
        'name': f'template-{uuid.uuid4().hex[:12]}',
        'plugin_name': 'fake',
        'plugin_version': '0.1',
    }
    return models.NodeGroupTemplate(**values | columns)


def cluster_template(**columns: Any) -> models.ClusterTemplate:
    """Return a template of clusters."""
    values: dict[str, Any] = {
        'id': _new_id(),
        'project_id': base.PROJECT,
        'name': f'template-{uuid.uuid4().hex[:12]}',
        'plugin_name': 'fake',
        'plugin_version': '0.1',
        'cluster_configs': {},
        'anti_affinity': [],
        'shares': [],
        'node_groups': [
            {
                'name': 'worker',
                'flavor_id': '1',
                'node_processes': ['datanode'],
                'count': 2,
            }
        ],
        'created_at': MOMENT,
    }
    return models.ClusterTemplate(**values | columns)


def image(image_id: str, **columns: Any) -> models.ImageRegistration:
    """Return what the project knows of an image."""
    values: dict[str, Any] = {
        'project_id': base.PROJECT,
        'image_id': image_id,
        'username': 'cloud-user',
        'tags': ['fake'],
        'created_at': MOMENT,
    }
    return models.ImageRegistration(**values | columns)


def whole_cluster(cluster_id: str, size: int, **columns: Any) -> Iterator[Any]:
    """Return the rows of a cluster with ``size`` of each part.

    Each step has as many events.
    """
    yield cluster(id=cluster_id, **columns)
    for number in range(size):
        part = group(cluster_id, number)
        yield part
        yield instance(cluster_id, part.id)
        begun = step(cluster_id, number)
        yield begun
        for count in range(size):
            yield event(begun.id, count, cluster_id=cluster_id)
