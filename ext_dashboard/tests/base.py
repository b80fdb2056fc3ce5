# SPDX-License-Identifier: Apache-2.0
"""Base of the tests: a cloud with clusters, whose APIs answer as told."""

from unittest import mock

from openstack_dashboard.api import neutron
from openstack_dashboard.dashboards.project.instances import tabs
from openstack_dashboard.test import helpers

from ext_dashboard import rest

#: Service types of the catalog, beside those of Horizon's tests.
SERVICES = ('data-processing',)
#: What may not become markup, in no place.
MARKUP = (
    '<script>planted()</script><b id="planted" onclick=\'planted()\'>&amp;'
)


class TestCase(helpers.TestCase):
    def _setup_test_data(self):
        super()._setup_test_data()
        self.service_catalog.extend(
            {
                'type': service,
                'name': service,
                'endpoints': [
                    {
                        'region': 'RegionOne',
                        'region_id': 'RegionOne',
                        'interface': interface,
                        'url': f'http://{service}.test/v1.1',
                    }
                    for interface in ('public', 'admin', 'internal')
                ],
            }
            for service in SERVICES
        )

    def setUp(self):
        super().setUp()
        #: Stands for the APIs.
        patcher = mock.patch.object(rest, 'get', autospec=True)
        self.api = patcher.start()
        self.addCleanup(patcher.stop)

    def script(self, address, **headers):
        """Return the answer to a script of a page."""
        return self.client.get(
            address, HTTP_X_REQUESTED_WITH='XMLHttpRequest', **headers
        )

    def instance_tab(self, slug, server_id, tabs=tabs.InstanceDetailTabs):
        """Return a tab of an instance as it is shown once it is opened.

        :param tabs: the group of the tabs of the page
        """
        with mock.patch.object(
            neutron,
            'is_extension_supported',
            autospec=True,
            return_value=False,
        ):
            group = tabs(self.request, instance_id=server_id)
        tab = group.get_tab(slug)
        self.assertFalse(tab.load)
        tab._active = True
        return tab.render()
