# SPDX-License-Identifier: Apache-2.0
"""Views of the list of migrations, by version and user."""

import ddt
import testtools

from nova_ext.api.openstack.compute.views import migrations as view
from nova_ext.objects.fields import MigrationStatus
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
    'old_instance_type_id': 1,
    'new_instance_type_id': 2,
    'instance_uuid': base.UUID,
    'status': 'running',
    'created_at': base.BEGAN_TEXT,
    'updated_at': None,
}
_PATH = f'/servers/{base.UUID}/migrations/7'
_TYPE = {
    'migration_type': 'live-migration',
    'links': [
        {'rel': 'self', 'href': f'http://ext/v2.1{_PATH}'},
        {'rel': 'bookmark', 'href': f'http://ext{_PATH}'},
    ],
}
_UUID = {'uuid': 'b1c2d3e4-0000-4000-8000-000000000007'}
_WHO = {'user_id': USER, 'project_id': PROJECT}


def _show(version, with_hosts=True, **changes):
    req = base.request(version)
    migration = base.a_migration(**changes)
    [shown] = view.show_visible(req, [migration], with_hosts, base.LINKS)
    return shown


@ddt.ddt
class TestMigrationsShow(testtools.TestCase):
    @ddt.data(
        ('2.1', _FIRST),
        ('2.22', _FIRST),
        ('2.23', _FIRST | _TYPE),
        ('2.58', _FIRST | _TYPE),
        ('2.59', _FIRST | _TYPE | _UUID),
        ('2.79', _FIRST | _TYPE | _UUID),
        ('2.80', _FIRST | _TYPE | _UUID | _WHO),
    )
    @ddt.unpack
    def test_by_version(self, version, expected):
        self.assertEqual(expected, _show(version))

    def test_hosts_are_null_to_those_who_may_not_know_them(self):
        expected = _show('2.80') | dict.fromkeys(_HOSTS)
        self.assertEqual(expected, _show('2.80', with_hosts=False))

    def test_rows_without_user(self):
        shown = _show('2.80', user_id=None, project_id=None)
        self.assertEqual((None, None), (shown['user_id'], shown['project_id']))

    @ddt.data(
        ('live-migration', MigrationStatus.LIVE_IN_PROGRESS, True),
        ('live-migration', MigrationStatus.ENDED, False),
        ('live-migration', ('accepted',), False),
        ('migration', MigrationStatus.LIVE_IN_PROGRESS, False),
        ('resize', MigrationStatus.LIVE_IN_PROGRESS, False),
        ('evacuation', MigrationStatus.LIVE_IN_PROGRESS, False),
    )
    @ddt.unpack
    def test_only_what_can_be_watched_has_links(self, kind, status, linked):
        for word in status:
            shown = _show('2.80', migration_type=kind, status=word)
            self.assertIs(linked, 'links' in shown)
