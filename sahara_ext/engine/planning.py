# SPDX-License-Identifier: Apache-2.0
"""The steps of an operation, as far as they are known before it begins."""

from collections.abc import Sequence

from oslo_config import cfg

from ext_lib.context import RequestContext
from sahara_ext.infra.steps import InfraStep
from sahara_ext.objects.cluster import Cluster
from sahara_ext.objects.fields import InstanceState
from sahara_ext.objects.fields import StepType
from sahara_ext.plugins.base import ProvisioningPlugin
from sahara_ext.progress import Progress


def plan(
    conf: cfg.ConfigOpts,
    plugin: ProvisioningPlugin | None,
    context: RequestContext,
    cluster: Cluster,
) -> None:
    """Store the steps of the operation that is to be done on ``cluster``.

    That is a part of the transaction of ``context``.

    :param plugin: None when its steps are left out
    """
    adding = _count(cluster, InstanceState.PLANNED)
    removing = _count(cluster, InstanceState.REMOVING)
    kind = str(cluster.operation_type)
    is_new, is_dying = kind == StepType.CREATING, kind == StepType.DELETING
    before = InfraStep.ADDING if adding or is_new else ()
    after = (InfraStep.DELETING,) if removing or is_dying else ()
    progress = Progress(
        context,
        cluster.id,
        str(cluster.operation_id),
        kind,
        enabled=not conf.disable_event_log,
    )
    progress.plan(
        [*before, *_own_steps(plugin, cluster, kind), *after],
        {**dict.fromkeys(before, adding), **dict.fromkeys(after, removing)},
    )


def _count(cluster: Cluster, state: str) -> int:
    return sum(
        instance.state == state
        for group in cluster.node_groups
        for instance in group.instances
    )


def _own_steps(
    plugin: ProvisioningPlugin | None, cluster: Cluster, kind: str
) -> Sequence[str]:
    if plugin is None:
        return ()
    return plugin.get_provisioning_steps(cluster).get(kind, ())
