# SPDX-License-Identifier: Apache-2.0
"""What is kept in templates of each kind."""

from sahara_ext import exception
from sahara_ext.objects.cluster_template import ClusterTemplate
from sahara_ext.objects.cluster_template import ClusterTemplateList
from sahara_ext.objects.node_group_template import NodeGroupTemplate
from sahara_ext.objects.node_group_template import NodeGroupTemplateList
from sahara_ext.tests.unit.objects import template_tests


class TestNodeGroupTemplate(template_tests.TemplateTests):
    kind = NodeGroupTemplate
    kinds = NodeGroupTemplateList
    values = {
        'flavor_id': '2',
        'node_processes': ['namenode', 'datanode'],
        'node_configs': {'HDFS': {'heap': 512}},
        'security_groups': ['default'],
        'is_proxy_gateway': True,
        'volumes_per_node': 2,
    }


class TestClusterTemplate(template_tests.TemplateTests):
    kind = ClusterTemplate
    kinds = ClusterTemplateList
    values = {
        'cluster_configs': {'HDFS': {'replication': 3}},
        'anti_affinity': ['datanode'],
        'node_groups': [{'name': 'workers', 'count': 3}],
        'default_image_id': 'image',
    }

    def test_it_uses_what_its_groups_name(self):
        used = NodeGroupTemplate(
            self.context, name='n', plugin_name='fake', plugin_version='0.1'
        )
        used.create()
        user = self.store(
            node_groups=[{'name': 'g', 'node_group_template_id': used.id}]
        )
        error = self.assertRaises(exception.TemplateInUse, used.destroy)
        self.assertIn(user.name, str(error))
        user.destroy()
        used.destroy()
