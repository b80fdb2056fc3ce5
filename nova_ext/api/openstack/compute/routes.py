# SPDX-License-Identifier: Apache-2.0
"""The whole compute API on one screen: URL, method, controller method.

Below ``/v2.1``, each with or without a project segment before it.
"""

from oslo_config import cfg

from ext_lib.wsgi import links as ext_links
from ext_lib.wsgi import routing
from nova_ext.api.openstack.compute import extensions
from nova_ext.api.openstack.compute import flavors
from nova_ext.api.openstack.compute import images
from nova_ext.api.openstack.compute import instance_actions
from nova_ext.api.openstack.compute import keypairs
from nova_ext.api.openstack.compute import microversions
from nova_ext.api.openstack.compute import migrations
from nova_ext.api.openstack.compute import server_actions
from nova_ext.api.openstack.compute import server_migrations
from nova_ext.api.openstack.compute import servers
from nova_ext.api.openstack.compute import services
from nova_ext.api.openstack.compute import versions
from nova_ext.compute.api import servers as compute_api
from nova_ext.flavors import Catalogue


def table(conf: cfg.ConfigOpts) -> routing.Table:
    """Return the routes, with controllers that use ``conf``."""
    links = ext_links.Links(conf.api.compute_link_prefix)
    catalogue = Catalogue(conf)
    compute = compute_api.API(conf)

    action = instance_actions.InstanceActionsController(links)
    extension = extensions.ExtensionsController()
    flavor = flavors.FlavorsController(links, catalogue)
    image = images.ImagesController(links)
    keypair = keypairs.KeypairsController(links)
    live = server_migrations.ServerMigrationsController()
    steer = server_migrations.ServerMigrationActionsController(compute)
    migration = migrations.MigrationsController(links)
    server = servers.ServersController(conf, links, catalogue, compute)
    act = server_actions.ServerActionsController(compute, server.view)
    move = server_actions.ServerMovesController(catalogue, compute)
    service = services.ServicesController(conf)
    version = versions.VersionsController(links, microversions.NEGOTIATOR)

    server_action = routing.Actions(
        {
            'confirmResize': move.confirm_resize,
            'evacuate': move.evacuate,
            'forceDelete': act.force_delete,
            'lock': act.lock,
            'migrate': move.migrate,
            'os-migrateLive': move.migrate_live,
            'os-resetState': act.reset_state,
            'os-start': act.start,
            'os-stop': act.stop,
            'pause': act.pause,
            'reboot': act.reboot,
            'rebuild': act.rebuild,
            'resize': move.resize,
            'resume': act.resume,
            'revertResize': move.revert_resize,
            'suspend': act.suspend,
            'unlock': act.unlock,
            'unpause': act.unpause,
        }
    )
    force_complete = routing.Actions({'force_complete': steer.force_complete})
    one = '/servers/{server_id}'
    return (
        ('/', {'GET': version.root}),
        ('/versions/{id}', {'GET': version.show}),
        ('/extensions', {'GET': extension.index}),
        ('/extensions/{alias}', {'GET': extension.show}),
        ('/flavors', {'GET': flavor.index}),
        ('/flavors/detail', {'GET': flavor.detail}),
        ('/flavors/{id}', {'GET': flavor.show}),
        ('/flavors/{id}/os-extra_specs', {'GET': flavor.extra_specs}),
        ('/images/{id}', {'GET': image.show}),
        ('/os-keypairs', {'GET': keypair.index, 'POST': keypair.create}),
        (
            '/os-keypairs/{id}',
            {'GET': keypair.show, 'DELETE': keypair.delete},
        ),
        ('/os-migrations', {'GET': migration.index}),
        ('/os-services', {'GET': service.index}),
        ('/os-services/enable', {'PUT': service.enable}),
        ('/os-services/disable', {'PUT': service.disable}),
        (
            '/os-services/disable-log-reason',
            {'PUT': service.disable_log_reason},
        ),
        ('/os-services/force-down', {'PUT': service.force_down}),
        (
            '/os-services/{id}',
            {'PUT': service.update, 'DELETE': service.delete},
        ),
        ('/servers', {'GET': server.index, 'POST': server.create}),
        ('/servers/detail', {'GET': server.detail}),
        (
            '/servers/{id}',
            {
                'GET': server.show,
                'PUT': server.update,
                'DELETE': server.delete,
            },
        ),
        (f'{one}/action', {'POST': server_action}),
        (f'{one}/os-instance-actions', {'GET': action.index}),
        (f'{one}/os-instance-actions/{{id}}', {'GET': action.show}),
        (f'{one}/migrations', {'GET': live.index}),
        (
            f'{one}/migrations/{{id}}',
            {'GET': live.show, 'DELETE': steer.delete},
        ),
        (f'{one}/migrations/{{id}}/action', {'POST': force_complete}),
    )
