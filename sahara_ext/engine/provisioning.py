# SPDX-License-Identifier: Apache-2.0
"""The order of work: how clusters are created, scaled and deleted."""

from collections.abc import Callable
import dataclasses
import functools

from oslo_log import log as logging

from sahara_ext import exception
from sahara_ext.engine import servers
from sahara_ext.engine.operation import Operation
from sahara_ext.objects.fields import ClusterStatus
from sahara_ext.objects.fields import InstanceState
from sahara_ext.objects.fields import StepType
from sahara_ext.objects.provision_step import ClusterProvisionStep
from sahara_ext.objects.provision_step import ClusterProvisionStepList
from sahara_ext.progress.failure import Failure
from sahara_ext.progress.failure import message
from sahara_ext.progress.failure import NOT_FAILURES
from sahara_ext.progress.parallel import try_each

LOG = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class _Work:
    """The functions that carry out a type of operations.

    :param failed: takes the reason, too
    """

    do: Callable[[Operation], None]
    failed: Callable[[Operation, str], None]


def carry_out(operation: Operation) -> None:
    """Do the part of an operation that has not been done yet.

    :raises Interrupted: when another engine has to continue or to begin again
    """
    work = _WORK[operation.type]
    with operation.lease.protected():
        try:
            work.do(operation)
        except NOT_FAILURES:
            raise
        except Exception as error:
            reason = _describe(operation, error)
            LOG.exception('Cluster %s: %s', operation.cluster.id, reason)
            work.failed(operation, reason)


def _create(operation: Operation) -> None:
    operation.set_status(ClusterStatus.INFRA_UPDATING)
    servers.add(operation, operation.cluster.instances())
    operation.set_status(ClusterStatus.PREPARING)
    _set_up(operation)
    _check_steps(operation)
    operation.finish(ClusterStatus.ACTIVE)


def _set_up(operation: Operation) -> None:
    context, cluster = operation.context, operation.cluster
    operation.set_status(ClusterStatus.CONFIGURING)
    operation.plugin.configure(context, cluster, operation.progress)
    operation.set_status(ClusterStatus.STARTING)
    operation.plugin.start(context, cluster, operation.progress)


def _give_up(operation: Operation, reason: str) -> None:
    # What is there stays, for its owner to have a look at.
    operation.finish(ClusterStatus.ERROR, reason)


def _scale(operation: Operation) -> None:
    _grow(operation)
    _shrink(operation)
    _check_steps(operation)
    operation.finish(
        ClusterStatus.ACTIVE,
        gone=operation.cluster.instances(InstanceState.REMOVING),
    )


def _grow(operation: Operation) -> None:
    new = operation.cluster.instances(InstanceState.PLANNED)
    if new:
        servers.add(operation, new, is_new=False)
        operation.set_status(ClusterStatus.SCALING_PREPARING)
        operation.set_status(ClusterStatus.CONFIGURING)
        operation.plugin.scale(
            operation.context, operation.cluster, new, operation.progress
        )


def _shrink(operation: Operation) -> None:
    old = operation.cluster.instances(InstanceState.REMOVING)
    if old:
        operation.set_status(ClusterStatus.DECOMMISSIONING)
        operation.plugin.decommission(
            operation.context, operation.cluster, old, operation.progress
        )
        operation.is_deleting_servers = True
        servers.remove(operation, old)


def _roll_back(operation: Operation, reason: str) -> None:
    """Have the cluster be what it was, as far as that is possible."""
    operation.set_status(ClusterStatus.ROLLBACK_SPAWNING)
    excess = operation.cluster.instances(InstanceState.PLANNED)
    if operation.is_deleting_servers:
        excess += operation.cluster.instances(InstanceState.REMOVING)
    failures = try_each(
        excess, functools.partial(servers.delete, operation), operation.workers
    )
    for instance_id, error in failures.items():
        LOG.error('Instance %s is not deleted: %s', instance_id, error)
    operation.finish(
        ClusterStatus.ACTIVE,
        reason,
        [instance for instance in excess if instance.id not in failures],
    )


def _delete(operation: Operation) -> None:
    try:
        _take_down(operation)
        _check_steps(operation)
    except NOT_FAILURES:
        raise
    except Exception:
        if not operation.cluster.operation_force:
            raise
        LOG.exception(
            'Cluster %s: not everything was removed', operation.cluster.id
        )
    operation.destroy()


def _take_down(operation: Operation) -> None:
    if not operation.cluster.operation_force:
        _shut_down(operation)
    servers.remove(operation, operation.cluster.instances())
    servers.release_key(operation)


def _shut_down(operation: Operation) -> None:
    try:
        plugin = operation.plugin
    except exception.PluginNotFound as error:
        # The cluster could never be deleted otherwise.
        LOG.warning(
            'Cluster %s is deleted as it is: %s', operation.cluster.id, error
        )
        return
    plugin.shutdown(operation.context, operation.cluster, operation.progress)


def _check_steps(operation: Operation) -> None:
    """Make sure that no step has failed without anything having been raised.

    :raises StepFailed: otherwise
    """
    step = _failed_step(operation)
    if step is not None:
        raise exception.StepFailed(step_name=step.step_name)


def _describe(operation: Operation, error: Exception) -> str:
    """Return why ``operation`` has failed.

    :param error: the first that was raised
    """
    verb = operation.type.capitalize()
    said = message(error)
    reason = f'{verb} cluster failed for the following reason(s): {said}'
    step = _failed_step(operation)
    if step is not None and step.failed:
        reason += f' ({step.failed} of {step.total}: {step.step_name})'
    return f'{reason}\nError ID: {Failure.of(error).error_id}'


def _failed_step(operation: Operation) -> ClusterProvisionStep | None:
    cluster = operation.cluster
    steps = ClusterProvisionStepList.get_by_cluster(
        operation.context, cluster.id
    )
    return next(
        (
            step
            for step in steps
            if step.operation_id == cluster.operation_id
            and step.successful is False
        ),
        None,
    )


_WORK = {
    StepType.CREATING: _Work(_create, _give_up),
    StepType.SCALING: _Work(_scale, _roll_back),
    StepType.DELETING: _Work(_delete, _give_up),
}
