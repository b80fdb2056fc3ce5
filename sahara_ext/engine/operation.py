# SPDX-License-Identifier: Apache-2.0
"""One operation on a cluster, with all it takes to carry it out."""

from collections.abc import Sequence

from oslo_config import cfg
from oslo_log import log as logging

from ext_lib.context import RequestContext
from ext_lib.db.group_commit import GroupWriter
from sahara_ext.engine.lease import Lease
from sahara_ext.engine.waits import Waits
from sahara_ext.infra.base import InfraDriver
from sahara_ext.objects.cluster import Cluster
from sahara_ext.objects.cluster_instance import ClusterInstance
from sahara_ext.objects.cluster_instance import ClusterInstanceList
from sahara_ext.objects.fields import ClusterStatus
from sahara_ext.objects.node_group import NodeGroup
from sahara_ext.plugins.base import ProvisioningPlugin
from sahara_ext.plugins.registry import PluginRegistry
from sahara_ext.progress import Progress

LOG = logging.getLogger(__name__)

#: Statuses in the order a cluster goes through them. One that is
#: resumed does not go back.
_ORDER: Sequence[str] = (
    ClusterStatus.VALIDATING,
    ClusterStatus.INFRA_UPDATING,
    ClusterStatus.SPAWNING,
    ClusterStatus.WAITING,
    ClusterStatus.PREPARING,
    ClusterStatus.SCALING,
    ClusterStatus.SCALING_SPAWNING,
    ClusterStatus.SCALING_WAITING,
    ClusterStatus.SCALING_PREPARING,
    ClusterStatus.CONFIGURING,
    ClusterStatus.STARTING,
    ClusterStatus.DECOMMISSIONING,
)


class Operation:
    """The operation on a cluster while an engine works on it.

    :param cluster: as it was claimed
    :param lease: the right to work on it
    """

    def __init__(
        self,
        conf: cfg.ConfigOpts,
        cluster: Cluster,
        lease: Lease,
        plugins: PluginRegistry,
        driver: InfraDriver,
    ) -> None:
        self.cluster = cluster
        #: A StepType.
        self.type = str(cluster.operation_type)
        self.lease = lease
        self.driver = driver
        #: How many instances are worked on at the same time.
        self.workers: int = conf.engine.instance_workers
        #: Of the owner of the cluster. This thread logs with it from now on.
        self.context = _context_of(cluster)
        self.progress = Progress(
            self.context,
            cluster.id,
            str(cluster.operation_id),
            self.type,
            enabled=not conf.disable_event_log,
            checkpoint=lease.check,
        )
        #: What it waits for in the cloud.
        self.waits = Waits(cluster, lease, conf.engine.wait_notice)
        #: Whether it has come to servers being deleted.
        self.is_deleting_servers = False
        self._plugins = plugins
        self._engine_id = str(cluster.engine_id)
        # Threads that save at the same time share a transaction.
        self._writer: GroupWriter[ClusterInstance, None] = GroupWriter(
            self._save_all
        )

    @property
    def plugin(self) -> ProvisioningPlugin:
        """The plugin of the cluster.

        :raises PluginNotFound: when this engine has not got it
        """
        return self._plugins.get(self.cluster.plugin_name)

    def node_group(self, instance: ClusterInstance) -> NodeGroup:
        """Return the node group of an instance."""
        return next(
            group
            for group in self.cluster.node_groups
            if group.id == instance.node_group_id
        )

    def set_status(self, status: str) -> None:
        """Show how far the work has come.

        :raises Interrupted: when the cluster is not ours any more
        """
        self.lease.check()
        if self._is_further(status):
            with self.lease.protected():
                self.cluster.set_status(status)
            LOG.info('Cluster %s: %s', self.cluster.id, status)

    def _is_further(self, status: str) -> bool:
        present = self.cluster.status
        if present in _ORDER and status in _ORDER:
            return _ORDER.index(present) < _ORDER.index(status)
        return bool(present != status)

    def save(self, instance: ClusterInstance) -> None:
        """Store where an instance runs.

        :raises Interrupted: when the cluster is not ours any more
        """
        with self.lease.protected():
            self._writer.put(instance)

    def _save_all(
        self, instances: Sequence[ClusterInstance]
    ) -> Sequence[None]:
        ClusterInstanceList.save_all(self.context, instances, self._engine_id)
        return [None] * len(instances)

    def finish(
        self,
        status: str,
        description: str | None = None,
        gone: Sequence[ClusterInstance] = (),
    ) -> None:
        """End the operation.

        :param gone: instances that do not exist any more
        :raises Interrupted: when the cluster is not ours any more
        """
        with self.lease.protected():
            self.cluster.finish_operation(
                status, description, [instance.id for instance in gone]
            )

    def destroy(self) -> None:
        """End the operation and the cluster.

        :raises Interrupted: when the cluster is not ours any more
        """
        with self.lease.protected():
            self.cluster.destroy()


def _context_of(cluster: Cluster) -> RequestContext:
    return RequestContext(
        user_id=cluster.user_id,
        project_id=cluster.project_id,
        roles=['admin'],
        is_admin=True,
        request_id=cluster.operation_request_id,
    )
