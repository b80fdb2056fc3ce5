# SPDX-License-Identifier: Apache-2.0
"""clusters: create, list, show, scale, change and delete them."""

import collections
from collections.abc import Iterable, Mapping
from typing import Any

from ext_lib import exception
from ext_lib.wsgi import controller
from ext_lib.wsgi import request
from sahara_ext import policies
from sahara_ext.api import authorization
from sahara_ext.api import lists
from sahara_ext.api import values
from sahara_ext.api.authorization import authorize
from sahara_ext.api.authorization import is_permitted
from sahara_ext.api.schemas import clusters as schema
from sahara_ext.api.views import clusters as view
from sahara_ext.engine.api import EngineAPI
from sahara_ext.objects.cluster import Cluster
from sahara_ext.objects.cluster import ClusterList

Body = dict[str, Any]


class RepeatedNodeGroup(exception.Invalid):
    """A node group is to be resized twice."""

    msg_fmt = 'Duplicates in node group names are detected: %(names)s'


class CannotVerify(exception.Invalid):
    """A health check is requested, and there is none."""

    code = 'CANNOT_VERIFY'
    msg_fmt = 'Cannot verify cluster. Reason: There are no health checks.'


class CannotReplaceKeys(exception.Invalid):
    """New keys for the instances are requested."""

    code = 'NOT_IMPLEMENTED'
    msg_fmt = 'update_keypair: The keys of a cluster cannot be replaced.'


class ClustersController:
    """Creates, lists, shows, scales, changes and deletes clusters."""

    def __init__(self, engine: EngineAPI) -> None:
        self.engine = engine

    @controller.query(schema.index_query)
    @controller.response(schema.index_response)
    def index(self, req: request.Request) -> Body:
        """List the clusters of the project, and public ones."""
        authorize(req, policies.Clusters.LIST)
        return lists.page(req, 'clusters', ClusterList.get_page, view.show)

    @controller.query(schema.show_query)
    @controller.response(schema.show_response)
    def show(self, req: request.Request, cluster_id: str) -> Body:
        """Show a cluster; with ``show_progress=true``, its events too."""
        authorize(req, policies.Clusters.SHOW)
        events = req.query.get('show_progress', '').lower() == 'true'
        cluster = Cluster.get(req.context, cluster_id, events=events)
        traceback = events and is_permitted(
            req, policies.ClusterProgress.TRACEBACK, cluster
        )
        return {'cluster': view.show(req, cluster, events, traceback)}

    @controller.status(202)
    @controller.body(schema.create)
    @controller.response(schema.create_response)
    def create(self, req: request.Request, body: Body) -> Body:
        """Create a cluster; in version 2, with ``count``, several."""
        authorize(req, policies.Clusters.CREATE)
        clusters = self._create(req, body)
        if 'count' not in body:
            return _shown(req, clusters[0])
        return {'clusters': [_shown(req, cluster) for cluster in clusters]}

    @controller.status(202)
    @controller.body(schema.create_multiple)
    @controller.response(schema.create_multiple_response)
    def create_multiple(self, req: request.Request, body: Body) -> Body:
        """Create several clusters alike; the answer has their ids."""
        authorize(req, policies.Clusters.CREATE)
        return {'clusters': [each.id for each in self._create(req, body)]}

    @controller.status(202)
    @controller.body(schema.scale)
    @controller.response(schema.show_response)
    def scale(self, req: request.Request, cluster_id: str, body: Body) -> Body:
        """Change how many instances a cluster has, or add node groups."""
        authorize(req, policies.Clusters.SCALE)
        cluster = Cluster.get(req.context, cluster_id)
        authorization.check_update(req, cluster)
        resizing = body.get('resize_node_groups', [])
        _check_distinct(group['name'] for group in resizing)
        scaled = self.engine.scale_cluster(
            req.context,
            cluster,
            {group['name']: group['count'] for group in resizing},
            [values.node_group(g) for g in body.get('add_node_groups', [])],
            {
                group['name']: group['instances']
                for group in resizing
                if 'instances' in group
            },
        )
        return _shown(req, scaled)

    @controller.status(202)
    @controller.body(schema.update)
    @controller.response(schema.show_response)
    def update(
        self, req: request.Request, cluster_id: str, body: Body
    ) -> Body:
        """Rename, describe, publish or protect a cluster."""
        authorize(req, policies.Clusters.UPDATE)
        cluster = Cluster.get(req.context, cluster_id)
        changes = _changes(body)
        authorization.check_update(req, cluster, changes)
        updated = self.engine.update_cluster(req.context, cluster, changes)
        return _shown(req, updated)

    @controller.status(204)
    def delete(self, req: request.Request, cluster_id: str) -> None:
        """Delete a cluster."""
        self._delete(req, cluster_id, force=False)

    @controller.status(204)
    @controller.body(schema.delete)
    @controller.response(schema.delete_response)
    def delete_by_force(
        self, req: request.Request, cluster_id: str, body: Body
    ) -> controller.Reply:
        """Delete a cluster, on request whatever becomes of its instances."""
        force = body.get('force', False)
        self._delete(req, cluster_id, force)
        if not force:
            return controller.Reply()
        # There is no stack that could be left behind.
        return controller.Reply({'stack_name': None}, status=200)

    def _create(self, req: request.Request, body: Body) -> list[Cluster]:
        wanted = values.given(body)
        count = wanted.pop('count', None)
        return self.engine.create_clusters(req.context, wanted, count)

    def _delete(
        self, req: request.Request, cluster_id: str, force: bool
    ) -> None:
        authorize(req, policies.Clusters.DELETE)
        cluster = Cluster.get(req.context, cluster_id, steps=False)
        authorization.check_deletion(req, cluster)
        self.engine.delete_cluster(req.context, cluster, force)


def _shown(req: request.Request, cluster: Cluster) -> Body:
    return {'cluster': view.show(req, cluster)}


def _check_distinct(names: Iterable[str]) -> None:
    counts = collections.Counter(names)
    repeated = sorted(name for name, count in counts.items() if count > 1)
    if repeated:
        raise RepeatedNodeGroup(names=', '.join(repeated))


def _changes(body: Mapping[str, Any]) -> Body:
    changes = values.changed(body)
    if changes.pop('update_keypair', False):
        raise CannotReplaceKeys()
    if 'verification' in changes:
        raise CannotVerify()
    return changes
