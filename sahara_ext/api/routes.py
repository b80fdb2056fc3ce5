# SPDX-License-Identifier: Apache-2.0
"""The whole API on one screen: URL, method, controller method.

Below ``/v1.0``, ``/v1.1`` and ``/v2``, each with or without a project segment
before it and ``.json`` behind it.
"""

from ext_lib.wsgi import microversion
from ext_lib.wsgi import routing
from sahara_ext.api import cluster_progress
from sahara_ext.api import clusters
from sahara_ext.api import images
from sahara_ext.api import microversions
from sahara_ext.api import plugins
from sahara_ext.api import templates
from sahara_ext.engine.api import EngineAPI

Methods = dict[str, routing.Target]


def table(engine: EngineAPI, version: microversion.Version) -> routing.Table:
    """Return the routes of a version, with controllers that use ``engine``."""
    cluster = clusters.ClustersController(engine)
    group_template = templates.NodeGroupTemplatesController(engine.plugins)
    image = images.ImagesController()
    plugin = plugins.PluginsController(engine.plugins)
    progress = cluster_progress.ClusterProgressController()
    template = templates.ClusterTemplatesController(engine.plugins)

    one_cluster: Methods = {
        'GET': cluster.show,
        'PUT': cluster.scale,
        'PATCH': cluster.update,
    }
    one_group_template: Methods = {
        'GET': group_template.show,
        'DELETE': group_template.delete,
    }
    one_image: Methods = {
        'GET': image.show,
        'POST': image.register,
        'DELETE': image.unregister,
    }
    one_template: Methods = {
        'GET': template.show,
        'DELETE': template.delete,
    }
    common: routing.Table = (
        ('/clusters', {'GET': cluster.index, 'POST': cluster.create}),
        ('/clusters/{cluster_id}/progress', {'GET': progress.index}),
        (
            '/cluster-templates',
            {'GET': template.index, 'POST': template.create},
        ),
        ('/cluster-templates/{template_id}/export', {'GET': template.export}),
        ('/images', {'GET': image.index}),
        ('/images/{image_id}', one_image),
        (
            '/node-group-templates',
            {'GET': group_template.index, 'POST': group_template.create},
        ),
        (
            '/node-group-templates/{template_id}/export',
            {'GET': group_template.export},
        ),
        ('/plugins', {'GET': plugin.index}),
        ('/plugins/{plugin_name}', {'GET': plugin.show}),
        ('/plugins/{plugin_name}/{version}', {'GET': plugin.show_version}),
    )
    v1: routing.Table = (
        ('/clusters/multiple', {'POST': cluster.create_multiple}),
        ('/clusters/{cluster_id}', {**one_cluster, 'DELETE': cluster.delete}),
        (
            '/cluster-templates/{template_id}',
            {**one_template, 'PUT': template.update},
        ),
        ('/images/{image_id}/tag', {'POST': image.add_tags}),
        ('/images/{image_id}/untag', {'POST': image.remove_tags}),
        (
            '/node-group-templates/{template_id}',
            {**one_group_template, 'PUT': group_template.update},
        ),
    )
    v2: routing.Table = (
        (
            '/clusters/{cluster_id}',
            {**one_cluster, 'DELETE': cluster.delete_by_force},
        ),
        (
            '/cluster-templates/{template_id}',
            {**one_template, 'PATCH': template.update},
        ),
        (
            '/images/{image_id}/tags',
            {
                'GET': image.list_tags,
                'PUT': image.set_tags,
                'DELETE': image.clear_tags,
            },
        ),
        (
            '/node-group-templates/{template_id}',
            {**one_group_template, 'PATCH': group_template.update},
        ),
    )
    return (*common, *(v2 if version >= microversions.V2 else v1))
