# SPDX-License-Identifier: Apache-2.0
"""Bodies are translated into fields of objects."""

from sahara_ext.api import values
from sahara_ext.tests import base


class TestValues(base.TestCase):
    def test_names_of_both_versions(self):
        for name in ('hadoop_version', 'plugin_version'):
            self.assertEqual(
                {'plugin_version': '1'}, values.given({name: '1'})
            )

    def test_flavors_are_strings(self):
        self.assertEqual({'flavor_id': '2'}, values.given({'flavor_id': 2}))

    def test_null_says_nothing_of_a_new_thing(self):
        body = {'description': None, 'is_public': None, 'name': 'x'}
        self.assertEqual({'name': 'x'}, values.given(body))

    def test_null_takes_back_what_can_be(self):
        body = {'description': None, 'is_public': None, 'name': 'x'}
        expected = {'description': None, 'name': 'x'}
        self.assertEqual(expected, values.changed(body))

    def test_node_groups(self):
        group = {
            'name': 'w',
            'flavor_id': 1,
            'image_id': None,
            'description': 'idle',
            'is_public': True,
        }
        expected = {'name': 'w', 'flavor_id': '1'}
        self.assertEqual(expected, values.node_group(group))
        self.assertEqual(
            {'node_groups': [expected]},
            values.given({'node_groups': [group]}),
        )

    def test_bodies_stay_as_they_were(self):
        body = {'hadoop_version': '1', 'node_groups': [{'flavor_id': 1}]}
        values.given(body)
        self.assertEqual(
            {'hadoop_version': '1', 'node_groups': [{'flavor_id': 1}]}, body
        )
