# SPDX-License-Identifier: Apache-2.0
"""Views of a server's live migration, by version and user."""

import ddt
import testtools

from nova_ext.api.openstack.compute import server_migrations
from nova_ext.tests.base import PROJECT
from nova_ext.tests.base import USER
from nova_ext.tests.unit.api.openstack import base

_HOSTS = {
    'source_compute': 'host1',
    'dest_compute': 'host2',
    'source_node': 'node1',
    'dest_node': 'node2',
    'dest_host': '10.0.0.2',
}
_FIRST = {
    'id': 7,
    **_HOSTS,
    'server_uuid': base.UUID,
    'status': 'running',
    'memory_total_bytes': 6,
    'memory_processed_bytes': 2,
    'memory_remaining_bytes': 4,
    'disk_total_bytes': 5,
    'disk_processed_bytes': 3,
    'disk_remaining_bytes': None,
    'created_at': base.BEGAN_TEXT,
    'updated_at': None,
}
_UUID = {'uuid': 'b1c2d3e4-0000-4000-8000-000000000007'}
_WHO = {'user_id': USER, 'project_id': PROJECT}


def _show(version, with_hosts=True):
    return server_migrations.show_migration(
        base.request(version), base.a_migration(), with_hosts
    )


@ddt.ddt
class TestServerMigrationsShow(testtools.TestCase):
    @ddt.data(
        ('2.23', _FIRST),
        ('2.58', _FIRST),
        ('2.59', _FIRST | _UUID),
        ('2.79', _FIRST | _UUID),
        ('2.80', _FIRST | _UUID | _WHO),
    )
    @ddt.unpack
    def test_by_version(self, version, expected):
        self.assertEqual(expected, _show(version))

    def test_hosts_are_null_to_those_who_may_not_know_them(self):
        expected = _show('2.80') | dict.fromkeys(_HOSTS)
        self.assertEqual(expected, _show('2.80', with_hosts=False))
