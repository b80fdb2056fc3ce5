# SPDX-License-Identifier: Apache-2.0
"""Tests of the properties of servers in the bodies of requests."""

import ddt
import testtools

from nova_ext.api.openstack.compute import server_properties


@ddt.ddt
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
        self.assertEqual(columns, server_properties.of(server))

    def test_none(self):
        self.assertEqual({}, server_properties.of({'metadata': {}}))

    def test_manual(self):
        found = server_properties.of({'OS-DCF:diskConfig': 'MANUAL'})
        self.assertEqual({'auto_disk_config': False}, found)

    @ddt.data(
        ('FE80::0001', 'fe80::1'),
        ('0:0:0:0:0:0:0:0', '::'),
        ('2001:DB8:0:0:1:0:0:1', '2001:db8::1:0:0:1'),
        ('2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'),
        (
            '0000:0000:0000:0000:0000:babe:220.12.22.2',
            '::babe:dc0c:1602',
        ),
        ('::FFFF:102:304', '::ffff:1.2.3.4'),
        ('0::ffff:1.2.3.4', '::ffff:1.2.3.4'),
    )
    @ddt.unpack
    def test_spellings_of_addresses(self, given, expected):
        found = server_properties.of({'accessIPv6': given})
        self.assertEqual({'access_ip_v6': expected}, found)


class TestPasswords(testtools.TestCase):
    def test_given(self):
        for given in ('secret', ''):
            server = {'name': 'web', 'adminPass': given}
            self.assertEqual(given, server_properties.password_of(server))

    def test_new(self):
        found = {
            server_properties.password_of({'name': 'web'}) for _ in range(100)
        }
        self.assertEqual(100, len(found))
        for password in found:
            self.assertRegex(password, '^[a-zA-Z0-9]{12}$')
