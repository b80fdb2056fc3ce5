# SPDX-License-Identifier: Apache-2.0
"""Views of servers, by version and user."""

import ddt

from ext_lib.wsgi import links
from nova_ext import flavors
from nova_ext.api.openstack.compute.views import servers as view
from nova_ext.objects import instance_fault
from nova_ext.tests import base as test_base
from nova_ext.tests.unit.api.openstack import base

_IMAGE = '70a599e0-31e7-49b7-b260-868f441e862b'
_LINKS = [
    {'rel': 'self', 'href': f'http://ext/v2.1/servers/{base.UUID}'},
    {'rel': 'bookmark', 'href': f'http://ext/servers/{base.UUID}'},
]
_OLD_FLAVOR = {
    'id': '1',
    'links': [{'rel': 'bookmark', 'href': 'http://ext/flavors/1'}],
}
_FLAVOR = {
    'original_name': 'm1.tiny',
    'vcpus': 1,
    'ram': 512,
    'disk': 1,
    'ephemeral': 0,
    'swap': 0,
}
_FOR_ALL = {
    'accessIPv4', 'accessIPv6', 'addresses', 'created', 'flavor', 'hostId',
    'id', 'image', 'links', 'metadata', 'name', 'status', 'tenant_id',
    'user_id', 'updated', 'progress', 'key_name', 'config_drive',
    'OS-DCF:diskConfig', 'OS-EXT-AZ:availability_zone',
    'OS-EXT-STS:power_state', 'OS-EXT-STS:task_state',
    'OS-EXT-STS:vm_state', 'OS-SRV-USG:launched_at',
    'OS-SRV-USG:terminated_at', 'os-extended-volumes:volumes_attached',
}  # fmt: skip
_ATTRIBUTES = {
    'OS-EXT-SRV-ATTR:host',
    'OS-EXT-SRV-ATTR:hypervisor_hostname',
    'OS-EXT-SRV-ATTR:instance_name',
}
_MORE_ATTRIBUTES = {
    f'OS-EXT-SRV-ATTR:{name}'
    for name in (
        'hostname',
        'kernel_id',
        'launch_index',
        'ramdisk_id',
        'reservation_id',
        'root_device_name',
        'user_data',
    )
}
_BLIND = view.Visibility(attributes=False, extra_specs=False)
_SHARP = view.Visibility(attributes=True, extra_specs=True, host_status=str)


class _ServerViewTestCase(test_base.TestCase):
    def setUp(self):
        super().setUp()
        self.view = view.ServerView(
            links.Links(), flavors.Catalogue(self.conf)
        )

    def show(self, version='2.80', visible=_BLIND, admin=False, **changes):
        req = base.request(version, admin=admin)
        return self.view.show(req, base.an_instance(**changes), visible)


@ddt.ddt
class TestKeys(_ServerViewTestCase):
    @ddt.data(
        ('2.1', set()),
        ('2.8', set()),
        ('2.9', {'locked'}),
        ('2.18', {'locked'}),
        ('2.19', {'locked', 'description'}),
        ('2.26', {'locked', 'description', 'tags'}),
        ('2.47', {'locked', 'description', 'tags'}),
        (
            '2.63',
            {'locked', 'description', 'tags', 'trusted_image_certificates'},
        ),
        (
            '2.71',
            {
                'locked',
                'description',
                'tags',
                'trusted_image_certificates',
                'server_groups',
            },
        ),
        (
            '2.73',
            {
                'locked',
                'description',
                'tags',
                'trusted_image_certificates',
                'server_groups',
                'locked_reason',
            },
        ),
    )
    @ddt.unpack
    def test_for_all(self, version, more):
        self.assertEqual(_FOR_ALL | more, set(self.show(version)))

    @ddt.data(
        ('2.1', _ATTRIBUTES),
        ('2.2', _ATTRIBUTES),
        ('2.3', _ATTRIBUTES | _MORE_ATTRIBUTES),
        ('2.15', _ATTRIBUTES | _MORE_ATTRIBUTES),
        ('2.16', _ATTRIBUTES | _MORE_ATTRIBUTES | {'host_status'}),
        ('2.80', _ATTRIBUTES | _MORE_ATTRIBUTES | {'host_status'}),
    )
    @ddt.unpack
    def test_for_operators(self, version, more):
        blind, sharp = self.show(version), self.show(version, _SHARP)
        self.assertEqual(set(blind) | more, set(sharp))

    @ddt.data(
        ('active', None, True, False),
        ('active', 'resize_prep', True, False),
        ('building', None, True, False),
        ('resized', None, True, False),
        ('stopped', None, False, False),
        ('paused', None, False, False),
        ('error', None, False, True),
        ('deleted', None, False, True),
        ('active', 'rebooting', False, False),
    )
    @ddt.unpack
    def test_progress_and_fault(self, vm_state, task_state, progress, fault):
        shown = self.show(
            vm_state=vm_state, task_state=task_state, fault=_fault()
        )
        self.assertIs(progress, 'progress' in shown)
        self.assertIs(fault, 'fault' in shown)

    def test_no_fault(self):
        self.assertNotIn('fault', self.show(vm_state='error'))


@ddt.ddt
class TestValues(_ServerViewTestCase):
    def test_basics(self):
        shown = self.show('2.1')
        self.assertEqual(base.UUID, shown['id'])
        self.assertEqual('web', shown['name'])
        self.assertEqual('ACTIVE', shown['status'])
        self.assertEqual(test_base.PROJECT, shown['tenant_id'])
        self.assertEqual(_LINKS, shown['links'])
        self.assertEqual({'a': 'b'}, shown['metadata'])
        self.assertEqual('2026-01-02T03:04:05Z', shown['created'])
        self.assertEqual('2026-01-02T03:05:00Z', shown['updated'])
        self.assertEqual(base.BEGAN_TEXT, shown['OS-SRV-USG:launched_at'])
        self.assertEqual(
            '8a8d66db9eed58f2b1283d23acc9a32691290b603a716d81d8ed8c4e',
            shown['hostId'],
        )

    def test_never_updated(self):
        shown = self.show(updated_at=None)
        self.assertEqual(shown['created'], shown['updated'])

    def test_not_placed_yet(self):
        shown = self.show(
            '2.80', _SHARP, host=None, node=None, vm_state='building'
        )
        self.assertEqual('', shown['hostId'])
        self.assertEqual('', shown['OS-EXT-AZ:availability_zone'])
        self.assertIsNone(shown['OS-EXT-SRV-ATTR:host'])

    @ddt.data(
        ('2.46', True, _OLD_FLAVOR),
        ('2.47', False, _FLAVOR),
        ('2.80', False, _FLAVOR),
        ('2.80', True, _FLAVOR | {'extra_specs': {}}),
    )
    @ddt.unpack
    def test_flavor(self, version, specs, expected):
        visible = view.Visibility(attributes=False, extra_specs=specs)
        self.assertEqual(expected, self.show(version, visible)['flavor'])

    def test_flavor_is_as_large_as_it_was(self):
        shown = self.show('2.47', memory_mb=1, vcpus=2, root_gb=3)
        flavor = shown['flavor']
        self.assertEqual(
            (1, 2, 3), (flavor['ram'], flavor['vcpus'], flavor['disk'])
        )

    def test_image(self):
        bookmark = {
            'rel': 'bookmark',
            'href': f'http://ext/images/{_IMAGE}',
        }
        shown = self.show()
        self.assertEqual({'id': _IMAGE, 'links': [bookmark]}, shown['image'])
        self.assertEqual('', self.show(image_ref='')['image'])

    def test_host_status_is_asked_for_the_host(self):
        self.assertEqual('host1', self.show('2.16', _SHARP)['host_status'])

    def test_locked(self):
        shown = self.show(
            locked=True, system_metadata={'locked_reason': 'audit'}
        )
        self.assertEqual(
            (True, 'audit'), (shown['locked'], shown['locked_reason'])
        )
        self.assertIsNone(self.show()['locked_reason'])

    @ddt.data(
        (500, False, False),
        (500, True, True),
        (404, False, True),
        (404, True, True),
    )
    @ddt.unpack
    def test_fault(self, code, admin, with_details):
        shown = self.show(
            vm_state='error', fault=_fault(code=code), admin=admin
        )
        expected = {
            'code': code,
            'created': '2026-01-02T03:05:00Z',
            'message': 'why',
        }
        if with_details:
            expected['details'] = 'frames'
        self.assertEqual(expected, shown['fault'])


class TestShortForms(_ServerViewTestCase):
    def test_reference(self):
        shown = self.view.reference(base.request(), base.an_instance())
        self.assertEqual(
            {'id': base.UUID, 'name': 'web', 'links': _LINKS}, shown
        )

    def test_created(self):
        instance = base.an_instance(auto_disk_config=True)
        shown = self.view.created(base.request(), instance, 'secret')
        expected = {
            'id': base.UUID,
            'links': _LINKS,
            'adminPass': 'secret',
            'security_groups': [{'name': 'default'}],
            'OS-DCF:diskConfig': 'AUTO',
        }
        self.assertEqual(expected, shown)


def _fault(**changes):
    values = {
        'code': 500,
        'message': 'why',
        'details': 'frames',
        'created_at': base.ENDED,
    }
    return instance_fault.InstanceFault(**values | changes)
