# SPDX-License-Identifier: Apache-2.0
"""Clusters of the data-processing API, and their progress."""

from collections.abc import Mapping
from typing import Any

from openstack import resource
import requests

ACTIVE = 'Active'
ERROR = 'Error'


class ClusterStep(resource.Resource):
    """A step of the work on a cluster; it counts instances."""

    #: The cluster the step belongs to.
    cluster_id = resource.Body('cluster_id')
    #: The name of the step, as users read it.
    name = resource.Body('step_name')
    #: ``creating``, ``scaling`` or ``deleting``.
    step_type = resource.Body('step_type')
    #: How many instances have completed the step.
    completed = resource.Body('completed', type=int)
    #: How many instances have failed in it.
    failed = resource.Body('failed', type=int)
    #: How many instances go through it; None while it is not known.
    total = resource.Body('total', type=int)
    #: Whether the step ended well; None before it is known, False as soon as
    #: one instance has failed.
    successful = resource.Body('successful', type=bool)
    #: How many seconds the step took, or has been running for; None before.
    duration = resource.Body('duration', type=int)
    #: When the step began: ISO 8601, UTC, without a zone; None before.
    started_at = resource.Body('started_at')
    #: When it ended, in the same form; None before.
    completed_at = resource.Body('completed_at')
    #: When it was planned, in the same form.
    created_at = resource.Body('created_at')
    #: When it changed last, in the same form.
    updated_at = resource.Body('updated_at')

    @property
    def has_begun(self) -> bool:
        """True once work on the step has begun."""
        return self.started_at is not None


class ClusterProgress(resource.Resource):
    """The progress of the work on a cluster.

    Data-processing API, ``GET /clusters/{cluster_id}``, where the API has no
    :class:`ClusterProvisioning`.
    """

    resource_key = 'cluster'
    resources_key = 'clusters'
    base_path = '/clusters'

    allow_fetch = True

    #: The name of the cluster.
    name = resource.Body('name')
    #: ``Validating`` to ``Active``, ``Error`` or ``Deleting``.
    status = resource.Body('status')
    #: What is waited for, or why the work failed; empty without either.
    status_description = resource.Body('status_description')
    #: How much of the work is done, of 100.
    percentage = resource.Body('provisioning_percentage', type=int)
    #: Every step in order, those that have not begun included.
    steps = resource.Body(
        'provisioning_progress', type=list, list_type=ClusterStep
    )

    @property
    def has_ended(self) -> bool:
        """True if the cluster is ``Active`` or in ``Error``."""
        return self.status in (ACTIVE, ERROR)


class ClusterProvisioning(ClusterProgress):
    """The same in a small answer, whose cost no number of instances changes.

    Data-processing API, ``GET /clusters/{cluster_id}/provisioning``.
    """

    resource_key = 'provisioning'
    base_path = '/clusters/%(cluster_id)s/provisioning'

    #: The cluster whose progress it is.
    cluster_id = resource.URI('cluster_id')


class Cluster(ClusterProgress):
    """A cluster, with its progress.

    Data-processing API, ``GET /clusters`` and ``GET /clusters/{cluster_id}``.
    """

    allow_list = True

    _query_mapping = resource.QueryParameters(
        'name', 'plugin_name', 'status', 'sort_by'
    )

    #: What users say of the cluster.
    description = resource.Body('description')
    #: The plugin that makes the cluster.
    plugin_name = resource.Body('plugin_name')
    #: The version of the plugin.
    plugin_version = resource.Body('plugin_version', alias='hadoop_version')
    #: What version 1.1 of the API calls ``plugin_version``.
    hadoop_version = resource.Body('hadoop_version')
    #: The project that owns the cluster.
    project_id = resource.Body('project_id', alias='tenant_id')
    #: What version 1.1 of the API calls ``project_id``.
    tenant_id = resource.Body('tenant_id')
    #: The template the cluster was made from; None without one.
    cluster_template_id = resource.Body('cluster_template_id')
    #: The image of node groups that have none of their own.
    default_image_id = resource.Body('default_image_id')
    #: The groups of alike instances, each with its instances.
    node_groups = resource.Body('node_groups', type=list)
    #: Addresses of what runs in the cluster, by kind.
    info = resource.Body('info', type=dict)
    #: When the cluster was made: ISO 8601, UTC, without a zone.
    created_at = resource.Body('created_at')
    #: When it changed last, in the same form.
    updated_at = resource.Body('updated_at')

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
        """Return the next page; the API names only its marker."""
        following = data.get('markers', {}).get('next')
        if following is None:
            return None, {}
        page: dict[str, Any] = {'marker': following}
        return uri, {**page, 'limit': limit} if limit else page
