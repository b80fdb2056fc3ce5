# SPDX-License-Identifier: Apache-2.0
"""The names code asks for mean versions there are."""

import ddt
import testtools

from ext_lib.wsgi import microversion
from nova_ext.api.openstack.compute import microversions
from nova_ext.tests.unit.api.openstack import base

_NAMED = {
    name: value
    for name, value in vars(microversions).items()
    if isinstance(value, microversion.Version)
    and name not in ('MINIMUM', 'MAXIMUM')
}


@ddt.ddt
class TestMicroversions(testtools.TestCase):
    def test_range(self):
        self.assertEqual('2.1', str(microversions.MINIMUM))
        self.assertEqual('2.84', str(microversions.MAXIMUM))

    def test_every_name_is_of_a_version_that_changes_something(self):
        for name, version in _NAMED.items():
            self.assertTrue(microversions.HISTORY[str(version)], name)

    def test_two_names_do_not_mean_the_same(self):
        self.assertEqual(len(_NAMED), len(set(_NAMED.values())))

    @ddt.data(
        ('2.1', '2.1', True),
        ('2.20', '2.21', False),
        ('2.21', '2.21', True),
        ('2.80', '2.21', True),
        ('2.9', '2.10', False),
    )
    @ddt.unpack
    def test_supports(self, spoken, asked, expected):
        found = microversions.supports(
            base.request(spoken), microversion.parse(asked)
        )
        self.assertIs(expected, found)

    def test_both_headers_are_of_compute(self):
        negotiator = microversions.NEGOTIATOR
        self.assertEqual('compute', negotiator.service_type)
        self.assertEqual(
            'X-OpenStack-Nova-API-Version', negotiator.legacy_header
        )
