# SPDX-License-Identifier: Apache-2.0
"""The steps common to all plugins: servers come and go."""

from collections.abc import Callable, Sequence
import functools

from sahara_ext.engine.operation import Operation
from sahara_ext.infra.base import InfraStep
from sahara_ext.objects.cluster_instance import ClusterInstance
from sahara_ext.objects.fields import ClusterStatus
from sahara_ext.progress.parallel import for_each

#: What a cluster is called during each step: a new one, and one that grows.
_NEW = (ClusterStatus.SPAWNING, ClusterStatus.WAITING)
_GROWING = (ClusterStatus.SCALING_SPAWNING, ClusterStatus.SCALING_WAITING)


def add(
    operation: Operation,
    instances: Sequence[ClusterInstance],
    is_new: bool = True,
) -> None:
    """Launch servers for instances and wait until they can be used.

    :param is_new: whether the cluster is
    """
    spawning, waiting = _NEW if is_new else _GROWING
    operation.set_status(spawning)
    _step(
        operation,
        InfraStep.LAUNCHING,
        instances,
        _launch,
        before=_register_key,
    )
    operation.set_status(waiting)
    _step(operation, InfraStep.ASSIGNING_IPS, instances, _assign)
    _step(operation, InfraStep.WAITING_FOR_SSH, instances, _wait_for_ssh)


def remove(operation: Operation, instances: Sequence[ClusterInstance]) -> None:
    """Delete the servers of instances."""
    _step(operation, InfraStep.DELETING, instances, delete)


def _step(
    operation: Operation,
    name: str,
    instances: Sequence[ClusterInstance],
    work: Callable[[Operation, ClusterInstance], None],
    before: Callable[[Operation], None] = lambda _: None,
) -> None:
    with operation.progress.step(name, len(instances)) as step:
        if not step.finished:
            before(operation)
            each = functools.partial(work, operation)
            for_each(step, instances, each, operation.workers)


def _register_key(operation: Operation) -> None:
    """Register the key of the cluster, if its plugin logs in."""
    if not operation.plugin.needs_ssh:
        return
    cluster, driver = operation.cluster, operation.driver
    if cluster.management_public_key is None:
        # Before it is registered: what is stored is what is to be released.
        cluster.management_public_key = driver.public_key(cluster)
        cluster.save()
    driver.register_key(operation.context, cluster, operation.lease.check)


def release_key(operation: Operation) -> None:
    """Release the key of the cluster, if there is one."""
    if operation.cluster.management_public_key is not None:
        operation.driver.release_key(
            operation.context, operation.cluster, operation.lease.check
        )


def _launch(operation: Operation, instance: ClusterInstance) -> None:
    if instance.instance_id is None:
        with operation.waits.of(instance) as checkpoint:
            instance.instance_id = operation.driver.launch(
                operation.context,
                operation.cluster,
                operation.node_group(instance),
                instance,
                checkpoint,
            )
        operation.save(instance)


def _assign(operation: Operation, instance: ClusterInstance) -> None:
    with operation.waits.of(instance) as checkpoint:
        addresses = operation.driver.wait_for_address(
            operation.context, operation.cluster, instance, checkpoint
        )
    instance.internal_ip = addresses.internal_ip
    instance.management_ip = addresses.management_ip
    operation.save(instance)


def _wait_for_ssh(operation: Operation, instance: ClusterInstance) -> None:
    with operation.waits.of(instance) as checkpoint:
        found = operation.driver.wait_for_ssh(
            operation.context, operation.cluster, instance, checkpoint
        )
    if found is not None:
        instance.host_key = found
        operation.save(instance)


def delete(operation: Operation, instance: ClusterInstance) -> None:
    """Delete the server of an instance, whether there is one or not."""
    with operation.waits.of(instance) as checkpoint:
        operation.driver.delete(
            operation.context, operation.cluster, instance, checkpoint
        )
