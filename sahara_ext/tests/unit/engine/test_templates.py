# SPDX-License-Identifier: Apache-2.0
"""Templates add what a request leaves open."""

from sahara_ext import exception
from sahara_ext.engine import templates
from sahara_ext.objects.template import ClusterTemplate
from sahara_ext.objects.template import NodeGroupTemplate
from sahara_ext.tests import base

UNKNOWN = 'b0a4f1d4-0000-4000-8000-000000000000'


class TestTemplates(base.DatabaseTestCase):
    def setUp(self):
        super().setUp()
        self.group = NodeGroupTemplate(
            self.context,
            name='workers',
            plugin_name='fake',
            plugin_version='0.1',
            flavor_id='2',
            node_processes=['datanode'],
            node_configs={'HDFS': {'a': 1, 'b': 1}, 'Hive': {'c': 1}},
            volumes_per_node=3,
            is_proxy_gateway=True,
        )
        self.group.create()

    def cluster_template(self, **changes):
        values = {
            'name': 'usual',
            'plugin_name': 'fake',
            'plugin_version': '0.1',
            'description': 'as usual',
            'cluster_configs': {'fake': {'seconds': 1, 'fail_instances': 0}},
            'default_image_id': 'image',
            'anti_affinity': ['datanode'],
            'node_groups': [
                {
                    'name': 'worker',
                    'count': 2,
                    'node_group_template_id': self.group.id,
                    'flavor_id': '3',
                }
            ],
        }
        template = ClusterTemplate(self.context, **{**values, **changes})
        template.create()
        return template

    def test_what_a_cluster_takes_over(self):
        template = self.cluster_template(is_protected=True, is_public=True)
        completed = templates.complete_cluster(
            self.context,
            {
                'name': 'mine',
                'description': None,
                'default_image_id': 'other',
                'cluster_template_id': template.id,
                'cluster_configs': {'fake': {'seconds': 2}},
            },
        )
        self.assertEqual(
            (
                'mine',
                'as usual',
                'fake',
                '0.1',
                'other',
                ['datanode'],
                {'fake': {'seconds': 2, 'fail_instances': 0}},
            ),
            tuple(
                completed[name]
                for name in (
                    'name',
                    'description',
                    'plugin_name',
                    'plugin_version',
                    'default_image_id',
                    'anti_affinity',
                    'cluster_configs',
                )
            ),
        )
        # It is a cluster of its own.
        for name in ('is_protected', 'is_public', 'id', 'created_at'):
            self.assertNotIn(name, completed)
        (group,) = completed['node_groups']
        self.assertEqual(
            ('worker', 2, '3', ['datanode'], 3),
            (
                group['name'],
                group['count'],
                group['flavor_id'],
                group['node_processes'],
                group['volumes_per_node'],
            ),
        )

    def test_its_own_groups_come_in_place_of_those(self):
        template = self.cluster_template()
        completed = templates.complete_cluster(
            self.context,
            {
                'name': 'mine',
                'cluster_template_id': template.id,
                'node_groups': [{'name': 'only', 'count': 1}],
            },
        )
        self.assertEqual(
            [{'name': 'only', 'count': 1}], completed['node_groups']
        )

    def test_what_a_group_takes_over(self):
        (group,) = templates.complete_groups(
            self.context,
            [
                {
                    'name': 'worker',
                    'count': 2,
                    'node_group_template_id': self.group.id,
                    'node_configs': {'HDFS': {'b': 2}},
                    'volumes_per_node': 0,
                    'is_proxy_gateway': False,
                }
            ],
        )
        self.assertEqual(
            (
                '2',
                {'HDFS': {'a': 1, 'b': 2}, 'Hive': {'c': 1}},
                0,
                False,
                self.group.id,
            ),
            (
                group['flavor_id'],
                group['node_configs'],
                group['volumes_per_node'],
                group['is_proxy_gateway'],
                group['node_group_template_id'],
            ),
        )

    def test_a_template_is_loaded_once(self):
        self.statements.clear()
        groups = [
            {'name': f'g{n}', 'node_group_template_id': self.group.id}
            for n in range(5)
        ]
        completed = templates.complete_groups(self.context, groups)
        self.assertEqual({'2'}, {group['flavor_id'] for group in completed})
        self.assertEqual(1, len(self.statements))

    def test_without_any(self):
        values = {'name': 'mine', 'node_groups': [{'name': 'only'}]}
        self.assertEqual(
            values, templates.complete_cluster(self.context, values)
        )
        self.assertEqual(
            [], templates.complete_cluster(self.context, {})['node_groups']
        )

    def test_those_that_are_not_there(self):
        self.assertRaises(
            exception.UnknownTemplate,
            templates.complete_cluster,
            self.context,
            {'cluster_template_id': UNKNOWN},
        )
        self.assertRaises(
            exception.UnknownTemplate,
            templates.complete_groups,
            self.context,
            [{'node_group_template_id': UNKNOWN}],
        )
