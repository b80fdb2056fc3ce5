# SPDX-License-Identifier: Apache-2.0
"""Clusters as they are to be, from what users say of them."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from ext_lib.context import RequestContext
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
    draft = _draft(
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
    group = _draft(
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
        _draft(
            ClusterInstance(cluster.obj_context),
            {
                'position': number,
                'instance_name': f'{stem}-{number:03}',
                'state': InstanceState.PLANNED,
            },
        )
        for number in numbers
    ]


def _draft(draft: _Object, values: Mapping[str, Any]) -> _Object:
    # What is null and what is not said are the same to users.
    for name, value in values.items():
        if name in draft.fields and value is not None:
            setattr(draft, name, value)
    draft.obj_set_defaults()
    for name, field in draft.fields.items():
        if field.nullable and name not in draft and name not in _STORED:
            setattr(draft, name, None)
    return draft
