# SPDX-License-Identifier: Apache-2.0
"""Every key of every answer, in the order and form released clients know.

The orders are those of sahara 19.0.0, to which this service adds what is
marked.
"""

import re
from typing import Any

from oslo_utils import fixture as time_fixture

from sahara_ext.tests import base as tests_base
from sahara_ext.tests.functional import base
from sahara_ext.tests.functional import rows

_CLUSTER = '5bbcc3c4-1da2-4437-a48a-66f15b1b13f9'
_TIME = re.compile(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d')
_OURS = (
    'provisioning_progress',
    'provisioning_percentage',
)

_CLUSTER_KEYS = (
    'created_at', 'updated_at', 'id', 'name', 'description', 'tenant_id',
    'trust_id', 'is_transient', 'plugin_name', 'hadoop_version',
    'cluster_configs', 'default_image_id', 'neutron_management_network',
    'anti_affinity', 'anti_affinity_ratio', 'management_public_key',
    'user_keypair_id', 'status', 'status_description', 'info',
    'use_autoconfig', 'cluster_template_id', 'shares', 'is_public',
    'is_protected', 'domain_name', 'node_groups', 'provision_progress',
)  # fmt: skip
_VOLUME_KEYS = (
    'volumes_per_node', 'volumes_size', 'volumes_availability_zone',
    'volume_mount_prefix', 'volume_type', 'boot_from_volume',
    'boot_volume_type', 'boot_volume_availability_zone',
    'boot_volume_local_to_instance',
)  # fmt: skip
_NETWORK_KEYS = (
    'floating_ip_pool', 'security_groups', 'auto_security_group',
    'availability_zone', 'is_proxy_gateway', 'volume_local_to_instance',
)  # fmt: skip
_GROUP_KEYS = (
    'created_at', 'updated_at', 'id', 'name', 'flavor_id', 'image_id',
    'node_processes', 'node_configs', *_VOLUME_KEYS, 'count',
    'use_autoconfig', 'node_group_template_id', *_NETWORK_KEYS, 'shares',
)  # fmt: skip
_INSTANCE_KEYS = (
    'created_at', 'updated_at', 'id', 'instance_id', 'instance_name',
    'internal_ip', 'management_ip', 'storage_devices_number', 'dns_hostname',
)  # fmt: skip
_STEP_KEYS = (
    'created_at', 'updated_at', 'id', 'cluster_id', 'tenant_id', 'step_name',
    'step_type', 'total', 'successful',
)  # fmt: skip
_EVENT_KEYS = (
    'created_at', 'updated_at', 'id', 'node_group_id', 'instance_id',
    'instance_name', 'event_info', 'successful', 'step_id',
)  # fmt: skip
_GROUP_TEMPLATE_KEYS = (
    'created_at', 'updated_at', 'id', 'name', 'description', 'tenant_id',
    'flavor_id', 'image_id', 'plugin_name', 'hadoop_version',
    'node_processes', 'node_configs', *_VOLUME_KEYS, *_NETWORK_KEYS,
    'is_default', 'use_autoconfig', 'shares', 'is_public', 'is_protected',
)  # fmt: skip
_TEMPLATE_KEYS = (
    'created_at', 'updated_at', 'id', 'name', 'description',
    'cluster_configs', 'default_image_id', 'anti_affinity', 'tenant_id',
    'neutron_management_network', 'plugin_name', 'hadoop_version',
    'is_default', 'use_autoconfig', 'shares', 'is_public', 'is_protected',
    'domain_name', 'node_groups',
)  # fmt: skip
_IMAGE_KEYS = (
    'OS-EXT-IMG-SIZE:size', 'metadata', 'minDisk', 'minRam', 'progress',
    'status', 'created', 'updated', 'username', 'description', 'tags', 'id',
    'name',
)  # fmt: skip
_PLUGIN_KEYS = (
    'name', 'title', 'description', 'versions', 'plugin_labels',
    'version_labels',
)  # fmt: skip
_CONFIG_KEYS = (
    'name', 'description', 'config_type', 'config_values', 'default_value',
    'applicable_target', 'scope', 'is_optional', 'priority',
)  # fmt: skip
#: Ours alone: of ``/provisioning``, its steps, and ``/progress``.
_PROVISIONING_KEYS = (
    'id', 'name', 'status', 'status_description', 'updated_at',
    'provisioning_progress', 'provisioning_percentage',
)  # fmt: skip
_PLANNED_STEP_KEYS = (
    'id', 'cluster_id', 'step_name', 'step_type', 'completed', 'failed',
    'total', 'successful', 'duration', 'started_at', 'completed_at',
    'created_at', 'updated_at',
)  # fmt: skip
_PROGRESS_KEYS = (
    'id', 'cluster_id', 'node_group_id', 'instance_id', 'instance_name',
    'provisioning_step_id', 'event_info', 'error_id', 'successful',
    'created_at',
)  # fmt: skip
_RENAMED = {'hadoop_version': 'plugin_version', 'tenant_id': 'project_id'}


def _v2(keys: tuple[str, ...], order: tuple[str, ...]) -> list[str]:
    """Return the keys of version 2: what is renamed goes to the end."""
    kept = [key for key in keys if key not in _RENAMED]
    return [*kept, *(_RENAMED[old] for old in order)]


class WireFormatTest(base.APITestCase):
    def setUp(self) -> None:
        super().setUp()
        # Two answers tell the same duration of what runs.
        self.useFixture(time_fixture.TimeFixture())
        self.group = rows.group(_CLUSTER, name='worker', count=2)
        self.up = rows.instance(_CLUSTER, self.group.id, 1)
        planned = rows.instance(
            _CLUSTER,
            self.group.id,
            2,
            instance_id=None,
            internal_ip=None,
            state='planned',
        )
        self.over = rows.step(_CLUSTER, 1, completed=1, failed=0)
        self.failed = rows.step(
            _CLUSTER,
            2,
            completed=0,
            failed=1,
            total=2,
            successful=False,
            started_at=rows.LATER,
            completed_at=None,
        )
        self.planned = rows.step(
            _CLUSTER,
            3,
            completed=0,
            total=None,
            successful=None,
            started_at=None,
            completed_at=None,
            updated_at=None,
        )
        error_id = 'aebd4b8f-5d4e-4a3c-9d6b-2f1f4b5c6d7e'
        self.add(
            rows.cluster(
                id=_CLUSTER,
                name='demo',
                cluster_configs={'proxy_configs': {'p': 1}, 'a': {'b': 1}},
            ),
            self.group,
            self.up,
            planned,
            self.over,
            self.failed,
            self.planned,
            rows.event(self.over.id, 1, cluster_id=_CLUSTER),
            rows.event(
                self.failed.id,
                2,
                cluster_id=_CLUSTER,
                node_group_id=self.group.id,
                instance_id=self.up.instance_id,
                successful=False,
                event_info=f'It broke\nError ID: {error_id}',
                error_id=error_id,
            ),
        )

    def show(self, version: str = 'v1.1', progress: str = 'True') -> Any:
        path = f'/{version}/clusters/{_CLUSTER}?show_progress={progress}'
        return self.get(path)['cluster']

    def test_cluster(self) -> None:
        self.assertEqual([*_CLUSTER_KEYS, *_OURS], list(self.show()))
        order = ('hadoop_version', 'tenant_id')
        self.assertEqual(
            _v2(_CLUSTER_KEYS + _OURS, order), list(self.show('v2'))
        )

    def test_list(self) -> None:
        for version in base.VERSIONS:
            listed = self.get(f'/{version}/clusters')
            self.assertEqual(['clusters'], list(listed))
            self.assertEqual(
                self.show(version, 'False'), listed['clusters'][0]
            )

    def test_parts(self) -> None:
        cluster = self.show()
        group = cluster['node_groups'][0]
        self.assertEqual([*_GROUP_KEYS, 'instances'], list(group))
        # Clients take it that there is a server.
        self.assertEqual(1, len(group['instances']))
        self.assertEqual(2, group['count'])
        self.assertEqual(list(_INSTANCE_KEYS), list(group['instances'][0]))

    def test_provision_progress(self) -> None:
        """Steps that have begun, with the keys that released clients read."""
        over, failed = self.show()['provision_progress']
        for step in (over, failed):
            self.assertEqual([*_STEP_KEYS, 'events'], list(step))
            self.assertEqual(list(_EVENT_KEYS), list(step['events'][0]))
            self.assertEqual(step['id'], step['events'][0]['step_id'])
        self.assertEqual('2026-01-02T03:04:05', over['created_at'])
        self.assertEqual('2026-01-02T03:14:05', over['updated_at'])
        self.assertEqual('2026-01-02T03:14:05', failed['created_at'])
        self.assertEqual((True, False), _pair(over, failed, 'successful'))
        self.assertEqual((1, 2), _pair(over, failed, 'total'))
        step = self.show('v2')['provision_progress'][0]
        keys = _v2(_STEP_KEYS, ('tenant_id',))
        self.assertEqual({*keys, 'events'}, set(step))
        self.assertEqual(tests_base.PROJECT, step['project_id'])

    def test_no_events_unless_asked_for(self) -> None:
        for step in self.show(progress='False')['provision_progress']:
            self.assertEqual(list(_STEP_KEYS), list(step))

    def test_provisioning_progress(self) -> None:
        """Planned steps too, with their counts."""
        cluster = self.show()
        steps = cluster['provisioning_progress']
        for step in steps:
            self.assertEqual(list(_PLANNED_STEP_KEYS), list(step))
        over, failed, planned = steps
        self.assertEqual((1, 0, 1), _counts(over))
        self.assertEqual((0, 1, 2), _counts(failed))
        self.assertEqual((0, 0, None), _counts(planned))
        self.assertEqual(600, over['duration'])
        self.assertIsNone(planned['duration'])
        self.assertIsNone(planned['started_at'])
        self.assertEqual('2026-01-02T03:14:05', failed['started_at'])
        self.assertEqual(33, cluster['provisioning_percentage'])

    def test_provisioning(self) -> None:
        """The same as of the cluster, without its node groups."""
        for version in base.VERSIONS:
            path = f'/{version}/clusters/{_CLUSTER}/provisioning'
            body = self.get(path)
            self.assertEqual(['provisioning'], list(body))
            found = body['provisioning']
            self.assertEqual(list(_PROVISIONING_KEYS), list(found))
            cluster = self.show(version)
            self.assertEqual({key: cluster[key] for key in found}, found)
            self.assertEqual(3, len(found['provisioning_progress']))

    def test_progress(self) -> None:
        body = self.get(f'/v1.1/clusters/{_CLUSTER}/progress')
        self.assertEqual(['events'], list(body))
        (event,) = body['events']
        self.assertEqual(list(_PROGRESS_KEYS), list(event))
        self.assertEqual(self.failed.id, event['provisioning_step_id'])
        self.assertEqual(_CLUSTER, event['cluster_id'])
        self.assertIn(event['error_id'], event['event_info'])
        self.assertIs(False, event['successful'])

    def test_times(self) -> None:
        """All in seconds, cut and without a zone."""
        for version in base.VERSIONS:
            for name, value in _leaves(self.show(version)):
                if name.endswith('_at') and value is not None:
                    self.assertRegex(value, _TIME, name)
                    self.assertEqual(19, len(value), name)

    def test_secrets_do_not_show(self) -> None:
        self.assertEqual({'a': {'b': 1}}, self.show()['cluster_configs'])

    def test_node_group_template(self) -> None:
        self.add(rows.node_group_template())
        for version, keys in (
            ('v1.1', list(_GROUP_TEMPLATE_KEYS)),
            ('v2', _v2(_GROUP_TEMPLATE_KEYS, ('hadoop_version', 'tenant_id'))),
        ):
            body = self.get(f'/{version}/node-group-templates')
            self.assertEqual(keys, list(body['node_group_templates'][0]))

    def test_cluster_template(self) -> None:
        self.add(rows.cluster_template())
        for version, keys in (
            ('v1.1', list(_TEMPLATE_KEYS)),
            ('v2', _v2(_TEMPLATE_KEYS, ('hadoop_version', 'tenant_id'))),
        ):
            body = self.get(f'/{version}/cluster-templates')
            template = body['cluster_templates'][0]
            self.assertEqual(keys, list(template))
            group = template['node_groups'][0]
            self.assertEqual(list(_GROUP_KEYS), list(group))
            again = self.get(f'/{version}/cluster-templates')
            self.assertEqual(body, again)

    def test_image(self) -> None:
        self.add(rows.image(base.IMAGE))
        for version in base.VERSIONS:
            (image,) = self.get(f'/{version}/images')['images']
            self.assertEqual(list(_IMAGE_KEYS), list(image))

    def test_plugin(self) -> None:
        for version in base.VERSIONS:
            plugins = self.get(f'/{version}/plugins')['plugins']
            self.assertEqual(['fake', 'spark'], [p['name'] for p in plugins])
            for plugin in plugins:
                self.assertEqual(list(_PLUGIN_KEYS), list(plugin))
                path = f'/{version}/plugins/{plugin["name"]}'
                shown = self.get(f'{path}/{plugin["versions"][0]}')['plugin']
                more = ('configs', 'node_processes', 'required_image_tags')
                self.assertEqual([*_PLUGIN_KEYS, *more], list(shown))
                for config in shown['configs']:
                    self.assertEqual(list(_CONFIG_KEYS), list(config))

    def test_errors(self) -> None:
        for version in base.VERSIONS:
            error = self.get(f'/{version}/clusters/none', status=404)
            keys = ['error_code', 'error_message', 'error_name']
            self.assertEqual(keys, list(error))
            self.assertEqual(404, error['error_code'])
            error_id = error['error_message'].rpartition('\nError ID: ')[2]
            self.assertIn(error_id, self.log.output)
            unrouted = self.get(f'/{version}/nothing', status=404)
            self.assertEqual(['error', 'error_message'], list(unrouted))

    def test_reads_write_nothing(self) -> None:
        self.statements.clear()
        for version in base.VERSIONS:
            self.show(version)
            self.get(f'/{version}/clusters/{_CLUSTER}/progress')
            self.get(f'/{version}/clusters/{_CLUSTER}/provisioning')
            self.get(f'/{version}/clusters')
        asked = self.statements.statements
        self.assertEqual(asked, self.statements.selects)


def _pair(one: Any, other: Any, key: str) -> tuple[Any, Any]:
    return one[key], other[key]


def _counts(step: Any) -> tuple[Any, Any, Any]:
    return step['completed'], step['failed'], step['total']


def _leaves(value: Any, name: str = '') -> Any:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner, name)
    else:
        yield name, value
