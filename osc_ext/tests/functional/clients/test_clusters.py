# SPDX-License-Identifier: Apache-2.0
"""Clusters, their progress and events, by openstacksdk and saharaclient."""

from typing import Any

from keystoneauth1 import session
from keystoneauth1 import token_endpoint
import openstack
from openstack import exceptions
from saharaclient import client
from saharaclient.api import base as sahara

from osc_ext import saharaclient
from osc_ext import sdk
from osc_ext.tests.functional import base

_TYPE = 'data-processing'
_NONE = '00000000-0000-4000-8000-000000000000'
#: A step that the plugin makes fail.
_FAILS = 'Waiting for ssh'


class ClustersTestCase(base.FunctionalTestCase):
    """One cluster that came up, and one of which a step failed."""

    active: Any
    failed: Any

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        clusters = cls.client('1.1').clusters
        cls.active = cls.create(clusters, 'active')
        cls.failed = cls.create(clusters, 'failed', fail_step=_FAILS)

    @classmethod
    def client(cls, version: str) -> Any:
        """Return a client of clusters that is configured with the endpoint."""
        root = cls.service.urls[_TYPE].removesuffix('/v1.1')
        url = f'{root}/v{version}'
        auth = token_endpoint.Token(url, 'admin:demo')
        found = client.Client(
            version, session=session.Session(auth=auth), sahara_url=url
        )
        return saharaclient.attach(found)

    @classmethod
    def create(cls, clusters: Any, name: str, **configs: Any) -> Any:
        """Return a new cluster of three instances."""
        groups = [('master', 1, 'namenode'), ('worker', 2, 'datanode')]
        return clusters.create(
            name,
            'fake',
            '0.1',
            default_image_id=base.IMAGE,
            cluster_configs={'fake': configs} if configs else None,
            node_groups=[
                {
                    'name': group,
                    'count': count,
                    'flavor_id': '1',
                    'node_processes': [process],
                }
                for group, count, process in groups
            ],
        )


class TestSDK(ClustersTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.clusters = sdk.register(self.connect()).data_processing
        for cluster in (self.active, self.failed):
            self.clusters.wait_for_cluster(cluster, timeout=60)

    def test_progress(self) -> None:
        found = self.clusters.get_cluster_progress(self.active)
        self.assertEqual('Active', found.status)
        self.assertEqual(100, found.percentage)
        for step in found.steps:
            self.assertEqual(
                (3, 3, 0), (step.completed, step.total, step.failed)
            )
            self.assertIs(True, step.successful)

    def test_a_failure(self) -> None:
        found = self.clusters.get_cluster_progress(self.failed.id)
        self.assertEqual('Error', found.status)
        self.assertIn('failed on purpose', found.status_description)
        [step] = [step for step in found.steps if step.successful is False]
        self.assertEqual(_FAILS, step.name)
        events = list(self.clusters.cluster_events(found, step))
        self.assertEqual(step.completed + step.failed, len(events))
        [failed, *_] = self.clusters.cluster_events(found, successful=False)
        self.assertIn('failed on purpose', failed.event_info)
        self.assertIsNotNone(failed.error_id)
        again = self.clusters.get_cluster_event(failed.id, found)
        self.assertEqual(failed.to_dict(), again.to_dict())

    def test_lists(self) -> None:
        for limit in (1, 2, 3):
            found = self.clusters.clusters(limit=limit, sort_by='name')
            self.assertEqual(['active', 'failed'], [c.name for c in found])
        [active] = self.clusters.clusters(name='active')
        self.assertEqual('0.1', active.plugin_version)
        for limit in (1, 2, 3, 4):
            events = self.clusters.cluster_events(self.active, limit=limit)
            self.assertEqual(3, len({event.id for event in events}))

    def test_by_name(self) -> None:
        found = self.clusters.find_cluster('failed')
        self.assertEqual(self.failed.id, found and found.id)
        found = self.clusters.find_cluster(self.failed.id)
        self.assertEqual('failed', found and found.name)
        self.assertIsNone(self.clusters.find_cluster('none'))

    def test_nothing_of_that_kind(self) -> None:
        for ask in (
            lambda: self.clusters.get_cluster(_NONE),
            lambda: self.clusters.get_cluster_progress(_NONE),
            lambda: list(self.clusters.cluster_events(_NONE)),
            lambda: list(self.clusters.cluster_events(self.active, _NONE)),
            lambda: self.clusters.get_cluster_event(_NONE, self.active),
        ):
            self.assertRaises(exceptions.NotFoundException, ask)

    def test_version_2(self) -> None:
        url = self.service.urls[_TYPE].replace('/v1.1', '/v2')
        connection = self.connect(
            data_processing_endpoint_override=url,
            data_processing_api_version='2',
        )
        clusters = sdk.register(connection).data_processing
        found = clusters.get_cluster(self.active.id)
        self.assertEqual('0.1', found.plugin_version)
        self.assertEqual('demo', found.project_id)
        events = list(clusters.cluster_events(found))
        self.assertEqual(3, len(events))

    def test_by_catalog(self) -> None:
        url = self.service.url.removesuffix('/v2.1')
        cloud = openstack.config.OpenStackConfig(
            load_yaml_config=False, load_envvars=False
        ).get_one(
            auth={
                'auth_url': f'{url}/identity/v3',
                'username': 'alice',
                'password': 'any',
                'project_name': 'demo',
                'user_domain_id': 'default',
                'project_domain_id': 'default',
            },
            vendor_hook='osc_ext.sdk:register',
        )
        connection: Any = openstack.connection.Connection(config=cloud)
        self.addCleanup(connection.close)
        found = connection.data_processing.get_cluster(self.active.id)
        self.assertEqual('active', found.name)


class TestSaharaclient(ClustersTestCase):
    def test_both_versions(self) -> None:
        clusters = sdk.register(self.connect()).data_processing
        clusters.wait_for_cluster(self.failed, timeout=60)
        for version in ('1.1', '2'):
            found = self.client(version)
            progress = found.progress.get(self.failed.id)
            self.assertEqual('Error', progress.status)
            [step] = [
                step
                for step in progress.provisioning_progress
                if step['successful'] is False
            ]
            self.assertEqual(_FAILS, step['step_name'])
            failed, *_ = found.events.list(self.failed.id, successful=False)
            self.assertIn('failed on purpose', failed.event_info)
            events = found.events.list(self.failed.id, step['id'])
            self.assertEqual(step['completed'] + step['failed'], len(events))
            one = found.events.list(self.failed.id, step['id'], limit=1)
            rest = found.events.list(
                self.failed.id, step['id'], marker=one[0].id
            )
            self.assertEqual(
                [event.id for event in events],
                [event.id for event in (*one, *rest)],
            )
            again = found.events.get(self.failed.id, failed.id)
            self.assertEqual(failed.to_dict(), again.to_dict())
            self.assertEqual('failed', found.clusters.get(self.failed.id).name)

    def test_nothing_of_that_kind(self) -> None:
        found = self.client('1.1')
        for ask in (
            lambda: found.progress.get(_NONE),
            lambda: found.events.list(_NONE),
            lambda: found.events.list(self.active.id, _NONE),
            lambda: found.events.get(self.active.id, _NONE),
        ):
            error = self.assertRaises(sahara.APIException, ask)
            self.assertEqual(404, error.error_code)
