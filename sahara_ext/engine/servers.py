# SPDX-License-Identifier: Apache-2.0
"""The steps common to all plugins: servers come and go."""

from collections.abc import Callable, Sequence

from sahara_ext.engine.operation import Operation
from sahara_ext.infra.base import InfraStep
from sahara_ext.objects.cluster_instance import ClusterInstance
from sahara_ext.objects.fields import ClusterStatus
from sahara_ext.progress.parallel import for_each

#: What a cluster is called during each step: a new one, and one that grows.
_NEW = (ClusterStatus.SPAWNING, ClusterStatus.WAITING)
_GROWING = (ClusterStatus.SCALING_SPAWNING, ClusterStatus.SCALING_WAITING)


class Servers:
    """The work on servers in the course of an operation."""

    def __init__(self, operation: Operation) -> None:
        self._operation = operation

    def add(
        self, instances: Sequence[ClusterInstance], is_new: bool = True
    ) -> None:
        """Launch servers for instances and wait until they can be used.

        :param is_new: whether the cluster is
        """
        spawning, waiting = _NEW if is_new else _GROWING
        self._operation.set_status(spawning)
        self._step(InfraStep.LAUNCHING, instances, self._launch)
        self._operation.set_status(waiting)
        self._step(InfraStep.ASSIGNING_IPS, instances, self._assign)
        self._step(InfraStep.WAITING_FOR_SSH, instances, self._wait_for_ssh)

    def remove(self, instances: Sequence[ClusterInstance]) -> None:
        """Delete the servers of instances."""
        self._step(InfraStep.DELETING, instances, self.delete)

    def _step(
        self,
        name: str,
        instances: Sequence[ClusterInstance],
        work: Callable[[ClusterInstance], None],
    ) -> None:
        operation = self._operation
        with operation.progress.step(name, len(instances)) as step:
            if not step.finished:
                for_each(step, instances, work, operation.workers)

    def _launch(self, instance: ClusterInstance) -> None:
        operation = self._operation
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

    def _assign(self, instance: ClusterInstance) -> None:
        operation = self._operation
        with operation.waits.of(instance) as checkpoint:
            addresses = operation.driver.wait_for_address(
                operation.context, operation.cluster, instance, checkpoint
            )
        instance.internal_ip = addresses.internal_ip
        instance.management_ip = addresses.management_ip
        operation.save(instance)

    def _wait_for_ssh(self, instance: ClusterInstance) -> None:
        operation = self._operation
        with operation.waits.of(instance) as checkpoint:
            operation.driver.wait_for_ssh(
                operation.context, operation.cluster, instance, checkpoint
            )

    def delete(self, instance: ClusterInstance) -> None:
        """Delete the server of an instance, whether there is one or not."""
        operation = self._operation
        with operation.waits.of(instance) as checkpoint:
            operation.driver.delete(
                operation.context, operation.cluster, instance, checkpoint
            )
