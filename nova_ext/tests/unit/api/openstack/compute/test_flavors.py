# SPDX-License-Identifier: Apache-2.0
"""Flavors that are listed, their order, and how they are shown."""

import ddt
import testtools

from ext_lib import exception
from ext_lib.wsgi import controller
from ext_lib.wsgi import links
from ext_lib.wsgi import validation
from nova_ext import flavors as catalogue
from nova_ext.api.openstack.compute import flavors
from nova_ext.tests import base as test_base
from nova_ext.tests.unit.api.openstack import base

_FLAVOR = catalogue.Flavor(
    id=1,
    flavorid='a/1',
    name='tiny',
    memory_mb=512,
    vcpus=2,
    root_gb=3,
    ephemeral_gb=4,
    description='small',
    extra_specs={'a': 'b'},
)
_LINKS = [
    {'rel': 'self', 'href': 'http://ext/v2.1/flavors/a%2F1'},
    {'rel': 'bookmark', 'href': 'http://ext/flavors/a%2F1'},
]
_REFERENCE = {'id': 'a/1', 'name': 'tiny', 'links': _LINKS}
_FIRST = _REFERENCE | {
    'ram': 512,
    'disk': 3,
    'swap': '',
    'vcpus': 2,
    'rxtx_factor': 1.0,
    'OS-FLV-EXT-DATA:ephemeral': 4,
    'OS-FLV-DISABLED:disabled': False,
    'os-flavor-access:is_public': True,
}
_DESCRIBED = {'description': 'small'}
_SPECS = {'extra_specs': {'a': 'b'}}


@ddt.ddt
class TestIndex(test_base.TestCase):
    def setUp(self):
        super().setUp()
        self.settings.set(
            'api', flavor=['b:1:512:2:10', 'c:2:256:4:30', 'a:3:1024:1:20']
        )
        self.controller = flavors.FlavorsController(
            links.Links(), catalogue.Catalogue(self.conf)
        )

    def index(self, query='', admin=False):
        req = base.request('2.80', f'/flavors?{query}', admin)
        contract = controller.contract(self.controller.index)
        validation.check_query(req, contract, 1000)
        return self.controller.index(req)

    def names(self, query, **kwargs):
        shown = self.index(query, **kwargs)['flavors']
        return ''.join(flavor['name'] for flavor in shown)

    @ddt.data(
        ('', 'bca'),
        ('sort_key=name', 'abc'),
        ('sort_key=name&sort_dir=desc', 'cba'),
        ('sort_key=memory_mb', 'cba'),
        ('sort_key=vcpus', 'abc'),
        ('sort_key=root_gb', 'bac'),
        ('sort_key=swap', 'bca'),
        ('sort_key=rxtx_factor', 'bca'),
        ('sort_key=description', 'bca'),
        ('sort_key=created_at', 'bca'),
        ('minRam=512', 'ba'),
        ('minDisk=20', 'ca'),
        ('minRam=512&minDisk=20', 'a'),
        ('limit=2', 'bc'),
        ('limit=0', ''),
        ('marker=1', 'ca'),
        ('marker=1&limit=1', 'c'),
        ('marker=3', ''),
        ('is_public=what', 'bca'),
    )
    @ddt.unpack
    def test_list(self, query, expected):
        self.assertEqual(expected, self.names(query))

    @ddt.data(
        ('is_public=none', 'bca'),
        ('is_public=True', 'bca'),
        ('is_public=false', ''),
    )
    @ddt.unpack
    def test_what_only_administrators_ask(self, query, expected):
        self.assertEqual(expected, self.names(query, admin=True))

    @ddt.data(
        'minRam=x', 'minDisk=', 'marker=x', 'sort_key=x', 'sort_dir=x',
        'is_public=what', 'is_public=', 'foo=1',
    )  # fmt: skip
    def test_refused(self, query):
        self.assertRaises(exception.Invalid, self.index, query, admin=True)

    def test_next_page(self):
        (link,) = self.index('limit=2')['flavors_links']
        self.assertEqual(
            'http://ext/v2.1/flavors?limit=2&marker=2', link['href']
        )


@ddt.ddt
class TestFlavors(testtools.TestCase):
    @ddt.data(
        ('2.1', _REFERENCE),
        ('2.54', _REFERENCE),
        ('2.55', _REFERENCE | _DESCRIBED),
        ('2.80', _REFERENCE | _DESCRIBED),
    )
    @ddt.unpack
    def test_reference(self, version, expected):
        req = base.request(version)
        self.assertEqual(expected, flavors.reference(req, _FLAVOR, base.LINKS))

    @ddt.data(
        ('2.1', _FIRST),
        ('2.54', _FIRST),
        ('2.55', _FIRST | _DESCRIBED),
        ('2.60', _FIRST | _DESCRIBED),
        ('2.61', _FIRST | _DESCRIBED | _SPECS),
        ('2.75', _FIRST | _DESCRIBED | _SPECS | {'swap': 0}),
    )
    @ddt.unpack
    def test_show(self, version, expected):
        req = base.request(version)
        shown = flavors.show(req, _FLAVOR, base.LINKS, with_specs=True)
        self.assertEqual(expected, shown)

    def test_show_to_those_who_may_not_see_extra_specs(self):
        req = base.request('2.80')
        shown = flavors.show(req, _FLAVOR, base.LINKS, with_specs=False)
        self.assertNotIn('extra_specs', shown)
