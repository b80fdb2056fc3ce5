# SPDX-License-Identifier: Apache-2.0
"""Plugin of Apache Spark clusters in standalone mode."""

from collections.abc import Mapping, Sequence

from oslo_config import cfg

from ext_lib.context import RequestContext
from sahara_ext import exception
from sahara_ext.infra.flavors import Flavors
from sahara_ext.infra.ssh import SSH
from sahara_ext.objects.cluster import Cluster
from sahara_ext.objects.cluster_instance import ClusterInstance
from sahara_ext.objects.fields import InstanceState
from sahara_ext.objects.fields import StepType
from sahara_ext.objects.node_group import NodeGroup
from sahara_ext.plugins.base import Config
from sahara_ext.plugins.base import ProvisioningPlugin
from sahara_ext.plugins.spark import layout
from sahara_ext.plugins.spark import settings
from sahara_ext.plugins.spark import steps
from sahara_ext.plugins.spark.settings import MASTER
from sahara_ext.plugins.spark.settings import Ports
from sahara_ext.plugins.spark.settings import WORKER
from sahara_ext.plugins.spark.steps import Steps
from sahara_ext.progress import Progress

_ADDING = (
    steps.INSTALLING,
    steps.CONFIGURING,
    steps.STARTING_WORKERS,
    steps.REGISTERING,
)


class SparkPlugin(ProvisioningPlugin):
    """Makes clusters of one master and any number of workers."""

    name = 'spark'
    title = 'Apache Spark'
    description = 'Apache Spark in standalone mode: a master and workers.'
    needs_ssh = True

    def __init__(self, conf: cfg.ConfigOpts) -> None:
        super().__init__(conf)
        self._ssh = SSH(conf)
        self._flavors = Flavors(conf)

    def get_versions(self) -> Sequence[str]:
        """Return the versions that are configured."""
        return sorted(self.conf.spark.versions, key=_numbers)

    def get_node_processes(self, version: str) -> Mapping[str, Sequence[str]]:
        """Return the processes of the standalone mode."""
        return {settings.SERVICE: [MASTER, WORKER]}

    def get_configs(self, version: str) -> Sequence[Config]:
        """Return what users may set by name."""
        return settings.configs()

    def accepts_config(self, version: str, target: str, name: str) -> bool:
        """Accept any key that ``spark-defaults.conf`` may have."""
        return settings.accepts(target, name)

    def validate(self, cluster: Cluster) -> None:
        """Refuse a cluster that could not work.

        :raises InvalidConfiguration: with a message for the user
        :raises FlavorNotFound: when there is no such flavor
        :raises ComputeUnavailable: when that is not known
        """
        self._check_cloud()
        layout.check(cluster.node_groups)
        Ports.of(cluster)
        steps.settings_of(cluster, cluster.node_groups, self._flavors)

    def validate_scaling(
        self,
        cluster: Cluster,
        existing: Mapping[str, int],
        additional: Sequence[NodeGroup],
    ) -> None:
        """Refuse another number of masters than one, and to have no worker.

        :raises Invalid: as :meth:`validate` does
        """
        layout.check([*cluster.node_groups, *additional], existing)
        steps.settings_of(cluster, additional, self._flavors)

    def _check_cloud(self) -> None:
        if self.conf.infra.driver == 'fake':
            why = 'here they are fake ([infra] driver).'
        elif self.conf.infra_compute.wait_for != 'ssh':
            why = 'here engines do not ([infra_compute] wait_for).'
        else:
            return
        raise exception.InvalidConfiguration(
            f'Spark needs instances that one can log in on; {why}'
        )

    def get_provisioning_steps(
        self, cluster: Cluster
    ) -> Mapping[str, Sequence[str]]:
        """Return the names of the steps below, as far as they will come."""
        adding = cluster.instances(InstanceState.PLANNED)
        removing = cluster.instances(InstanceState.REMOVING)
        return {
            StepType.CREATING: [
                steps.INSTALLING,
                steps.CONFIGURING,
                steps.STARTING_MASTER,
                steps.STARTING_WORKERS,
                steps.REGISTERING,
            ],
            StepType.SCALING: [
                *(_ADDING if adding else ()),
                *((steps.DECOMMISSIONING,) if removing else ()),
            ],
            StepType.DELETING: [steps.STOPPING],
        }

    def configure(
        self, context: RequestContext, cluster: Cluster, progress: Progress
    ) -> None:
        """Install and configure Spark on the instances of a new cluster."""
        self._steps(context, cluster, progress).set_up(cluster.instances())

    def start(
        self, context: RequestContext, cluster: Cluster, progress: Progress
    ) -> None:
        """Start the master, then the workers of a new cluster."""
        own = self._steps(context, cluster, progress)
        own.start_master()
        own.start_workers(cluster.instances())
        _show(cluster)

    def scale(
        self,
        context: RequestContext,
        cluster: Cluster,
        instances: Sequence[ClusterInstance],
        progress: Progress,
    ) -> None:
        """Have new workers register with the master."""
        own = self._steps(context, cluster, progress)
        own.set_up(instances)
        own.start_workers(instances)

    def decommission(
        self,
        context: RequestContext,
        cluster: Cluster,
        instances: Sequence[ClusterInstance],
        progress: Progress,
    ) -> None:
        """Have workers finish their work, then stop them."""
        self._steps(context, cluster, progress).decommission(instances)

    def shutdown(
        self, context: RequestContext, cluster: Cluster, progress: Progress
    ) -> None:
        """Stop all workers, and the master; they may run or not."""
        self._steps(context, cluster, progress).stop()

    def _steps(
        self, context: RequestContext, cluster: Cluster, progress: Progress
    ) -> Steps:
        logins = self._ssh.logins(context, cluster)
        return Steps(self.conf, cluster, progress, logins, self._flavors)


def _show(cluster: Cluster) -> None:
    """Show users the addresses of the master."""
    ports, master = Ports.of(cluster), layout.master_of(cluster)
    info = {
        settings.SERVICE: {
            'Master': f'spark://{master.internal_ip}:{ports.master}',
            'Web UI': f'http://{master.management_ip}:{ports.master_web}',
        }
    }
    if cluster.info != info:
        cluster.info = info
        cluster.save()


def _numbers(version: str) -> list[tuple[int, str]]:
    """Return what sorts versions: 3.5 before 3.10."""
    return [
        (int(part) if part.isdigit() else -1, part)
        for part in version.split('.')
    ]
