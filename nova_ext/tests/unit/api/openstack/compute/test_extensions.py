# SPDX-License-Identifier: Apache-2.0
"""The list of extensions has what is served, and all of that."""

from ext_lib.wsgi import routing
from nova_ext.api.openstack.compute import extensions
from nova_ext.api.openstack.compute import routes
from nova_ext.tests import base
from nova_ext.tests.unit.api.openstack import base as api_base

#: What each adds: paths, and actions on a server.
_ADDED = {
    'os-admin-actions': {'os-resetState'},
    'os-evacuate': {'evacuate'},
    'os-instance-actions': {
        '/servers/{server_id}/os-instance-actions',
        '/servers/{server_id}/os-instance-actions/{id}',
    },
    'os-keypairs': {'/os-keypairs', '/os-keypairs/{id}'},
    'os-lock-server': {'lock', 'unlock'},
    'os-migrate-server': {'migrate', 'os-migrateLive'},
    'os-migrations': {'/os-migrations'},
    'os-pause-server': {'pause', 'unpause'},
    'os-services': {
        '/os-services',
        '/os-services/enable',
        '/os-services/disable',
        '/os-services/disable-log-reason',
        '/os-services/force-down',
        '/os-services/{id}',
    },
    'os-suspend-server': {'suspend', 'resume'},
}


class TestExtensions(base.MessagingTestCase):
    def test_all_that_is_listed_is_there(self) -> None:
        req = api_base.request()
        req.context.can = lambda *args, **kwargs: True
        found = extensions.ExtensionsController().index(req)['extensions']
        self.assertEqual(list(_ADDED), [e['alias'] for e in found])
        table = dict(routes.table(self.conf))
        actions = table['/servers/{server_id}/action']['POST']
        assert isinstance(actions, routing.Actions)
        served = {*table, *actions}
        for alias, added in _ADDED.items():
            self.assertEqual(set(), added - served, alias)
