# SPDX-License-Identifier: Apache-2.0
"""The parts of a Spark cluster: one master and at least one worker."""

from collections.abc import Iterable, Mapping, Sequence

from sahara_ext import exception
from sahara_ext.objects.cluster import Cluster
from sahara_ext.objects.cluster_instance import ClusterInstance
from sahara_ext.objects.node_group import NodeGroup
from sahara_ext.plugins.spark import settings


def running(cluster: Cluster, process: str) -> list[ClusterInstance]:
    """Return the instances that run a process."""
    return [
        instance
        for group in cluster.node_groups
        if process in group.node_processes
        for instance in group.instances
    ]


def workers_of(
    cluster: Cluster, instances: Iterable[ClusterInstance]
) -> list[ClusterInstance]:
    """Return those of some instances that run a worker."""
    ids = {each.id for each in running(cluster, settings.WORKER)}
    return [each for each in instances if each.id in ids]


def master_of(cluster: Cluster) -> ClusterInstance:
    """Return the instance that runs the master."""
    return running(cluster, settings.MASTER)[0]


def check(
    groups: Sequence[NodeGroup], counts: Mapping[str, int] | None = None
) -> None:
    """Refuse a cluster without exactly one master and at least one worker.

    :param counts: how many instances groups are to have, by id; others have
        what they say
    :raises InvalidConfiguration: otherwise
    """
    masters = _count(groups, counts or {}, settings.MASTER)
    if masters != 1:
        raise exception.InvalidConfiguration(
            f'A Spark cluster has one master, not {masters}.'
        )
    if not _count(groups, counts or {}, settings.WORKER):
        raise exception.InvalidConfiguration(
            'A Spark cluster needs at least one worker.'
        )


def _count(
    groups: Sequence[NodeGroup], counts: Mapping[str, int], process: str
) -> int:
    return sum(
        counts.get(group.id, group.count) if 'id' in group else group.count
        for group in groups
        if process in group.node_processes
    )
