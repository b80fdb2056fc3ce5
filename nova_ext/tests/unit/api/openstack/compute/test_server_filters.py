# SPDX-License-Identifier: Apache-2.0
"""Filters and sort keys of lists of servers."""

import urllib.parse

import ddt

from ext_lib import exception
from nova_ext import flavors
from nova_ext.api.openstack.compute import server_filters
from nova_ext.tests import base as test_base
from nova_ext.tests.unit.api.openstack import base


def _request(query='', version='2.80', admin=False):
    """Return a request as it is once its query is validated."""
    given = dict(urllib.parse.parse_qsl(query, keep_blank_values=True))
    return base.request(version, f'/servers?{query}', admin, given)


@ddt.ddt
class TestWantsAllProjects(test_base.TestCase):
    @ddt.data(
        ('', False),
        ('all_tenants', True),
        ('all_tenants=', True),
        ('all_tenants=1', True),
        ('all_tenants=True', True),
        ('all_tenants=0', False),
        ('all_tenants=no', False),
    )
    @ddt.unpack
    def test_answers(self, query, expected):
        found = server_filters.wants_all_projects(_request(query))
        self.assertIs(expected, found)

    def test_neither(self):
        self.assertRaises(
            exception.Invalid,
            server_filters.wants_all_projects,
            _request('all_tenants=maybe'),
        )


@ddt.ddt
class TestServerFiltersParsed(test_base.TestCase):
    def parsed(self, query, **kwargs):
        return server_filters.parsed(
            _request(query, **kwargs), flavors.Catalogue(self.conf)
        )

    @ddt.data(
        ('', {}),
        ('name=web', {'display_name': 'web'}),
        ('image=x', {'image_ref': 'x'}),
        ('reservation_id=r-1', {'reservation_id': 'r-1'}),
        ('locked=Yes', {'locked': True}),
        ('locked=0', {'locked': False}),
        ('tags=a,b', {'tags': ['a', 'b']}),
        ('not-tags-any=a', {'not-tags-any': ['a']}),
        ('flavor=2', {'instance_type_id': 2}),
        ('status=active', {'vm_state': ['active']}),
        ('status=ACTIVE&status=error', {'vm_state': ['active', 'error']}),
        ('status=active&status=what', {'vm_state': ['active']}),
        (
            'status=migrating',
            {'vm_state': ['active', 'paused'], 'task_state': ['migrating']},
        ),
        # For operators only.
        ('host=host1&user_id=jo&deleted=1&vm_state=x', {}),
        ('kernel_id=x', {}),
        ('all_tenants=1', {}),
    )
    @ddt.unpack
    def test_of_a_user(self, query, expected):
        self.assertEqual(expected, self.parsed(query))

    @ddt.data(
        'availability_zone=x',
        'config_drive=1',
        'key_name=x',
        'created_at=x',
        'launched_at=x',
        'terminated_at=x',
        'power_state=1',
        'task_state=x',
        'vm_state=x',
        'progress=1',
        'user_id=jo',
    )
    def test_of_a_user_from_2_83(self, query):
        self.assertEqual({}, self.parsed(query, version='2.82'))
        name, _, value = query.partition('=')
        self.assertEqual({name: value}, self.parsed(query, version='2.83'))

    @ddt.data('host=host1', 'deleted=1', 'node=x', 'locked_by=admin')
    def test_what_stays_for_administrators(self, query):
        self.assertEqual({}, self.parsed(query, version='2.84'))

    @ddt.data(
        ('host=host1', {'host': 'host1'}),
        ('tenant_id=x', {'project_id': 'x'}),
        ('description=x', {'display_description': 'x'}),
        ('deleted=1', {'deleted': True}),
        ('deleted=what', {'deleted': False}),
        ('soft_deleted=true', {'soft_deleted': True}),
        ('auto_disk_config=true', {'auto_disk_config': True}),
        ('status=deleted', {'vm_state': ['deleted'], 'deleted': True}),
        ('all_tenants=1', {}),
    )
    @ddt.unpack
    def test_of_an_administrator(self, query, expected):
        self.assertEqual(expected, self.parsed(query, admin=True))

    @ddt.data(
        ('flavor=none', '2.80'),
        ('status=what', '2.37'),
        ('status=', '2.37'),
        ('status=a&status=b', '2.1'),
        ('ip6=::', '2.5'),
        ('name=web&ip6=.*', '2.80'),
    )
    @ddt.unpack
    def test_what_nothing_can_pass(self, query, version):
        self.assertIsNone(self.parsed(query, version=version))

    @ddt.data('status=what', 'status=', 'status=a&status=b')
    def test_words_that_are_no_status(self, query):
        for version in ('2.38', '2.80'):
            self.assertRaises(
                server_filters.InvalidStatus,
                self.parsed,
                query,
                version=version,
            )

    @ddt.data('ip6=::', 'kernel_id=x', 'ramdisk_id=x')
    def test_what_nothing_can_pass_not_even_for_administrators(self, query):
        found = self.parsed(query, version='2.1', admin=True)
        self.assertIsNone(found)

    def test_users_do_not_filter_by_ipv6_before_2_5(self):
        self.assertEqual({}, self.parsed('ip6=::', version='2.4'))

    def test_other_filters_are_checked_all_the_same(self):
        self.assertRaises(
            server_filters.InvalidStatus, self.parsed, 'ip6=1&status=what'
        )

    def test_neither_locked_nor_not(self):
        self.assertRaises(exception.Invalid, self.parsed, 'locked=maybe')

    def test_deleted_servers_are_for_administrators(self):
        for query in ('status=deleted', 'status=active&status=deleted'):
            self.assertRaises(
                server_filters.DeletedForAdmins, self.parsed, query
            )


@ddt.ddt
class TestSort(test_base.TestCase):
    @ddt.data(
        ('', None),
        ('sort_dir=desc', None),
        ('sort_dir=asc', [('created_at', 'asc')]),
        ('sort_key=uuid', [('uuid', 'desc')]),
        ('sort_key=uuid&sort_dir=asc', [('uuid', 'asc')]),
        (
            'sort_key=uuid&sort_key=vm_state',
            [('uuid', 'desc'), ('vm_state', 'desc')],
        ),
        (
            'sort_key=uuid&sort_key=vm_state&sort_dir=asc',
            [('uuid', 'asc'), ('vm_state', 'asc')],
        ),
        (
            'sort_key=uuid&sort_key=vm_state&sort_dir=asc&sort_dir=desc',
            [('uuid', 'asc'), ('vm_state', 'desc')],
        ),
        # What no server differs in is ignored.
        ('sort_key=kernel_id', None),
        ('sort_key=id', None),
        (
            'sort_key=id&sort_key=uuid&sort_dir=desc&sort_dir=asc',
            [('uuid', 'asc')],
        ),
    )
    @ddt.unpack
    def test_order(self, query, expected):
        self.assertEqual(expected, server_filters.sort(_request(query)))

    @ddt.data(
        'sort_dir=up',
        'sort_dir=ASC',
        'sort_dir=',
        'sort_dir=asc&sort_dir=desc',
        'sort_key=uuid&sort_dir=asc&sort_dir=desc',
        'sort_key=uuid&sort_key=vm_state&sort_dir=asc&sort_dir=up',
    )
    def test_order_that_makes_no_sense(self, query):
        self.assertRaises(
            server_filters.InvalidSort, server_filters.sort, _request(query)
        )

    @ddt.data('host', 'node')
    def test_order_of_hosts_is_for_administrators(self, key):
        query = f'sort_key=uuid&sort_key={key}'
        error = self.assertRaises(
            server_filters.SortForAdmins, server_filters.sort, _request(query)
        )
        self.assertIn(key, error.message)
        found = server_filters.sort(_request(query, admin=True))
        self.assertEqual([('uuid', 'desc'), (key, 'desc')], found)
