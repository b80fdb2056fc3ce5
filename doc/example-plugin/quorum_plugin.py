# SPDX-License-Identifier: Apache-2.0
"""Clusters of voters that agree on a leader: an example of a plugin.

What a real plugin would have done on an instance is only logged.
"""

from collections.abc import Iterator, Mapping, Sequence

from oslo_log import log as logging

from ext_lib.context import RequestContext
from sahara_ext import exception
from sahara_ext.objects.cluster import Cluster
from sahara_ext.objects.cluster_instance import ClusterInstance
from sahara_ext.objects.fields import InstanceState
from sahara_ext.objects.fields import StepType
from sahara_ext.objects.node_group import NodeGroup
from sahara_ext.plugins.base import Config
from sahara_ext.plugins.base import ProvisioningPlugin
from sahara_ext.progress import Progress
from sahara_ext.progress.parallel import for_each

LOG = logging.getLogger(__name__)

SERVICE = 'Quorum'
VOTER = 'voter'
TICK_TIME = 'tick_time'

CONFIGURING = 'Writing configurations'
STARTING = 'Starting voters'
ELECTING = 'Electing a leader'
ADDING = 'Adding voters'
REMOVING = 'Removing voters'
STOPPING = 'Stopping voters'


class QuorumPlugin(ProvisioningPlugin):
    """Voters, an odd number of them, so that a majority always exists."""

    name = 'quorum'
    title = 'Quorum'
    description = 'Voters that agree on a leader.'

    def get_versions(self) -> Sequence[str]:
        """Return the only version."""
        return ['1.0']

    def get_node_processes(self, version: str) -> Mapping[str, Sequence[str]]:
        """Return the only process."""
        return {SERVICE: [VOTER]}

    def get_configs(self, version: str) -> Sequence[Config]:
        """Return what users may set in ``cluster_configs``."""
        return [
            Config(
                TICK_TIME,
                SERVICE,
                config_type='int',
                default_value=2000,
                description='Milliseconds between two heartbeats.',
            )
        ]

    def validate(self, cluster: Cluster) -> None:
        """Refuse an even number of voters.

        :raises InvalidConfiguration: with a message for the user
        """
        check_odd(sum(group.count for group in cluster.node_groups))

    def validate_scaling(
        self,
        cluster: Cluster,
        existing: Mapping[str, int],
        additional: Sequence[NodeGroup],
    ) -> None:
        """Refuse an even number of voters.

        :raises InvalidConfiguration: with a message for the user
        """
        stay = (existing.get(g.id, g.count) for g in cluster.node_groups)
        check_odd(sum(stay) + sum(group.count for group in additional))

    def get_provisioning_steps(
        self, cluster: Cluster
    ) -> Mapping[str, Sequence[str]]:
        """Return the names of the steps below, as far as they will come."""
        states = {instance.state for instance in members(cluster)}
        comes = InstanceState.PLANNED in states
        goes = InstanceState.REMOVING in states
        return {
            StepType.CREATING: [CONFIGURING, STARTING, ELECTING],
            StepType.SCALING: [ADDING] * comes + [REMOVING] * goes,
            StepType.DELETING: [STOPPING],
        }

    def configure(
        self, context: RequestContext, cluster: Cluster, progress: Progress
    ) -> None:
        """Write the list of all voters to each of them."""
        peers = ','.join(str(m.internal_ip) for m in members(cluster))
        ticks = cluster.cluster_configs.get(SERVICE, {}).get(TICK_TIME, 2000)
        self._on_each(
            progress,
            CONFIGURING,
            list(members(cluster)),
            f'quorum-setup --tick-time {ticks} --peers {peers}',
        )

    def start(
        self, context: RequestContext, cluster: Cluster, progress: Progress
    ) -> None:
        """Start all voters, and have them elect one."""
        voters = list(members(cluster))
        self._on_each(progress, STARTING, voters, 'quorum-server --start')
        leader = voters[0]
        with progress.step(ELECTING, 1) as step:
            if not step.finished:
                with step.event(info=f'{leader.instance_name} leads.'):
                    run(leader, 'quorum-server --elect')
        cluster.info = {SERVICE: {'Leader': leader.instance_name}}
        cluster.save()

    def scale(
        self,
        context: RequestContext,
        cluster: Cluster,
        instances: Sequence[ClusterInstance],
        progress: Progress,
    ) -> None:
        """Have new voters join."""
        self._on_each(progress, ADDING, instances, 'quorum-server --join')

    def decommission(
        self,
        context: RequestContext,
        cluster: Cluster,
        instances: Sequence[ClusterInstance],
        progress: Progress,
    ) -> None:
        """Have voters leave."""
        self._on_each(progress, REMOVING, instances, 'quorum-server --leave')

    def shutdown(
        self, context: RequestContext, cluster: Cluster, progress: Progress
    ) -> None:
        """Stop all voters; there may be none yet."""
        started = [m for m in members(cluster) if m.management_ip]
        self._on_each(progress, STOPPING, started, 'quorum-server --stop')

    def _on_each(
        self,
        progress: Progress,
        step_name: str,
        instances: Sequence[ClusterInstance],
        command: str,
    ) -> None:
        with progress.step(step_name, len(instances)) as step:
            if not step.finished:
                for_each(
                    step,
                    instances,
                    lambda instance: run(instance, command),
                    self.conf.engine.instance_workers,
                )


def members(cluster: Cluster) -> Iterator[ClusterInstance]:
    """Yield all instances of a cluster."""
    for group in cluster.node_groups:
        yield from group.instances


def check_odd(count: int) -> None:
    """Refuse an even number of voters.

    :raises InvalidConfiguration: when it is one
    """
    if count % 2 == 0:
        raise exception.InvalidConfiguration(
            f'{count} voters may be of two minds; make it an odd number.'
        )


def run(instance: ClusterInstance, command: str) -> None:
    """Carry out ``command``, which is idempotent, on an instance."""
    LOG.info('%s: %s', instance.management_ip, command)
