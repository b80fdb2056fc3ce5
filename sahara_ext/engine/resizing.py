# SPDX-License-Identifier: Apache-2.0
"""The instances that a cluster gains and loses when it is scaled."""

from collections.abc import Iterable, Mapping, Sequence
import dataclasses
from typing import Any

from sahara_ext import exception
from sahara_ext.engine import builders
from sahara_ext.objects.cluster import Cluster
from sahara_ext.objects.cluster_instance import ClusterInstance
from sahara_ext.objects.node_group import NodeGroup


@dataclasses.dataclass(frozen=True)
class Resizing:
    """The difference between what a cluster is and what it is to be.

    :param groups: new ones, with their instances
    :param instances: new ones of groups that exist
    :param counts: how many instances groups are to have, by id
    :param removing: ids of the instances that are to go
    """

    groups: Sequence[NodeGroup] = ()
    instances: Sequence[ClusterInstance] = ()
    counts: Mapping[str, int] = dataclasses.field(default_factory=dict)
    removing: Sequence[str] = ()

    @property
    def is_empty(self) -> bool:
        """True when nothing comes or goes."""
        return not (self.groups or self.instances or self.removing)

    @property
    def new_names(self) -> list[str]:
        """The names of all instances that come."""
        coming = [i for group in self.groups for i in group.instances]
        return [str(i.instance_name) for i in (*self.instances, *coming)]

    def groups_of(self, cluster: Cluster) -> list[NodeGroup]:
        """Return all groups ``cluster`` is to have."""
        return [*cluster.node_groups, *self.groups]

    def size_of(self, cluster: Cluster) -> int:
        """Return how many instances ``cluster`` is to have."""
        return sum(
            self.counts.get(group.id, group.count)
            for group in cluster.node_groups
        ) + sum(group.count for group in self.groups)


def resize(
    cluster: Cluster,
    counts: Mapping[str, int],
    additional: Iterable[Mapping[str, Any]],
    doomed: Mapping[str, Sequence[str]],
) -> Resizing:
    """Return the difference that resizes ``cluster``.

    :param counts: how many instances groups are to have, by name
    :param additional: values of new groups
    :param doomed: ids or names of instances that are the first to go, by
        the name of their group
    :raises NodeGroupNotFound: when there is no group of a name
    :raises InvalidConfiguration: when instances cannot go
    """
    groups = {group.name: group for group in cluster.node_groups}
    for name in (*counts, *doomed):
        if name not in groups:
            raise exception.NodeGroupNotFound(
                cluster_id=cluster.id, node_group=name
            )
    coming: list[ClusterInstance] = []
    going: list[str] = []
    for name, count in counts.items():
        group = groups[name]
        for instance in builders.instances(
            cluster, group, _numbers(group, count)
        ):
            instance.node_group_id = group.id
            coming.append(instance)
        going += _going(group, count, doomed.get(name, ()))
    return Resizing(
        [
            builders.node_group(cluster, values, position)
            for position, values in enumerate(additional, len(groups))
        ],
        coming,
        {groups[name].id: count for name, count in counts.items()},
        going,
    )


def _numbers(group: NodeGroup, count: int) -> range:
    first = 1 + max((each.position for each in group.instances), default=0)
    return range(first, first + max(0, count - len(group.instances)))


def _going(group: NodeGroup, count: int, doomed: Sequence[str]) -> list[str]:
    chosen = [
        instance
        for instance in group.instances
        if instance.id in doomed or instance.instance_name in doomed
    ]
    surplus = max(0, len(group.instances) - count)
    if len(chosen) != len(set(doomed)) or len(chosen) > surplus:
        raise exception.InvalidConfiguration(
            f'Node group {group.name} cannot lose these instances and have '
            f'{count} left: {", ".join(doomed)}.'
        )
    # After those, the youngest.
    others = [each for each in group.instances if each not in chosen]
    others.sort(key=lambda instance: -instance.position)
    return [instance.id for instance in [*chosen, *others][:surplus]]
