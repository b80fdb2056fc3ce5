# SPDX-License-Identifier: Apache-2.0
"""Clusters as they are to be, new or resized, from what users say of them."""

from collections.abc import Iterable, Mapping, Sequence
import dataclasses
from typing import Any, TypeVar

from ext_lib.context import RequestContext
from sahara_ext import exception
from sahara_ext.objects.cluster import Cluster
from sahara_ext.objects.cluster_instance import ClusterInstance
from sahara_ext.objects.fields import ClusterStatus
from sahara_ext.objects.fields import InstanceState
from sahara_ext.objects.node_group import NodeGroup

_Object = TypeVar('_Object', Cluster, NodeGroup, ClusterInstance)

_GROUPS = 'node_groups'
#: What only the database knows.
_STORED = ('created_at', 'updated_at')


def names(name: str, count: int | None) -> list[str]:
    """Return the names of ``count`` clusters that are made at once.

    :param count: None for one that needs no number
    """
    if count is None:
        return [name]
    width = len(str(count))
    return [f'{name}-{number:0{width}}' for number in range(1, count + 1)]


def cluster(
    context: RequestContext, values: Mapping[str, Any], name: str
) -> Cluster:
    """Return a cluster of the caller's, not stored yet, with all its parts.

    :param values: of fields, and of ``node_groups``
    """
    draft = complete(
        Cluster(context),
        {
            **{key: values[key] for key in values if key != _GROUPS},
            'name': name,
            'project_id': context.project_id,
            'user_id': context.user_id,
            'status': ClusterStatus.VALIDATING,
        },
    )
    draft.node_groups = [
        node_group(draft, group, position)
        for position, group in enumerate(values[_GROUPS])
    ]
    return draft


def node_group(
    cluster: Cluster, values: Mapping[str, Any], position: int
) -> NodeGroup:
    """Return a node group, not stored yet, with its instances.

    :param values: of fields
    """
    group = complete(
        NodeGroup(cluster.obj_context),
        {
            **values,
            'position': position,
        },
    )
    group.instances = instances(cluster, group, range(1, group.count + 1))
    return group


def instances(
    cluster: Cluster, group: NodeGroup, numbers: Iterable[int]
) -> list[ClusterInstance]:
    """Return instances of a node group, not stored yet.

    :param numbers: of the instances within their group
    """
    stem = f'{cluster.name}-{group.name}'.lower()
    return [
        complete(
            ClusterInstance(cluster.obj_context),
            {
                'position': number,
                'instance_name': f'{stem}-{number:03}',
                'state': InstanceState.PLANNED,
            },
        )
        for number in numbers
    ]


def complete(draft: _Object, values: Mapping[str, Any]) -> _Object:
    """Return a draft with values; what is not said of it is usual.

    :param values: of fields, and others, which are ignored
    """
    # What is null and what is not said are the same to users.
    for name, value in values.items():
        if name in draft.fields and value is not None:
            setattr(draft, name, value)
    draft.obj_set_defaults()
    for name, field in draft.fields.items():
        if field.nullable and name not in draft and name not in _STORED:
            setattr(draft, name, None)
    return draft


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
    removing: Mapping[str, Sequence[str]],
) -> Resizing:
    """Return the difference that resizes ``cluster``.

    :param counts: how many instances groups are to have, by name
    :param additional: values of new groups
    :param removing: ids or names of instances that are the first to go, by
        the name of their group
    :raises NodeGroupNotFound: when there is no group of a name
    :raises InvalidConfiguration: when instances cannot go
    """
    groups = _groups_by_name(cluster, (*counts, *removing))
    coming: list[ClusterInstance] = []
    going: list[str] = []
    for name, count in counts.items():
        group = groups[name]
        for instance in instances(cluster, group, _numbers(group, count)):
            instance.node_group_id = group.id
            coming.append(instance)
        going += _going(group, count, removing.get(name, ()))
    return Resizing(
        [
            node_group(cluster, values, position)
            for position, values in enumerate(additional, len(groups))
        ],
        coming,
        {groups[name].id: count for name, count in counts.items()},
        going,
    )


def _groups_by_name(
    cluster: Cluster, needed: Iterable[str]
) -> dict[str, NodeGroup]:
    """Return the node groups of a cluster, among them all ``needed``.

    :raises NodeGroupNotFound: otherwise
    """
    groups = {group.name: group for group in cluster.node_groups}
    for name in needed:
        if name not in groups:
            raise exception.NodeGroupNotFound(
                cluster_id=cluster.id, node_group=name
            )
    return groups


def _numbers(group: NodeGroup, count: int) -> range:
    first = 1 + max((each.position for each in group.instances), default=0)
    return range(first, first + max(0, count - len(group.instances)))


def _going(group: NodeGroup, count: int, first: Sequence[str]) -> list[str]:
    chosen = [
        instance
        for instance in group.instances
        if instance.id in first or instance.instance_name in first
    ]
    surplus = max(0, len(group.instances) - count)
    if len(chosen) != len(set(first)) or len(chosen) > surplus:
        raise exception.InvalidConfiguration(
            f'Node group {group.name} cannot lose these instances and have '
            f'{count} left: {", ".join(first)}.'
        )
    # After those, the youngest.
    others = [each for each in group.instances if each not in chosen]
    others.sort(key=lambda instance: -instance.position)
    return [instance.id for instance in [*chosen, *others][:surplus]]
