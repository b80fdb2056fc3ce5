# SPDX-License-Identifier: Apache-2.0
"""The part of the compute API that reads records: URL, controller method.

It is apart from the rest so that who serves it imports nothing of what
changes servers.
"""

from oslo_config import cfg

from ext_lib.wsgi import links as ext_links
from ext_lib.wsgi import routing
from nova_ext.api.openstack.compute import audit
from nova_ext.api.openstack.compute import instance_actions
from nova_ext.api.openstack.compute import microversions
from nova_ext.api.openstack.compute import migrations
from nova_ext.api.openstack.compute import server_migrations
from nova_ext.api.openstack.compute import versions


def table(conf: cfg.ConfigOpts) -> routing.Table:
    """Return the routes, with controllers that use ``conf``."""
    links = ext_links.Links(conf.api.compute_link_prefix)
    negotiator = microversions.audit_negotiator(conf)

    action = instance_actions.InstanceActionsController(links)
    live = server_migrations.ServerMigrationsController()
    migration = migrations.MigrationsController(links)
    version = versions.VersionsController(links, negotiator)

    one = '/servers/{server_id}'
    return (
        ('/', {'GET': version.root}),
        ('/os-migrations', {'GET': migration.index}),
        (f'{one}/migrations', {'GET': live.index}),
        (f'{one}/migrations/{{id}}', {'GET': live.show}),
        (f'{one}/os-instance-actions', {'GET': action.index}),
        (f'{one}/os-instance-actions/{{id}}', {'GET': action.show}),
        *audit.table(links),
    )
