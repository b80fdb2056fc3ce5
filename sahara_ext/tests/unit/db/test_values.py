# SPDX-License-Identifier: Apache-2.0
"""A value that does not fit its column is refused before it is sent."""

from sahara_ext import exception
from sahara_ext.db import models
from sahara_ext.db import values
from sahara_ext.tests import base


class TestCheck(base.TestCase):
    def test_what_fits(self):
        for given in (
            {},
            {'name': '', 'description': None},
            {'name': 'x' * 255, 'description': 'x' * 100_000},
            {'name': '\N{PILE OF POO}' * 255},
            {'anti_affinity_ratio': -(2**31), 'is_public': True},
            {'cluster_configs': {'\0': 2**70}},
        ):
            self.assertEqual(given, values.check(models.Cluster, given))

    def test_what_does_not(self):
        for name, value, words in (
            ('name', 'x' * 256, '255'),
            ('status', 'x' * 65, '64'),
            ('name', 'a\0b', 'characters'),
            ('description', '\udcff', 'characters'),
            ('anti_affinity_ratio', 2**31, 'large'),
            ('anti_affinity_ratio', -(2**31) - 1, 'large'),
        ):
            error = self.assertRaises(
                exception.InvalidValue,
                *(values.check, models.Cluster, {name: value}),
            )
            self.assertIn(name, str(error))
            self.assertIn(words, str(error))


class TestAlike(base.TestCase):
    def test_all_get_the_columns_of_any(self):
        self.assertEqual(
            [
                {'name': 'a', 'flavor_id': None, 'volumes_per_node': 0},
                {'name': 'b', 'flavor_id': '1', 'volumes_per_node': 0},
                {'name': 'c', 'flavor_id': None, 'volumes_per_node': 2},
            ],
            values.alike(
                models.NodeGroup,
                [
                    {'name': 'a'},
                    {'name': 'b', 'flavor_id': '1'},
                    {'name': 'c', 'volumes_per_node': 2},
                ],
            ),
        )

    def test_they_are_checked(self):
        self.assertRaises(
            exception.InvalidValue,
            *(values.alike, models.NodeGroup, [{}, {'name': '\0'}]),
        )
