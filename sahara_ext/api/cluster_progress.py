# SPDX-License-Identifier: Apache-2.0
"""clusters/{cluster_id}/progress: what happened to the instances."""

from typing import Any

from ext_lib.exception import MarkerNotFound
from ext_lib.wsgi import controller
from ext_lib.wsgi import request
from sahara_ext.api import lists
from sahara_ext.api.authorization import authorize
from sahara_ext.api.authorization import is_permitted
from sahara_ext.api.schemas import cluster_progress as schema
from sahara_ext.api.views import cluster_events as view
from sahara_ext.objects.cluster import Cluster
from sahara_ext.objects.cluster_event import ClusterEventList
from sahara_ext.objects.provision_step import ClusterProvisionStep
from sahara_ext.objects.provision_step import ClusterProvisionStepList
from sahara_ext.policies import cluster_progress as policies


class ClusterProgressController:
    """Lists the events of one step of a cluster."""

    @controller.query(schema.index_query)
    @controller.response(schema.index_response)
    def index(self, req: request.Request, cluster_id: str) -> dict[str, Any]:
        """List the events of a step, oldest first.

        Without ``step_id`` it is the one users want to know of: the running
        one, else the one that failed, else the last. With ``successful``,
        only successes or only failures.
        """
        authorize(req, policies.INDEX)
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
        traceback = is_permitted(req, policies.TRACEBACK, cluster)
        return {'events': [view.show(event, traceback) for event in events]}


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
