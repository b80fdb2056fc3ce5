# SPDX-License-Identifier: Apache-2.0
"""Every change of a cluster: checked, stored, and sent to an engine."""

from collections.abc import Iterable, Mapping, Sequence
import functools
from typing import Any

from oslo_config import cfg
from oslo_log import log as logging
import oslo_messaging as messaging

from ext_lib import rpc
from ext_lib.context import RequestContext
from sahara_ext import exception
from sahara_ext.engine import admission
from sahara_ext.engine import builders
from sahara_ext.engine import templates
from sahara_ext.engine import validation
from sahara_ext.objects.base import Serializer
from sahara_ext.objects.cluster import Cluster
from sahara_ext.objects.cluster import ClusterList
from sahara_ext.objects.fields import ClusterStatus
from sahara_ext.plugins.base import ProvisioningPlugin
from sahara_ext.plugins.registry import PluginRegistry

LOG = logging.getLogger(__name__)

#: Of the messages to engines, which sahara_ext.engine.manager takes.
TOPIC = 'sahara-ext-engine'
_VERSION = '1.0'


class EngineAPI:
    """The changes that the HTTP API offers.

    Clusters that it returns or was given are then as they are stored, planned
    steps included.

    :param transport: made from ``conf`` when None
    """

    def __init__(
        self,
        conf: cfg.ConfigOpts,
        transport: messaging.Transport | None = None,
    ) -> None:
        self._conf = conf
        client = rpc.get_client(
            transport or rpc.get_transport(conf),
            messaging.Target(topic=TOPIC, version=_VERSION),
            Serializer(),
        )
        # Engines search for operations now and then, so that nothing is lost
        # if a message is.
        self._engines = rpc.Sender(client, best_effort=True)
        #: What clusters can be made with.
        self.plugins = PluginRegistry(conf)

    def create_clusters(
        self,
        context: RequestContext,
        values: Mapping[str, Any],
        count: int | None = None,
    ) -> list[Cluster]:
        """Create clusters of the caller's; return them.

        :param values: fields of a cluster, and as ``node_groups`` those of
            its node groups; templates they name add the rest
        :param count: how many, with numbers in their names; None for one
            without
        :raises Invalid: when there cannot be such a cluster
        :raises ClusterNameExists: when the project has one of the name
        """
        completed = templates.complete_cluster(context, values)
        plugin = self.plugins.get(str(completed.get('plugin_name')))
        names = builders.names(completed['name'], count)
        self._check_size(completed['node_groups'], len(names))
        drafts = [builders.cluster(context, completed, name) for name in names]
        validation.check_cluster(plugin, drafts[-1])
        clusters = admission.create(
            context, completed, drafts, self._plan(plugin)
        )
        self._begin(context, clusters)
        return clusters

    def scale_cluster(
        self,
        context: RequestContext,
        cluster: Cluster,
        resize: Mapping[str, int],
        add: Sequence[Mapping[str, Any]] = (),
        remove: Mapping[str, Sequence[str]] | None = None,
    ) -> Cluster:
        """Have a cluster grow and shrink; return it.

        :param resize: how many instances node groups are to have, by name
        :param add: values of node groups to be added
        :param remove: ids or names of instances that are the first to go, by
            the name of their group
        :raises Invalid: when the cluster cannot become that, or not now
        """
        _check_scalable(cluster)
        plugin = self.plugins.get(cluster.plugin_name)
        groups = templates.complete_groups(context, add)
        self._check_size([*groups, *({'count': n} for n in resize.values())])

        def resized(locked: Cluster) -> builders.Resizing:
            _check_scalable(locked)
            templates.hold_groups(context, groups)
            change = builders.resize(locked, resize, groups, remove or {})
            self._check_change(plugin, locked, change)
            return change

        scaled, has_begun = admission.scale(
            context, cluster.id, resized, self._plan(plugin)
        )
        if has_begun:
            self._begin(context, [scaled])
        else:
            ClusterList.load_steps(context, [scaled])
        return scaled

    def _check_size(
        self, groups: Iterable[Mapping[str, Any]], clusters: int = 1
    ) -> None:
        """Refuse counts that it would take long even to think about."""
        count = clusters * sum(group['count'] for group in groups)
        validation.check_size(count, self._conf.engine.max_instances)

    def _check_change(
        self,
        plugin: ProvisioningPlugin,
        cluster: Cluster,
        change: builders.Resizing,
    ) -> None:
        validation.check_groups(
            plugin,
            cluster.plugin_version,
            change.groups,
            change.groups_of(cluster),
        )
        validation.check_instances(change.instances)
        validation.check_new_names(cluster, change.new_names)
        validation.check_size(
            change.size_of(cluster), self._conf.engine.max_instances
        )
        plugin.validate_scaling(cluster, change.counts, change.groups)

    def update_cluster(
        self,
        context: RequestContext,
        cluster: Cluster,
        changes: Mapping[str, Any],
    ) -> Cluster:
        """Change what users say of a cluster; return it.

        :param changes: values of fields
        :raises ClusterProtected: unless that is to end, or only who sees the
            cluster changes
        :raises ClusterNameExists: when the project has one of the new name
        """
        if cluster.is_protected and not validation.may_change(
            cluster, changes
        ):
            raise exception.ClusterProtected(cluster_id=cluster.id)
        for name, value in changes.items():
            setattr(cluster, name, value)
        cluster.save()
        return cluster

    def delete_cluster(
        self, context: RequestContext, cluster: Cluster, force: bool = False
    ) -> None:
        """Have a cluster deleted, whatever is being done to it.

        :param force: whether what cannot be deleted is left behind, and the
            plugin not asked to prepare
        :raises ClusterProtected: when it is to stay as it is
        :raises ClusterNotFound: when it is gone by now
        """
        plan = self._plan(None if force else self._plugin_of(cluster))
        try:
            deleted = admission.delete(context, cluster.id, force, plan)
        except exception.ClusterInvalidStatus:
            LOG.debug('Cluster %s is being deleted already', cluster.id)
        else:
            self._begin(context, [deleted])

    def _plugin_of(self, cluster: Cluster) -> ProvisioningPlugin | None:
        # One that is not there any more does not keep its clusters alive.
        try:
            return self.plugins.get(cluster.plugin_name)
        except exception.PluginNotFound:
            return None

    def _plan(self, plugin: ProvisioningPlugin | None) -> admission.Plan:
        return functools.partial(admission.plan, self._conf, plugin)

    def _begin(
        self, context: RequestContext, clusters: Sequence[Cluster]
    ) -> None:
        ClusterList.load_steps(context, clusters)
        for cluster in clusters:
            LOG.info(
                'Accepted %s of cluster %s, which engines log as %s',
                cluster.operation_type,
                cluster.id,
                cluster.operation_request_id,
            )
            self._engines.cast(context, 'run_operation', cluster_id=cluster.id)


def _check_scalable(cluster: Cluster) -> None:
    if cluster.is_protected:
        raise exception.ClusterProtected(cluster_id=cluster.id)
    if cluster.status != ClusterStatus.ACTIVE:
        raise exception.ClusterInvalidStatus(
            cluster_id=cluster.id, status=cluster.status
        )
