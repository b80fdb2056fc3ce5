# SPDX-License-Identifier: Apache-2.0
"""The admission of requests: an operation is stored with its steps.

All of it is stored together. After a crash either everything is there, and an
engine finds it, or nothing has happened.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from oslo_config import cfg

from ext_lib.context import RequestContext
from sahara_ext.engine import templates
from sahara_ext.engine.builders import Resizing
from sahara_ext.infra.base import InfraStep
from sahara_ext.objects.base import transactional
from sahara_ext.objects.cluster import Cluster
from sahara_ext.objects.fields import ClusterStatus
from sahara_ext.objects.fields import InstanceState
from sahara_ext.objects.fields import StepType
from sahara_ext.objects.operation import NewOperation
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
    adding = len(cluster.instances(InstanceState.PLANNED))
    removing = len(cluster.instances(InstanceState.REMOVING))
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


def _own_steps(
    plugin: ProvisioningPlugin | None, cluster: Cluster, kind: str
) -> Sequence[str]:
    if plugin is None:
        return ()
    return plugin.get_provisioning_steps(cluster).get(kind, ())


#: Stores the steps of the operation on a cluster.
Plan = Callable[[RequestContext, Cluster], None]
#: Returns how a cluster, as it is now, is to be resized; raises when it may
#: not be.
Resize = Callable[[Cluster], Resizing]

_UNLESS_DELETING = [
    status for status in ClusterStatus.ALL if status != ClusterStatus.DELETING
]


@transactional
def create(
    context: RequestContext,
    values: Mapping[str, Any],
    drafts: Sequence[Cluster],
    plan: Plan,
) -> list[Cluster]:
    """Store clusters that differ in their names only; return them.

    :param values: of which :func:`builders.cluster` has made ``drafts``
    :raises ClusterNameExists: when the project has one of a name
    :raises UnknownTemplate: when a template was deleted meanwhile
    """
    templates.hold(context, values)
    # The drafts stay as they are, should a deadlock make this begin again.
    clusters = [draft.obj_clone() for draft in drafts]
    for cluster in clusters:
        cluster.create()
        plan(context, cluster)
    return clusters


@transactional
def scale(
    context: RequestContext, cluster_id: str, resize: Resize, plan: Plan
) -> tuple[Cluster, bool]:
    """Store how a cluster is to be resized.

    The difference is worked out while the cluster is locked: since an
    earlier read another request may have scaled it, and be done.

    :returns: the cluster, and whether an operation has begun: none does when
        nothing comes or goes
    :raises ClusterNotFound: when there is none
    :raises ClusterInvalidStatus: when something else is being done to it
    :raises ClusterProtected: when it is to stay as it is
    :raises Invalid: what ``resize`` raises
    """
    cluster = Cluster.lock(context, cluster_id)
    resizing = resize(cluster)
    if resizing.is_empty:
        return cluster, False
    operation = NewOperation(
        StepType.SCALING,
        ClusterStatus.SCALING,
        expected_status=[ClusterStatus.ACTIVE],
        node_groups=resizing.groups,
        instances=resizing.instances,
        counts=resizing.counts,
        removing=resizing.removing,
    )
    cluster = Cluster.begin_operation(context, cluster_id, operation)
    plan(context, cluster)
    return cluster, True


@transactional
def delete(
    context: RequestContext, cluster_id: str, force: bool, plan: Plan
) -> Cluster:
    """Store that a cluster is to be deleted, whatever is being done to it.

    :param force: also when it is being deleted already, without force
    :raises ClusterProtected: when it is to stay as it is
    :raises ClusterInvalidStatus: when it is being deleted already
    """
    operation = NewOperation(
        StepType.DELETING,
        ClusterStatus.DELETING,
        expected_status=None if force else _UNLESS_DELETING,
        force=force,
        removing=None,
    )
    cluster = Cluster.begin_operation(context, cluster_id, operation)
    plan(context, cluster)
    return cluster
