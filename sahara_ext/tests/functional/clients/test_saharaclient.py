# SPDX-License-Identifier: Apache-2.0
"""python-saharaclient, as programs use it: the dashboard, for instance."""

import secrets
from typing import Any

from oslo_utils import timeutils
from saharaclient.api import base as saharaclient

from ext_lib.testing import polling
from sahara_ext.tests.functional.clients import base


def _words(text: str) -> list[str]:
    return text.split()


#: What the dashboard reads of a cluster, but for words of one version.
_CLUSTER = _words(
    'id name description status status_description plugin_name info '
    'cluster_template_id default_image_id neutron_management_network '
    'user_keypair_id use_autoconfig is_public is_protected anti_affinity '
    'cluster_configs node_groups'
)
_GROUP = _words(
    'id name count flavor_id floating_ip_pool node_group_template_id '
    'use_autoconfig is_proxy_gateway auto_security_group security_groups '
    'node_processes volumes_per_node volumes_size volume_type '
    'volume_local_to_instance node_configs instances'
)
_INSTANCE = _words('instance_name instance_id internal_ip management_ip')
_STEP = _words('id step_name step_type total successful created_at updated_at')
_EVENT = _words(
    'id step_id created_at node_group_id instance_id instance_name '
    'event_info successful'
)
_WORKER = {'name': 'worker', 'count': 2, 'flavor_id': '1'}
_FAILURE = {'fail_step': 'Waiting for ssh', 'fail_instances': 1}


class ClusterTests:
    """Tests for both versions."""

    def setUp(self: Any) -> None:
        super().setUp()  # type: ignore[misc]
        self.client = self.sahara()
        self.name = f'c{secrets.token_hex(4)}'

    def create(self: Any, name: str = '', **values: Any) -> Any:
        """Have a cluster created."""
        group = {**_WORKER, 'node_processes': ['datanode']}
        return self.client.clusters.create(
            **{
                'name': name or self.name,
                'plugin_name': base.PLUGIN,
                self.version_key: base.VERSION,
                'default_image_id': base.IMAGE,
                'node_groups': [group],
                **values,
            }
        )

    def test_plugins(self: Any) -> None:
        plugins = self.client.plugins.list()
        self.assertIn(base.PLUGIN, [plugin.name for plugin in plugins])
        plugin = self.client.plugins.get(base.PLUGIN)
        self.assertEqual([base.VERSION], plugin.versions)
        version = self.client.plugins.get_version_details(
            base.PLUGIN, base.VERSION
        )
        self.assertIn('datanode', version.node_processes['HDFS'])
        self.assertEqual(['fake', '0.1'], version.required_image_tags)
        self.assertIn('fail_step', [each['name'] for each in version.configs])

    def test_life_of_a_cluster(self: Any) -> None:
        created = self.create(cluster_configs={'fake': {'seconds': 0.2}})
        self.check_progress_while(created.id)
        up = self.wait_for(created.id, 'Active', 'Error')
        self.assertEqual('Active', up.status, up.status_description)
        self.check_keys(up)
        self.client.clusters.scale(
            up.id, {'resize_node_groups': [{'name': 'worker', 'count': 3}]}
        )
        grown = self.wait_for(created.id, 'Active')
        self.assertEqual(3, grown.node_groups[0]['count'])
        self.assertEqual(3, len(grown.node_groups[0]['instances']))
        self.client.clusters.delete(up.id)
        self.wait_until_gone(up.id)

    def check_progress_while(self: Any, cluster_id: str) -> None:
        """See steps come and end, with what is still to come."""
        seen = set()

        def is_up() -> bool:
            cluster = self.client.clusters.get(cluster_id)
            # Released clients do not ask for it, but hand it on.
            percentage = cluster.provisioning_percentage
            planned = [
                step
                for step in cluster.provisioning_progress
                if step['started_at'] is None
            ]
            if planned:
                self.assertLess(percentage, 100)
            seen.add((percentage, bool(planned)))
            return bool(cluster.status == 'Active')

        polling.wait_until(is_up, 'the cluster to be up')
        percentages = [percentage for percentage, _planned in seen]
        self.assertEqual(100, max(percentages))
        self.assertLess(min(percentages), 100)
        self.assertIn(True, [is_planned for _percentage, is_planned in seen])

    def check_keys(self: Any, cluster: Any) -> None:
        """Check for the keys that the dashboard reads."""
        full = self.client.clusters.get(cluster.id, show_progress=True)
        found = full.to_dict()
        project = 'tenant_id' if self.api == '1.1' else 'project_id'
        for key in (*_CLUSTER, self.version_key, project):
            self.assertIn(key, found)
        [group] = found['node_groups']
        self.assertLessEqual(set(_GROUP), set(group))
        for instance in group['instances']:
            self.assertLessEqual(set(_INSTANCE), set(instance))
        self.assertIsInstance(found['info'], dict)
        for step in found['provision_progress']:
            self.assertLessEqual({*_STEP, project, 'events'}, set(step))
            timeutils.parse_strtime(step['created_at'], '%Y-%m-%dT%H:%M:%S')
            for event in step['events']:
                self.assertLessEqual(set(_EVENT), set(event))
                self.assertEqual(group['id'], event['node_group_id'])
        without = self.client.clusters.get(cluster.id).provision_progress
        self.assertEqual([], [s for s in without if 'events' in s])

    def test_why_it_failed(self: Any) -> None:
        created = self.create(cluster_configs={'fake': _FAILURE})
        failed = self.wait_for(created.id, 'Active', 'Error')
        self.assertEqual('Error', failed.status)
        full = self.client.clusters.get(created.id, show_progress=True)
        *before, last = full.provision_progress
        self.assertEqual({True}, {step['successful'] for step in before})
        self.assertEqual('Waiting for ssh', last['step_name'])
        self.assertIs(False, last['successful'])
        bad = [e for e in last['events'] if not e['successful']]
        [event] = bad
        self.assertIn('Error ID: ', event['event_info'])
        # Which is for administrators.
        self.assertNotIn('Traceback', event['event_info'])
        self.assertIn(event['instance_name'], event['event_info'])
        self.client.clusters.delete(created.id)
        self.wait_until_gone(created.id)
        # Its name is free for the next try.
        again = self.create()
        self.wait_for(again.id, 'Active')

    def wait_until_gone(self: Any, cluster_id: str) -> None:
        """Wait until there is no such cluster."""

        def is_gone() -> bool:
            try:
                self.client.clusters.get(cluster_id)
            except saharaclient.APIException as error:
                return bool(error.error_code == 404)
            return False

        polling.wait_until(is_gone, 'the cluster to be gone')

    def test_templates(self: Any) -> None:
        groups = self.client.node_group_templates
        group = groups.create(
            **{
                'name': f'{self.name}-worker',
                'plugin_name': base.PLUGIN,
                self.version_key: base.VERSION,
                'flavor_id': '1',
                'node_processes': ['datanode'],
            }
        )
        self.assertEqual('1', groups.get(group.id).flavor_id)
        self.assertIn(group.id, [each.id for each in groups.list()])
        changed = groups.update(group.id, description='mine')
        self.assertEqual('mine', changed.description)
        clusters = self.client.cluster_templates
        template = clusters.create(
            **{
                'name': self.name,
                'plugin_name': base.PLUGIN,
                self.version_key: base.VERSION,
                'node_groups': [
                    {
                        'name': 'worker',
                        'count': 2,
                        'node_group_template_id': group.id,
                    }
                ],
            }
        )
        cluster = self.client.clusters.create(
            **{
                'name': self.name,
                'plugin_name': base.PLUGIN,
                self.version_key: base.VERSION,
                'cluster_template_id': template.id,
                'default_image_id': base.IMAGE,
            }
        )
        up = self.wait_for(cluster.id, 'Active', 'Error')
        self.assertEqual('Active', up.status, up.status_description)
        self.assertEqual(template.id, up.cluster_template_id)
        [made] = up.node_groups
        self.assertEqual(
            ('worker', 2, '1', group.id),
            (
                made['name'],
                made['count'],
                made['flavor_id'],
                made['node_group_template_id'],
            ),
        )
        self.client.clusters.delete(cluster.id)
        self.wait_until_gone(cluster.id)
        clusters.delete(template.id)
        groups.delete(group.id)
        self.assertNotIn(group.id, [each.id for each in groups.list()])

    def test_lists(self: Any) -> None:
        names = [f'{self.name}-{number}' for number in range(3)]
        for name in names:
            self.create(name)
        found = self.client.clusters.list(
            search_opts={'name': names[1]}, limit=1
        )
        self.assertEqual([names[1]], [cluster.name for cluster in found])
        page = self.client.clusters.list(limit=2, sort_by='name')
        self.assertEqual(2, len(page))
        rest = list(page)
        while page.next:
            page = self.client.clusters.list(
                limit=2, sort_by='name', marker=page.next
            )
            rest += page
        every = [cluster.name for cluster in rest]
        self.assertEqual(sorted(every), every)
        self.assertLessEqual(set(names), set(every))

    def test_changes(self: Any) -> None:
        cluster = self.create()
        self.wait_for(cluster.id, 'Active')
        self.client.clusters.update(
            cluster.id, description='mine', is_protected=True
        )
        self.assertEqual(
            'mine', self.client.clusters.get(cluster.id).description
        )
        self.assertRaises(
            saharaclient.APIException, self.client.clusters.delete, cluster.id
        )
        self.client.clusters.update(cluster.id, is_protected=False)
        self.client.clusters.delete(cluster.id)
        self.wait_until_gone(cluster.id)

    def test_several_at_once(self: Any) -> None:
        self.create(count=2)
        found = [
            cluster
            for cluster in self.client.clusters.list()
            if cluster.name.startswith(f'{self.name}-')
        ]
        self.assertEqual(2, len(found))

    def test_images(self: Any) -> None:
        images = self.client.images
        images.update_image(base.IMAGE, 'ubuntu', 'mine')
        images.update_tags(base.IMAGE, ['fake', '0.1'])
        image = images.get(base.IMAGE)
        self.assertEqual({'fake', '0.1'}, set(image.tags))
        self.assertEqual('ubuntu', image.username)
        self.assertIn(base.IMAGE, [each.id for each in images.list()])
        images.update_tags(base.IMAGE, ['0.1'])
        self.assertEqual(['0.1'], images.get(base.IMAGE).tags)
        images.unregister_image(base.IMAGE)
        self.assertNotIn(base.IMAGE, [each.id for each in images.list()])

    def test_errors(self: Any) -> None:
        for ask, code, name in (
            (lambda: self.client.clusters.get('nope'), 404, 'NOT_FOUND'),
            (
                lambda: self.create(plugin_name='nope'),
                400,
                'INVALID_REFERENCE',
            ),
        ):
            error = self.assertRaises(saharaclient.APIException, ask)
            self.assertEqual(code, error.error_code, error.error_message)
            self.assertEqual(name, error.error_name)
            self.assertTrue(error.error_message)

    def test_others_see_nothing(self: Any) -> None:
        cluster = self.create()
        other = self.sahara('carol:other')
        self.assertNotIn(
            cluster.id, [each.id for each in other.clusters.list()]
        )
        error = self.assertRaises(
            saharaclient.APIException, other.clusters.get, cluster.id
        )
        self.assertEqual(404, error.error_code)

    def test_through_the_catalog(self: Any) -> None:
        cluster = self.create()
        found = self.sahara_by_catalog().clusters.get(cluster.id)
        self.assertEqual(self.name, found.name)


class TestVersion1(ClusterTests, base.ClientTestCase):
    """Version 1.1."""


class TestVersion2(ClusterTests, base.ClientTestCase):
    """The cluster part of version 2."""

    api = '2'

    def test_force_delete(self) -> None:
        cluster = self.create()
        self.client.clusters.force_delete(cluster.id)
        self.wait_until_gone(cluster.id)
