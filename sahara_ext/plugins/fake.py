# SPDX-License-Identifier: Apache-2.0
"""A plugin whose clusters run nothing, and fail on request.

What it does on request is described in :mod:`sahara_ext.fault_injection`.
"""

from collections.abc import Iterable, Mapping, Sequence

from ext_lib.context import RequestContext
from sahara_ext import exception
from sahara_ext import fault_injection
from sahara_ext.fault_injection import FaultPlan
from sahara_ext.infra.base import InfraStep
from sahara_ext.objects.cluster import Cluster
from sahara_ext.objects.cluster_instance import ClusterInstance
from sahara_ext.objects.fields import InstanceState
from sahara_ext.objects.fields import StepType
from sahara_ext.objects.node_group import NodeGroup
from sahara_ext.plugins.base import Config
from sahara_ext.plugins.base import ProvisioningPlugin
from sahara_ext.progress import Progress
from sahara_ext.progress.parallel import for_each

VERSION = '0.1'

CONFIGURING = fault_injection.DEFAULT_STEP
STARTING = 'Starting processes'
CONFIGURING_NEW = 'Configuring new instances'
STARTING_NEW = 'Starting processes on new instances'
DECOMMISSIONING = 'Decommissioning instances'
STOPPING = 'Stopping processes'

_STEPS = (
    CONFIGURING,
    STARTING,
    CONFIGURING_NEW,
    STARTING_NEW,
    DECOMMISSIONING,
    STOPPING,
)


class FakePlugin(ProvisioningPlugin):
    """Goes through the motions, for tests and demonstrations."""

    name = 'fake'
    title = 'Fake Plugin'
    description = 'Clusters that run nothing, to try the service with.'

    def get_versions(self) -> Sequence[str]:
        """Return the only version."""
        return [VERSION]

    def get_node_processes(self, version: str) -> Mapping[str, Sequence[str]]:
        """Return names from the world of Hadoop."""
        return {
            'HDFS': ['namenode', 'datanode'],
            'MapReduce': ['jobtracker', 'tasktracker'],
        }

    def get_configs(self, version: str) -> Sequence[Config]:
        """Return what :mod:`sahara_ext.fault_injection` understands."""
        return [
            Config(
                fault_injection.FAIL_STEP,
                fault_injection.SECTION,
                config_type='enum',
                config_values=self._known_steps(),
                description='The step instances fail in.',
            ),
            Config(
                fault_injection.FAIL_INSTANCES,
                fault_injection.SECTION,
                config_type='int',
                default_value=0,
                description='How many instances fail.',
            ),
            Config(
                fault_injection.SECONDS,
                fault_injection.SECTION,
                config_type='string',
                default_value=0,
                description='How long the last instance takes in each step; '
                'the others are done before, one after the other.',
            ),
        ]

    def validate(self, cluster: Cluster) -> None:
        """Refuse faults that cannot be injected.

        :raises InvalidConfiguration: with a message for the user
        """
        step = FaultPlan.of(cluster).fail_step
        if step is not None and step not in self._known_steps():
            known = ', '.join(self._known_steps())
            raise exception.InvalidConfiguration(
                f'There is no step {step!r} to fail in; there are: {known}.'
            )

    def _known_steps(self) -> list[str]:
        # Other clouds than the fake one do not fail on request.
        is_fake = self.conf.infra.driver == 'fake'
        return [*(InfraStep.ALL if is_fake else ()), *_STEPS]

    def validate_scaling(
        self,
        cluster: Cluster,
        existing: Mapping[str, int],
        additional: Sequence[NodeGroup],
    ) -> None:
        """Accept everything."""

    def get_provisioning_steps(
        self, cluster: Cluster
    ) -> Mapping[str, Sequence[str]]:
        """Return the names of the steps below."""
        states = {instance.state for instance in cluster.instances()}
        scaling: list[str] = []
        if InstanceState.PLANNED in states:
            scaling += [CONFIGURING_NEW, STARTING_NEW]
        if InstanceState.REMOVING in states:
            scaling += [DECOMMISSIONING]
        return {
            StepType.CREATING: [CONFIGURING, STARTING],
            StepType.SCALING: scaling,
            StepType.DELETING: [STOPPING],
        }

    def configure(
        self, context: RequestContext, cluster: Cluster, progress: Progress
    ) -> None:
        """Pretend to configure the instances of a new cluster."""
        self._play(cluster, progress, CONFIGURING, cluster.instances())

    def start(
        self, context: RequestContext, cluster: Cluster, progress: Progress
    ) -> None:
        """Pretend to start what runs on the instances of a new cluster."""
        self._play(cluster, progress, STARTING, cluster.instances())

    def scale(
        self,
        context: RequestContext,
        cluster: Cluster,
        instances: Sequence[ClusterInstance],
        progress: Progress,
    ) -> None:
        """Pretend to have new ``instances`` configured and started."""
        self._play(cluster, progress, CONFIGURING_NEW, instances)
        self._play(cluster, progress, STARTING_NEW, instances)

    def decommission(
        self,
        context: RequestContext,
        cluster: Cluster,
        instances: Sequence[ClusterInstance],
        progress: Progress,
    ) -> None:
        """Pretend to prepare for the end of ``instances``."""
        self._play(cluster, progress, DECOMMISSIONING, instances)

    def shutdown(
        self, context: RequestContext, cluster: Cluster, progress: Progress
    ) -> None:
        """Pretend to prepare for the end of all instances."""
        self._play(cluster, progress, STOPPING, cluster.instances())

    def _play(
        self,
        cluster: Cluster,
        progress: Progress,
        step_name: str,
        instances: Iterable[ClusterInstance],
    ) -> None:
        wanted = list(instances)
        script = FaultPlan.of(cluster)
        with progress.step(step_name, len(wanted)) as step:
            if step.finished:
                return
            for_each(
                step,
                wanted,
                lambda instance: script.inject(
                    cluster, instance, step_name, progress.checkpoint
                ),
                self.conf.engine.instance_workers,
            )
