# SPDX-License-Identifier: Apache-2.0
"""Views that answer the script of the tab, each with one request."""

from typing import Any, Final

from ext_dashboard import json_views
from ext_dashboard import rest
from ext_dashboard.provisioning import progress

_SERVICE: Final = 'data-processing'


class ProgressView(json_views.JsonView):
    """The progress of the work on a cluster."""

    def read(self, request: Any, **kwargs: str) -> dict[str, Any]:
        """Return the progress of the cluster, step by step."""
        cluster_id = kwargs['cluster_id']
        path = f'/clusters/{rest.quoted(cluster_id)}/provisioning'
        body = rest.get(request, _SERVICE, path)
        return progress.shown(cluster_id, body['provisioning'])


class FailuresView(json_views.JsonView):
    """The instances that failed in a step, the first ones first."""

    def read(self, request: Any, **kwargs: str) -> dict[str, Any]:
        """Return a page of failures, and the marker of the next one.

        :raises rest.Refused: when ``marker`` is not of such a failure
        """
        path = f'/clusters/{rest.quoted(kwargs["cluster_id"])}/progress'
        query = {
            'step_id': kwargs['step_id'],
            'successful': 'false',
            'limit': json_views.ASKED,
            'marker': request.GET.get('marker') or None,
        }
        found = rest.get(request, _SERVICE, path, query)['events']
        page, following = json_views.page_of(found, 'id')
        return {
            'failures': [progress.failure(event) for event in page],
            'limit': json_views.PAGE,
            'next': following and following['marker'],
        }
