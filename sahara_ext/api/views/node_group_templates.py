# SPDX-License-Identifier: Apache-2.0
"""Node group templates as answers show them."""

from typing import Any

from ext_lib.wsgi import request
from ext_lib.wsgi import timestamps
from sahara_ext.api.views import naming
from sahara_ext.api.views import node_groups
from sahara_ext.objects.template import NodeGroupTemplate

#: Keys that mean nothing to another project.
_OWN = (
    'id',
    'created_at',
    'updated_at',
    'tenant_id',
    'project_id',
    'is_default',
)
#: Keys that are to be filled in when a template is imported.
_BLANKS = ('flavor_id', 'image_id', 'floating_ip_pool', 'security_groups')


def show(req: request.Request, template: NodeGroupTemplate) -> dict[str, Any]:
    """Return a template."""
    return naming.renamed(
        req,
        {
            'created_at': timestamps.seconds(template.created_at),
            'updated_at': timestamps.seconds(template.updated_at),
            'id': template.id,
            'name': template.name,
            'description': template.description,
            'tenant_id': template.project_id,
            'flavor_id': template.flavor_id,
            'image_id': template.image_id,
            'plugin_name': template.plugin_name,
            'hadoop_version': template.plugin_version,
            'node_processes': template.node_processes,
            'node_configs': template.node_configs,
            **node_groups.volumes(template),
            **node_groups.network(template),
            'is_default': template.is_default,
            'use_autoconfig': template.use_autoconfig,
            'shares': template.shares or None,
            'is_public': template.is_public,
            'is_protected': template.is_protected,
        },
    )


def export(
    req: request.Request, template: NodeGroupTemplate
) -> dict[str, Any]:
    """Return a template as a file to import it from, elsewhere."""
    return blanked(show(req, template), _BLANKS)


def blanked(shown: dict[str, Any], blanks: tuple[str, ...]) -> dict[str, Any]:
    """Return what is shown without what is its owner's.

    :param blanks: keys whose values are only named
    """
    return {
        key: f'{{{key}}}' if key in blanks else value
        for key, value in shown.items()
        if key not in _OWN
    }
