# SPDX-License-Identifier: Apache-2.0
"""Cluster templates as answers show them."""

from typing import Any
import uuid

from ext_lib.wsgi import request
from ext_lib.wsgi import timestamps
from sahara_ext.api import microversions
from sahara_ext.api.views import node_groups
from sahara_ext.objects.node_group import NodeGroup
from sahara_ext.objects.template import ClusterTemplate

_BLANKS = ('default_image_id', 'node_groups')


def show(req: request.Request, template: ClusterTemplate) -> dict[str, Any]:
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


def export(req: request.Request, template: ClusterTemplate) -> dict[str, Any]:
    """Return a template as a file to import it from, elsewhere."""
    return node_groups.blanked(show(req, template), _BLANKS)


def _node_group(
    template: ClusterTemplate, values: dict[str, Any]
) -> dict[str, Any]:
    """Return a node group to be made; what is not said of it is usual."""
    group = NodeGroup(
        # It is a part of the template, and clients want one all the same.
        id=str(uuid.uuid5(uuid.UUID(template.id), values['name'])),
        created_at=template.created_at,
    )
    for name, field in group.fields.items():
        if name in values:
            setattr(group, name, values[name])
        elif field.nullable and name not in group:
            setattr(group, name, None)
    group.obj_set_defaults()
    shown = node_groups.show(group)
    del shown['instances']
    return shown
