# SPDX-License-Identifier: Apache-2.0
"""Clusters whose steps tests report to, and what became of them."""

from collections.abc import Iterator
from typing import Any
import uuid

import sqlalchemy as sa

from ext_lib.context import get_admin_context
from ext_lib.context import RequestContext
from sahara_ext.db import models
from sahara_ext.db.facade import facade
from sahara_ext.objects.cluster_instance import ClusterInstance
from sahara_ext.objects.provision_step import ClusterProvisionStep
from sahara_ext.progress import Progress
from sahara_ext.tests import base


def cluster(context: RequestContext) -> str:
    """Store a cluster without anything; return its id."""
    row = models.Cluster(
        id=str(uuid.uuid4()),
        project_id=base.PROJECT,
        name=f'cluster-{uuid.uuid4().hex[:8]}',
        plugin_name='fake',
        plugin_version='0.1',
        status='Spawning',
    )
    base.add(context, row)
    return str(row.id)


def progress(cluster_id: str, **settings: Any) -> Progress:
    """Return the progress of a new operation."""
    values = {'operation_id': str(uuid.uuid4()), 'step_type': 'creating'}
    return Progress(get_admin_context(), cluster_id, **{**values, **settings})


def instance(number: int) -> ClusterInstance:
    """Return an instance that is not stored; a number has always the same."""
    return ClusterInstance(
        id=str(uuid.UUID(int=number)),
        node_group_id=str(uuid.UUID(int=0)),
        instance_id=str(uuid.UUID(int=2**64 + number)),
        instance_name=f'cluster-worker-{number:03}',
    )


def instances(count: int) -> Iterator[ClusterInstance]:
    """Return instances that are not stored."""
    return map(instance, range(1, count + 1))


def state(step_id: str) -> ClusterProvisionStep:
    """Return a step as others see it."""
    return ClusterProvisionStep.get_by_id(get_admin_context(), step_id)


@facade.reader
def _events(context: Any, step_id: str) -> Any:
    event = models.ClusterEvent
    return list(
        context.session.scalars(
            sa.select(event)
            .where(event.step_id == step_id)
            .order_by(event.sequence)
        )
    )


def events(step_id: str) -> Any:
    """Return the rows of a step's events, the oldest first."""
    return _events(get_admin_context(), step_id)


@facade.writer
def _destroy(context: Any, cluster_id: str) -> None:
    context.session.execute(
        sa.delete(models.Cluster).where(models.Cluster.id == cluster_id)
    )


def destroy(cluster_id: str) -> None:
    """Delete a cluster, and whatever it has, at once."""
    _destroy(get_admin_context(), cluster_id)
