# SPDX-License-Identifier: Apache-2.0
"""Schemas of requests about servers, by version."""

import urllib.parse

import ddt
import testtools

from ext_lib.wsgi import controller
from ext_lib.wsgi import validation
from nova_ext.api.openstack.compute.schemas import servers as schema
from nova_ext.tests.unit.api.openstack import base

_SERVER = {'name': 'web', 'flavorRef': '1', 'imageRef': base.UUID}
_NETWORKS = {'networks': 'none'}


def _accepts(form, body, version):
    contract = controller.Contract(body=form)
    try:
        validation.check_body(base.request(version), contract, body)
    except validation.InvalidInput:
        return False
    return True


def _creates(version='2.37', **changes):
    server = _SERVER | _NETWORKS | changes
    return _accepts(schema.create, {'server': server}, version)


@ddt.ddt
class TestCreate(testtools.TestCase):
    @ddt.data(
        {},
        {'name': 'x' * 255},
        {'name': 'wéb 1'},
        {'flavorRef': 1},
        {'imageRef': ''},
        {'metadata': {'a': 'b', 'c.d-e_f:g h': ''}},
        {'metadata': {'a': 'b' * 255}},
        {'min_count': 1, 'max_count': '2'},
        {'min_count': '007'},
        {'networks': 'auto'},
        {'networks': []},
        {'networks': [{'uuid': base.UUID, 'fixed_ip': '::1'}]},
        {'networks': [{'port': base.UUID}]},
        {'adminPass': ''},
        {'accessIPv4': '1.2.3.4', 'accessIPv6': '::1'},
        {'description': None},
        {'description': ''},
        {'availability_zone': 'nova:host1'},
        {'config_drive': True},
        {'config_drive': 'true'},
        {'user_data': 'eA=='},
        {'security_groups': [{'name': 'default'}]},
        {'return_reservation_id': 'True'},
        {'block_device_mapping_v2': [{'boot_index': 0}]},
        {'OS-DCF:diskConfig': 'MANUAL'},
    )
    def test_accepted(self, changes):
        self.assertTrue(_creates(**changes))

    @ddt.data(
        {'name': ''},
        {'name': ' '},
        {'name': ' web'},
        {'name': 'web '},
        {'name': 'x' * 256},
        {'name': 'a\x00'},
        {'name': 'a\nb'},
        {'name': 'a\u200bb'},
        {'name': 1},
        {'name': None},
        {'flavorRef': ''},
        {'flavorRef': 1.5},
        {'flavorRef': None},
        {'imageRef': 'x'},
        {'imageRef': 1},
        {'metadata': {'a': 1}},
        {'metadata': {'': 'b'}},
        {'metadata': {'a' * 256: 'b'}},
        {'metadata': {'a': 'b' * 256}},
        {'metadata': {'ä': 'b'}},
        {'metadata': {'a/b': 'c'}},
        {'metadata': []},
        {'min_count': 0},
        {'min_count': '0'},
        {'min_count': -1},
        {'min_count': 1.5},
        {'min_count': 'x'},
        {'min_count': ''},
        {'min_count': '\n'},
        {'min_count': True},
        {'max_count': '9' * 2000},
        {'networks': 'x'},
        {'networks': [{'uuid': 'x'}]},
        {'networks': [{'uuid': base.UUID, 'fixed_ip': 'x'}]},
        {'networks': [{'x': 1}]},
        {'adminPass': 1},
        {'accessIPv4': 'x'},
        {'accessIPv4': ''},
        {'accessIPv4': '::1'},
        {'accessIPv6': '1.2.3.4'},
        {'description': 'x' * 256},
        {'description': 'a\x00'},
        {'availability_zone': ''},
        {'availability_zone': 1},
        {'key_name': ''},
        {'config_drive': 'x'},
        {'user_data': 'x'},
        {'security_groups': 'x'},
        {'block_device_mapping_v2': 'x'},
        {'return_reservation_id': 'x'},
        {'OS-DCF:diskConfig': 'x'},
        {'locked': True},
    )
    def test_refused(self, changes):
        self.assertFalse(_creates(**changes))

    @ddt.data('name', 'flavorRef', 'networks')
    def test_required(self, key):
        server = _SERVER | _NETWORKS
        del server[key]
        body = {'server': server}
        self.assertFalse(_accepts(schema.create, body, '2.37'))

    @ddt.data(
        ('description', 'x', '2.19', None),
        ('tags', ['a'], '2.52', None),
        ('personality', [], '2.1', '2.56'),
        ('trusted_image_certificates', ['a'], '2.63', None),
        ('host', 'host1', '2.74', None),
        ('hypervisor_hostname', 'node1', '2.74', None),
        ('networks', 'auto', '2.37', None),
    )
    @ddt.unpack
    def test_since_and_until(self, key, value, since, until):
        for version in ('2.1', '2.18', '2.36', '2.51', '2.56', '2.57',
                        '2.62', '2.73', '2.80', since):  # fmt: skip
            changes = {'networks': []} | {key: value}
            minor = int(version.partition('.')[2])
            expected = minor >= int(since[2:])
            if until:
                expected = minor <= int(until[2:])
            self.assertIs(expected, _creates(version, **changes), version)

    @ddt.data(
        (['a', 'b'], True),
        ([], True),
        (['x' * 60], True),
        (['x' * 61], False),
        ([''], False),
        (['a,b'], False),
        (['a/b'], False),
        ([1], False),
        ([str(number) for number in range(51)], False),
    )
    @ddt.unpack
    def test_tags(self, tags, expected):
        self.assertIs(expected, _creates('2.52', tags=tags))

    def test_hints_stand_beside_the_server(self):
        for key in ('os:scheduler_hints', 'OS-SCH-HNT:scheduler_hints'):
            body = {'server': _SERVER | _NETWORKS, key: {'group': 'x'}}
            self.assertTrue(_accepts(schema.create, body, '2.37'))
        body = {'server': _SERVER | _NETWORKS, 'hints': {}}
        self.assertFalse(_accepts(schema.create, body, '2.37'))


@ddt.ddt
class TestIndexQuery(testtools.TestCase):
    def accepts(self, query, version):
        req = base.request(version, f'/servers?{query}')
        contract = controller.Contract(query=schema.index_query)
        try:
            validation.check_query(req, contract, 1000)
        except validation.InvalidInput:
            return False
        return True

    @ddt.data(
        'name', 'ip', 'hostname', 'flavor', 'reservation_id', 'description',
        'node', 'power_state', 'created_at', 'access_ip_v4',
    )  # fmt: skip
    def test_patterns(self, name):
        for text, expected in (('a.*b', True), ('(', False), ('', False)):
            query = urllib.parse.urlencode({name: text})
            for version in ('2.1', '2.80'):
                self.assertIs(expected, self.accepts(query, version))

    @ddt.data('host', 'status', 'uuid', 'image', 'project_id', 'vm_state')
    def test_words(self, name):
        for text in ('a', '(', ''):
            self.assertTrue(self.accepts(f'{name}={text}', '2.80'))

    @ddt.data('foo', 'min_ram', 'instance_type_id', 'architecture', 'id')
    def test_unknown(self, name):
        self.assertTrue(self.accepts(f'{name}=(', '2.74'))
        self.assertFalse(self.accepts(f'{name}=1', '2.75'))

    @ddt.data(
        ('display_name', True, True),
        ('kernel_id', True, True),
        ('host', True, True),
        ('id', True, False),
        ('memory_mb', True, False),
        ('metadata', False, False),
        ('', False, False),
    )
    @ddt.unpack
    def test_sort_key(self, key, early, late):
        self.assertIs(early, self.accepts(f'sort_key={key}', '2.74'))
        self.assertIs(late, self.accepts(f'sort_key={key}', '2.75'))

    @ddt.data(
        ('tags=(', '2.25', '2.26'),
        ('locked=1&locked=0&changes-before=x', '2.65', '2.66'),
    )
    @ddt.unpack
    def test_since(self, query, ignored, refused):
        self.assertTrue(self.accepts(query, ignored))
        self.assertFalse(self.accepts(query, refused))
