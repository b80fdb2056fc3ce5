# SPDX-License-Identifier: Apache-2.0
"""The whole API on one screen: URL, method, controller method.

Below ``/v1.0``, ``/v1.1`` and ``/v2``, each with or without a project segment
before it and ``.json`` behind it.
"""

from typing import Any

from ext_lib.wsgi import microversion
from ext_lib.wsgi import routing
from sahara_ext.api import cluster_progress
from sahara_ext.api import clusters
from sahara_ext.api import images
from sahara_ext.api import microversions
from sahara_ext.api import plugins
from sahara_ext.api import templates
from sahara_ext.engine.api import EngineAPI


def table(engine: EngineAPI, version: microversion.Version) -> routing.Table:
    """Return the routes of a version, with controllers that use ``engine``."""
    cluster = clusters.ClustersController(engine)
    group_template = templates.NodeGroupTemplatesController(engine.plugins)
    image = images.ImagesController()
    plugin = plugins.PluginsController(engine.plugins)
    progress = cluster_progress.ClusterProgressController()
    template = templates.ClusterTemplatesController(engine.plugins)

    is_v2 = version >= microversions.V2
    update = 'PATCH' if is_v2 else 'PUT'
    common: routing.Table = (
        ('/clusters', {'GET': cluster.index, 'POST': cluster.create}),
        (
            '/clusters/{cluster_id}',
            {
                'GET': cluster.show,
                'PUT': cluster.scale,
                'PATCH': cluster.update,
                'DELETE': cluster.delete_by_force if is_v2 else cluster.delete,
            },
        ),
        ('/clusters/{cluster_id}/progress', {'GET': progress.index}),
        ('/clusters/{cluster_id}/provisioning', {'GET': progress.show}),
        *_of_templates('/cluster-templates', template, update),
        ('/images', {'GET': image.index}),
        (
            '/images/{image_id}',
            {
                'GET': image.show,
                'POST': image.register,
                'DELETE': image.unregister,
            },
        ),
        *_of_templates('/node-group-templates', group_template, update),
        ('/plugins', {'GET': plugin.index}),
        ('/plugins/{plugin_name}', {'GET': plugin.show}),
        ('/plugins/{plugin_name}/{version}', {'GET': plugin.show_version}),
    )
    # These come first: there is no cluster of the id "multiple".
    v1: routing.Table = (
        ('/clusters/multiple', {'POST': cluster.create_multiple}),
        ('/images/{image_id}/tag', {'POST': image.add_tags}),
        ('/images/{image_id}/untag', {'POST': image.remove_tags}),
    )
    v2: routing.Table = (
        (
            '/images/{image_id}/tags',
            {
                'GET': image.list_tags,
                'PUT': image.set_tags,
                'DELETE': image.clear_tags,
            },
        ),
    )
    return (*(v2 if is_v2 else v1), *common)


def _of_templates(path: str, template: Any, update: str) -> routing.Table:
    """Return the routes of one kind of templates.

    :param update: the method of a request that changes one
    """
    return (
        (path, {'GET': template.index, 'POST': template.create}),
        (
            f'{path}/{{template_id}}',
            {
                'GET': template.show,
                update: template.update,
                'DELETE': template.delete,
            },
        ),
        (f'{path}/{{template_id}}/export', {'GET': template.export}),
    )
