# SPDX-License-Identifier: Apache-2.0
"""clusters/{cluster_id}/progress and provisioning: events, and steps alone."""

from typing import Any

from ext_lib.exception import MarkerNotFound
from ext_lib.wsgi import controller
from ext_lib.wsgi import request
from ext_lib.wsgi import schema
from ext_lib.wsgi.schema import Param
from sahara_ext import policies
from sahara_ext.api import lists
from sahara_ext.api.authorization import authorize
from sahara_ext.api.authorization import is_permitted
from sahara_ext.api.schemas import clusters
from sahara_ext.api.schemas import types
from sahara_ext.api.views import provision_steps as view
from sahara_ext.objects.cluster import Cluster
from sahara_ext.objects.cluster_event import ClusterEventList
from sahara_ext.objects.provision_step import ClusterProvisionStep
from sahara_ext.objects.provision_step import ClusterProvisionStepList

index_query = schema.Query(
    {
        'step_id': Param(types.uuid),
        'limit': Param(types.limit),
        'marker': Param(types.uuid),
        'successful': Param(types.boolean_word),
    },
    strict_since='1.1',
)

_event = schema.Body(
    types.required(
        {
            'id': types.uuid,
            'cluster_id': types.uuid,
            'provisioning_step_id': types.uuid,
            'created_at': types.time,
            'successful': types.boolean,
            **types.alike(
                types.any_string,
                'node_group_id',
                'instance_id',
                'instance_name',
                'event_info',
                'error_id',
            ),
        }
    )
)

index_response = schema.wrapped('events', schema.ListOf(_event))

show_response = schema.wrapped('provisioning', clusters.provisioning)


class ClusterProgressController:
    """Shows the steps of a cluster, and lists the events of one."""

    @controller.query(index_query)
    @controller.response(index_response)
    def index(self, req: request.Request, cluster_id: str) -> dict[str, Any]:
        """List the events of a step, oldest first.

        Without ``step_id`` it is the one users want to know of: the running
        one, else the one that failed, else the last. With ``successful``,
        only successes or only failures.
        """
        authorize(req, policies.ClusterProgress.INDEX)
        cluster = Cluster.get_ref(req.context, cluster_id)
        step = _step(req, cluster.id)
        if step is None:
            return {'events': []}
        try:
            events = ClusterEventList.get_by_step(
                req.context, step.id, req.page, _successful(req)
            )
        except MarkerNotFound:
            raise lists.NoSuchMarker(marker=req.page.marker) from None
        traceback = is_permitted(
            req, policies.ClusterProgress.TRACEBACK, cluster
        )
        return {
            'events': [view.show_event(event, traceback) for event in events]
        }

    @controller.response(show_response)
    def show(self, req: request.Request, cluster_id: str) -> dict[str, Any]:
        """Show how far the work on a cluster is.

        It is a part of what the cluster shows, of a size and a cost that the
        number of its instances does not change.
        """
        authorize(req, policies.Clusters.SHOW)
        cluster = Cluster.get_progress(req.context, cluster_id)
        return {'provisioning': view.show_all(cluster)}


def _step(
    req: request.Request, cluster_id: str
) -> ClusterProvisionStep | None:
    wanted = req.query.get('step_id')
    if wanted is None:
        steps = ClusterProvisionStepList.get_by_cluster(
            req.context, cluster_id
        )
        return steps.current
    return ClusterProvisionStep.get_by_id(req.context, wanted, cluster_id)


def _successful(req: request.Request) -> bool | None:
    wanted = req.query.get('successful')
    return None if wanted is None else wanted.lower() == 'true'
