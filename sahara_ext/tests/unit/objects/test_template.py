# SPDX-License-Identifier: Apache-2.0
"""The contents of templates of each kind."""

from sahara_ext import exception
from sahara_ext.objects.template import ClusterTemplate
from sahara_ext.objects.template import ClusterTemplateList
from sahara_ext.objects.template import NodeGroupTemplate
from sahara_ext.objects.template import NodeGroupTemplateList
from sahara_ext.tests.unit.objects import base
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


class TestTakeOver(base.TestCase):
    """A cluster template shows what it uses as it was changed later."""

    def setUp(self):
        super().setUp()
        self.used = self.group_template('used', node_processes=['datanode'])
        self.other = self.group_template('other')

    def group_template(self, name, **values):
        template = NodeGroupTemplate(
            self.context,
            name=name,
            plugin_name='fake',
            plugin_version='0.1',
            flavor_id='1',
            **values,
        )
        template.create()
        return template

    def user(self, name='user', context=None, **values):
        groups = [
            {'name': 'a', 'count': 2, 'node_group_template_id': self.used.id},
            {'name': 'b', 'count': 1, 'node_group_template_id': self.other.id},
            {'name': 'c', 'count': 3, 'node_group_template_id': self.used.id},
            {'name': 'd', 'count': 4, 'flavor_id': '9'},
        ]
        template = ClusterTemplate(
            context or self.context,
            name=name,
            plugin_name='fake',
            plugin_version='0.1',
            node_groups=[{'flavor_id': '1', **group} for group in groups],
            **values,
        )
        template.create()
        return template

    def change(self, **values):
        for name, value in values.items():
            setattr(self.used, name, value)
        self.used.save()

    def shown(self, template, name):
        found = ClusterTemplate.get(self.context, template.id)
        return [group.get(name) for group in found.node_groups]

    def test_what_it_shows(self):
        user = self.user()
        self.change(flavor_id='2', node_configs={'HDFS': {'heap': 1}})
        self.assertEqual(['2', '1', '2', '9'], self.shown(user, 'flavor_id'))
        self.assertEqual(['a', 'b', 'c', 'd'], self.shown(user, 'name'))
        self.assertEqual([2, 1, 3, 4], self.shown(user, 'count'))
        configs, *_ = self.shown(user, 'node_configs')
        self.assertEqual({'HDFS': {'heap': 1}}, configs)
        processes, *_ = self.shown(user, 'node_processes')
        self.assertEqual(['datanode'], processes)
        again = ClusterTemplate.get(self.context, user.id)
        self.assertEqual(self.used.updated_at, again.updated_at)

    def test_what_groups_do_not_have(self):
        user = self.user(is_protected=True)
        self.change(description='new', name='new')
        self.assertEqual(['1', '1', '1', '9'], self.shown(user, 'flavor_id'))
        found = ClusterTemplate.get(self.context, user.id)
        self.assertEqual(user.updated_at, found.updated_at)

    def test_one_that_is_protected(self):
        user, free = self.user(is_protected=True), self.user('free')
        error = self.assertRaises(
            exception.UserProtected, self.change, flavor_id='2'
        )
        self.assertIn(user.id, str(error))
        for each in (user, free):
            flavors = self.shown(each, 'flavor_id')
            self.assertEqual(['1', '1', '1', '9'], flavors)
        stored = NodeGroupTemplate.get(self.context, self.used.id)
        self.assertEqual('1', stored.flavor_id)

    def test_one_of_another_project(self):
        user = self.user(context=self.stranger, is_public=True)
        self.change(flavor_id='2')
        self.assertEqual(['1', '1', '1', '9'], self.shown(user, 'flavor_id'))

    def test_what_does_not_use_it_any_more(self):
        user = self.user()
        user.node_groups = [{'name': 'a', 'count': 1, 'flavor_id': '1'}]
        user.save()
        self.change(flavor_id='2')
        self.assertEqual(['1'], self.shown(user, 'flavor_id'))
