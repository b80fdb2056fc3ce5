# SPDX-License-Identifier: Apache-2.0
"""Properties are stored under the names of their columns."""

import testtools

from nova_ext.api.openstack.compute import server_columns


class TestServerColumns(testtools.TestCase):
    def test_all(self):
        server = {
            'name': 'web',
            'description': None,
            'accessIPv4': '1.2.3.4',
            'accessIPv6': '::1',
            'OS-DCF:diskConfig': 'AUTO',
            'flavorRef': '1',
        }
        columns = {
            'display_name': 'web',
            'display_description': None,
            'access_ip_v4': '1.2.3.4',
            'access_ip_v6': '::1',
            'auto_disk_config': True,
        }
        self.assertEqual(columns, server_columns.of(server))

    def test_none(self):
        self.assertEqual({}, server_columns.of({'metadata': {}}))

    def test_manual(self):
        found = server_columns.of({'OS-DCF:diskConfig': 'MANUAL'})
        self.assertEqual({'auto_disk_config': False}, found)
