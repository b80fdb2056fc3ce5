# SPDX-License-Identifier: Apache-2.0
"""An event of a cluster: an instance that got through a step, or failed."""

from collections.abc import Mapping
from typing import Any

from openstack import resource
import requests


class ClusterEvent(resource.Resource):
    """An event of a step of a cluster.

    Data-processing API, ``GET /clusters/{cluster_id}/progress``.
    """

    resources_key = 'events'
    base_path = '/clusters/%(cluster_id)s/progress'

    allow_list = True

    _query_mapping = resource.QueryParameters('step_id', 'successful')

    #: The cluster the event belongs to.
    cluster_id = resource.URI('cluster_id')
    #: The step the event belongs to.
    step_id = resource.Body('provisioning_step_id')
    #: When it happened: ISO 8601, UTC, without a zone.
    created_at = resource.Body('created_at')
    #: Whether the instance got through the step.
    successful = resource.Body('successful', type=bool)
    #: The node group of the instance.
    node_group_id = resource.Body('node_group_id')
    #: The server of the instance; None for an event of the step as such.
    instance_id = resource.Body('instance_id')
    #: The name of the instance, in the same way.
    instance_name = resource.Body('instance_name')
    #: Why the instance failed, for administrators with the traceback; None
    #: of a success.
    event_info = resource.Body('event_info')
    #: The id of the failure in the log of the engine; None of a success.
    error_id = resource.Body('error_id')

    @classmethod
    def _get_next_link(
        cls,
        uri: str,
        response: requests.Response,
        data: dict[str, Any],
        marker: str | None,
        limit: str | None,
        total_yielded: int,
    ) -> tuple[str | None, Mapping[str, Any]]:
        """Return the next page; only an empty one shows the end."""
        page: dict[str, Any] = {'marker': marker}
        return uri, {**page, 'limit': limit} if limit else page
