# SPDX-License-Identifier: Apache-2.0
"""Fields hold what they say, JSON of any depth among it."""

from sahara_ext.objects.cluster import Cluster
from sahara_ext.objects.cluster_instance import ClusterInstance
from sahara_ext.objects.fields import ClusterStatus
from sahara_ext.tests import base

DEEP = {'a': {'b': [1, 2.5, None, True, {'\N{SNOWMAN}': '\N{PILE OF POO}'}]}}


class TestFields(base.TestCase):
    def test_json_is_what_it_was(self):
        cluster = Cluster(cluster_configs=DEEP, shares=[DEEP])
        again = Cluster.obj_from_primitive(cluster.obj_to_primitive())
        self.assertEqual(DEEP, again.cluster_configs)
        self.assertEqual([DEEP], again.shares)
        self.assertIn('\\u2603', str(cluster))

    def test_json_of_another_kind(self):
        for name, value in (
            ('cluster_configs', []),
            ('cluster_configs', 'text'),
            ('shares', {}),
        ):
            self.assertRaises(ValueError, Cluster, **{name: value})

    def test_nothing_is_the_default_each_time(self):
        first, second = (Cluster(cluster_configs=None) for _ in range(2))
        first.cluster_configs['a'] = 1
        self.assertEqual({}, second.cluster_configs)

    def test_words_there_are_not(self):
        self.assertRaises(ValueError, Cluster, operation_type='x')
        self.assertRaises(ValueError, ClusterInstance, state='x')

    def test_statuses_differ(self):
        words = {
            value
            for name, value in vars(ClusterStatus).items()
            if name.isupper() and name != 'ALL'
        }
        self.assertEqual(sorted(words), sorted(ClusterStatus.ALL))
