# SPDX-License-Identifier: Apache-2.0
"""The steps of the work on a Spark cluster."""

from collections.abc import Callable, Iterator, Mapping, Sequence
import contextlib
import functools

from oslo_config import cfg

from ext_lib import exception as ext_exception
from sahara_ext.infra.flavors import Flavors
from sahara_ext.infra.servers import RetryLimit
from sahara_ext.infra.ssh import Logins
from sahara_ext.objects.cluster import Cluster
from sahara_ext.objects.cluster_instance import ClusterInstance
from sahara_ext.objects.node_group import NodeGroup
from sahara_ext.plugins.spark import layout
from sahara_ext.plugins.spark import settings
from sahara_ext.plugins.spark import waits
from sahara_ext.plugins.spark.node import is_lost
from sahara_ext.plugins.spark.node import Node
from sahara_ext.plugins.spark.settings import MASTER
from sahara_ext.plugins.spark.settings import NodeSettings
from sahara_ext.plugins.spark.settings import Ports
from sahara_ext.plugins.spark.settings import WORKER
from sahara_ext.progress import Progress
from sahara_ext.progress.parallel import for_each

INSTALLING = 'Installing Java and Spark'
CONFIGURING = 'Configuring Spark'
STARTING_MASTER = 'Starting master'
STARTING_WORKERS = 'Starting workers'
REGISTERING = 'Waiting for workers to register'
DECOMMISSIONING = 'Decommissioning workers'
STOPPING = 'Stopping Spark'

#: Work on an instance; returns a text for users, or None.
_Work = Callable[[Node, ClusterInstance], str | None]


def settings_of(
    cluster: Cluster,
    groups: Sequence[NodeGroup],
    flavors: Flavors,
    limit: RetryLimit | None = None,
) -> list[NodeSettings]:
    """Return the settings of node groups, one for each.

    :param limit: of requests for flavors
    :raises InvalidConfiguration: when they cannot be
    :raises FlavorNotFound: when there is no such flavor
    :raises ComputeUnavailable: when that is not known
    """
    get = functools.cache(
        lambda flavor_id: flavors.get(cluster, flavor_id, limit)
    )
    return [
        NodeSettings.of(cluster, group, get(str(group.flavor_id)))
        for group in groups
    ]


class Steps:
    """The steps of one operation on a cluster.

    :param logins: on its instances
    """

    def __init__(
        self,
        conf: cfg.ConfigOpts,
        cluster: Cluster,
        progress: Progress,
        logins: Logins,
        flavors: Flavors,
    ) -> None:
        self._conf = conf
        self._cluster = cluster
        self._progress = progress
        self._logins = logins
        self._flavors = flavors
        self._ports = Ports.of(cluster)

    def set_up(self, instances: Sequence[ClusterInstance]) -> None:
        """Install and configure Spark on instances."""
        version = str(self._cluster.plugin_version)
        self._on_each(
            INSTALLING, instances, lambda node, _: node.install(version)
        )
        master = str(layout.master_of(self._cluster).internal_ip)
        # Called within the step, so that the step shows a failure.
        found = functools.cache(self._settings)

        def configure(node: Node, instance: ClusterInstance) -> None:
            groups = found()
            memory = settings.executor_memory(
                [
                    groups[str(group.id)]
                    for group in self._cluster.node_groups
                    if WORKER in group.node_processes
                ]
            )
            node.configure(
                groups[str(instance.node_group_id)],
                master,
                {settings.EXECUTOR_MEMORY: memory},
            )

        self._on_each(CONFIGURING, instances, configure)

    def start_master(self) -> None:
        """Start the only master."""
        self._on_each(
            STARTING_MASTER,
            [layout.master_of(self._cluster)],
            lambda node, _: node.start(MASTER),
        )

    def start_workers(self, instances: Sequence[ClusterInstance]) -> None:
        """Start the workers of instances, and wait for the master."""
        workers = layout.workers_of(self._cluster, instances)
        self._on_each(
            STARTING_WORKERS, workers, lambda node, _: node.start(WORKER)
        )
        with self._progress.step(REGISTERING, len(workers)) as step:
            if not step.finished:
                waits.until_registered(
                    step,
                    layout.master_of(self._cluster),
                    workers,
                    self._node,
                    self._conf.spark,
                    self._progress.checkpoint,
                )

    def decommission(self, instances: Sequence[ClusterInstance]) -> None:
        """Have workers finish their work, then stop them."""
        master = str(layout.master_of(self._cluster).internal_ip)

        def work(node: Node, instance: ClusterInstance) -> str:
            if WORKER not in self._processes(instance):
                return 'It has no worker.'
            return waits.decommission(
                node, master, self._conf.spark, self._progress.checkpoint
            )

        self._on_each(DECOMMISSIONING, instances, work, is_leaving=True)

    def stop(self) -> None:
        """Stop all workers, and the master; they may run or not."""

        def work(node: Node, instance: ClusterInstance) -> str:
            return ' '.join(map(node.stop, self._processes(instance)))

        instances = self._cluster.instances()
        self._on_each(STOPPING, instances, work, is_leaving=True)

    def _settings(self) -> Mapping[str, NodeSettings]:
        """Return the settings of all groups, by their ids."""
        groups = self._cluster.node_groups
        limit = waits.limit(
            self._conf.infra_compute, self._progress.checkpoint
        )
        found = settings_of(self._cluster, groups, self._flavors, limit)
        return {
            str(group.id): own
            for group, own in zip(groups, found, strict=True)
        }

    def _on_each(
        self,
        step_name: str,
        instances: Sequence[ClusterInstance],
        work: _Work,
        is_leaving: bool = False,
    ) -> None:
        """Do something on instances, as one step.

        :param is_leaving: whether instances that are unreachable are ignored
        """

        def log_in_and_work(instance: ClusterInstance) -> str | None:
            if is_leaving and not instance.host_key:
                return 'No engine has logged in on it.'
            try:
                with self._node(instance) as node:
                    return work(node, instance)
            except ext_exception.Error as error:
                if is_leaving and is_lost(error):
                    return f'It is left as it is: {error}'
                raise

        with self._progress.step(step_name, len(instances)) as step:
            if not step.finished:
                workers = self._conf.engine.instance_workers
                for_each(step, instances, log_in_and_work, workers)

    @contextlib.contextmanager
    def _node(self, instance: ClusterInstance) -> Iterator[Node]:
        check = self._progress.checkpoint
        with self._logins.session(instance, check) as session:
            yield Node(self._conf, session, instance, self._ports)

    def _processes(self, instance: ClusterInstance) -> Sequence[str]:
        return next(
            group.node_processes
            for group in self._cluster.node_groups
            if group.id == instance.node_group_id
        )
