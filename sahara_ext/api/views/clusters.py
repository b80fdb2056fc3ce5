# SPDX-License-Identifier: Apache-2.0
"""Clusters and their templates as answers show them."""

from typing import Any
import uuid

from ext_lib.wsgi import request
from ext_lib.wsgi import timestamps
from sahara_ext.api import microversions
from sahara_ext.api.views import node_groups
from sahara_ext.api.views import provision_steps
from sahara_ext.engine import builders
from sahara_ext.objects.cluster import Cluster
from sahara_ext.objects.node_group import NodeGroup
from sahara_ext.objects.template import ClusterTemplate

#: How many instances of a process may share a host.
_RATIO = 1
#: What holds passwords.
_HIDDEN = 'proxy_configs'
#: Keys that are to be filled in when a template is imported.
_BLANKS = ('default_image_id', 'node_groups')


def show(
    req: request.Request,
    cluster: Cluster,
    with_events: bool = False,
    with_traceback: bool = False,
) -> dict[str, Any]:
    """Return a cluster.

    :param with_events: whether its steps show their events
    :param with_traceback: whether events that are failures show it
    """
    return microversions.renamed(
        req,
        {
            **_head(cluster),
            'node_groups': [node_groups.show(g) for g in cluster.node_groups],
            'provision_progress': [
                provision_steps.begun(req, step, with_events, with_traceback)
                for step in cluster.provision_steps
                if not step.is_planned
            ],
            **provision_steps.of_cluster(cluster),
        },
    )


def _head(cluster: Cluster) -> dict[str, Any]:
    return {
        'created_at': timestamps.seconds(cluster.created_at),
        'updated_at': timestamps.seconds(cluster.updated_at),
        'id': cluster.id,
        'name': cluster.name,
        'description': cluster.description,
        'tenant_id': cluster.project_id,
        'trust_id': cluster.trust_id,
        'is_transient': cluster.is_transient,
        'plugin_name': cluster.plugin_name,
        'hadoop_version': cluster.plugin_version,
        'cluster_configs': {
            target: configs
            for target, configs in cluster.cluster_configs.items()
            if target != _HIDDEN
        },
        'default_image_id': cluster.default_image_id,
        'neutron_management_network': cluster.neutron_management_network,
        'anti_affinity': cluster.anti_affinity,
        'anti_affinity_ratio': cluster.anti_affinity_ratio or _RATIO,
        'management_public_key': cluster.management_public_key,
        'user_keypair_id': cluster.user_keypair_id,
        'status': cluster.status,
        'status_description': cluster.status_description or '',
        'info': cluster.info,
        'use_autoconfig': cluster.use_autoconfig,
        'cluster_template_id': cluster.cluster_template_id,
        'shares': cluster.shares or None,
        'is_public': cluster.is_public,
        'is_protected': cluster.is_protected,
        'domain_name': cluster.domain_name,
    }


def show_template(
    req: request.Request, template: ClusterTemplate
) -> dict[str, Any]:
    """Return a template."""
    return microversions.renamed(
        req,
        {
            'created_at': timestamps.seconds(template.created_at),
            'updated_at': timestamps.seconds(template.updated_at),
            'id': template.id,
            'name': template.name,
            'description': template.description,
            'cluster_configs': template.cluster_configs,
            'default_image_id': template.default_image_id,
            'anti_affinity': template.anti_affinity,
            'tenant_id': template.project_id,
            'neutron_management_network': template.neutron_management_network,
            'plugin_name': template.plugin_name,
            'hadoop_version': template.plugin_version,
            'is_default': template.is_default,
            'use_autoconfig': template.use_autoconfig,
            'shares': template.shares or None,
            'is_public': template.is_public,
            'is_protected': template.is_protected,
            'domain_name': template.domain_name,
            'node_groups': [
                _node_group(template, values)
                for values in template.node_groups
            ],
        },
    )


def export_template(
    req: request.Request, template: ClusterTemplate
) -> dict[str, Any]:
    """Return a template as a file to import it from, elsewhere."""
    return node_groups.blanked(show_template(req, template), _BLANKS)


def _node_group(
    template: ClusterTemplate, values: dict[str, Any]
) -> dict[str, Any]:
    """Return a node group to be made; what is not said of it is usual."""
    group = NodeGroup(
        # It is a part of the template, and clients want one all the same.
        id=str(uuid.uuid5(uuid.UUID(template.id), values['name'])),
        created_at=template.created_at,
        updated_at=None,
    )
    shown = node_groups.show(builders.complete(group, values))
    del shown['instances']
    return shown
