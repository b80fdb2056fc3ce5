# SPDX-License-Identifier: Apache-2.0
"""Views of flavors, by version."""

import ddt
import testtools

from nova_ext import flavors
from nova_ext.api.openstack.compute.views import flavors as view
from nova_ext.tests.unit.api.openstack import base

_FLAVOR = flavors.Flavor(
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
        self.assertEqual(expected, view.reference(req, _FLAVOR, base.LINKS))

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
        shown = view.show(req, _FLAVOR, base.LINKS, with_specs=True)
        self.assertEqual(expected, shown)

    def test_show_to_those_who_may_not_see_extra_specs(self):
        req = base.request('2.80')
        shown = view.show(req, _FLAVOR, base.LINKS, with_specs=False)
        self.assertNotIn('extra_specs', shown)
