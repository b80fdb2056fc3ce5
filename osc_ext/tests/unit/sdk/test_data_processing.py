# SPDX-License-Identifier: Apache-2.0
"""Tests of clusters and their progress by openstacksdk."""

from typing import Any

from keystoneauth1 import access
from keystoneauth1.identity import access as access_plugin
from openstack import exceptions
import requests

from osc_ext import sdk
from osc_ext.tests import base

_EVENTS = 'data-processing/clusters/cluster-progress-failed-resp'


class DataProcessingTestCase(base.TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.clusters = sdk.register(self.connection).data_processing
        self.shown = base.sample(
            'data-processing/clusters/cluster-show-progress-resp'
        )['cluster']
        self.url = f'/clusters/{self.shown["id"]}'

    def asked(self) -> list[str]:
        """Return the paths of all requests."""
        return [base.path_of(request) for request in self.api.requests]

    def a_cluster(self, **values: Any) -> Any:
        """Return an answer with a cluster."""
        return {'cluster': {**self.shown, **values}}


class TestClusters(DataProcessingTestCase):
    def test_a_cluster(self) -> None:
        self.api.answer(f'GET {self.url}', self.a_cluster())
        found = self.clusters.get_cluster(self.shown['id'])
        self.assertEqual('one', found.name)
        self.assertEqual('0.1', found.plugin_version)
        self.assertEqual(self.shown['tenant_id'], found.project_id)
        self.assertEqual(2, len(found.node_groups))
        self.assertEqual(100, found.percentage)

    def test_a_cluster_of_version_2(self) -> None:
        cluster = base.sample(
            'data-processing/clusters/v2.0/cluster-show-progress-resp'
        )
        self.api.answer(f'GET {self.url}', cluster)
        found = self.clusters.get_cluster(self.shown['id'])
        self.assertEqual('0.1', found.plugin_version)
        self.assertEqual(cluster['cluster']['project_id'], found.project_id)

    def test_lists_follow_pages(self) -> None:
        listed = base.sample(
            'data-processing/clusters/clusters-list-page-resp'
        )
        first = {**listed, 'markers': {'prev': None, 'next': 'm1'}}
        last = {**listed, 'markers': {'prev': 'm0', 'next': None}}
        pages = ('?limit=1&name=one', '?limit=1&marker=m1&name=one')
        self.api.answer(f'GET /clusters{pages[0]}', first)
        self.api.answer(f'GET /clusters{pages[1]}', last)
        found = list(self.clusters.clusters(limit=1, name='one'))
        self.assertEqual(2 * len(listed['clusters']), len(found))

    def test_by_name(self) -> None:
        self.api.otherwise = base.VERSION
        self.api.answer('GET /clusters?name=one', {'clusters': [self.shown]})
        found = self.clusters.find_cluster('one')
        self.assertEqual(self.shown['id'], found and found.id)
        self.api.answer('GET /clusters?name=two', {'clusters': []})
        self.assertIsNone(self.clusters.find_cluster('two'))
        self.assertRaises(
            exceptions.NotFoundException,
            self.clusters.find_cluster,
            'two',
            ignore_missing=False,
        )


class TestVersions(base.TestCase):
    def url_of(self, url: str, **options: Any) -> str:
        """Return the URL of a request.

        :param url: of the service, as the catalog has it
        """
        endpoint = {'interface': 'public', 'region_id': 'R', 'url': url}
        catalog = [{'type': 'data-processing', 'endpoints': [endpoint]}]
        token = access.AccessInfoV3({'token': {'catalog': catalog}}, 't')
        connection = self.connect_by(
            access_plugin.AccessInfoPlugin(token), **options
        )
        connection.config.config.update(options)
        sdk.register(connection).data_processing.get('/clusters')
        return str(self.api.requests[-1].url).removeprefix(base.URL)

    def test_released_clients_choose_the_same(self) -> None:
        self.assertEqual('/v1.1/clusters', self.url_of(base.URL))
        self.assertEqual('/v1.1/clusters', self.url_of(f'{base.URL}/v1.1'))

    def test_the_configuration_chooses_another(self) -> None:
        version = {'data_processing_api_version': '2.1'}
        self.assertEqual('/v2.1/clusters', self.url_of(base.URL, **version))


class TestProgress(DataProcessingTestCase):
    def test_steps(self) -> None:
        steps = self.shown['provisioning_progress']
        steps[-1]['started_at'] = None
        self.api.answer(
            f'GET {self.url}', self.a_cluster(provisioning_percentage=80)
        )
        found = self.clusters.get_cluster_progress(self.shown['id'])
        self.assertEqual(80, found.percentage)
        self.assertTrue(found.has_ended)
        self.assertEqual('Launching instances', found.steps[0].name)
        self.assertEqual(steps[0]['id'], found.steps[0].id)
        self.assertEqual(3, found.steps[0].completed)
        self.assertEqual(3, found.steps[0].total)
        self.assertIs(True, found.steps[0].successful)
        self.assertEqual(
            [True, True, True, True, False],
            [step.has_begun for step in found.steps],
        )

    def test_without_instances(self) -> None:
        shown = base.sample(
            'data-processing/clusters/cluster-provisioning-resp'
        )
        self.api.answer(f'GET {self.url}/provisioning', shown)
        found = self.clusters.get_cluster_progress(self.shown['id'])
        self.assertEqual(shown['provisioning']['id'], found.id)
        self.assertEqual('one', found.name)
        self.assertEqual('Active', found.status)
        self.assertEqual(100, found.percentage)
        self.assertEqual(3, found.steps[0].completed)
        self.assertEqual([f'{self.url}/provisioning'], self.asked())

    def test_an_older_service_is_asked_once(self) -> None:
        self.api.answer(f'GET {self.url}', self.a_cluster())
        for _ in range(2):
            found = self.clusters.get_cluster_progress(self.shown['id'])
            self.assertEqual(100, found.percentage)
        self.assertEqual(
            [f'{self.url}/provisioning', self.url, self.url], self.asked()
        )

    def test_no_cluster_is_no_older_service(self) -> None:
        self.assertRaises(
            exceptions.NotFoundException,
            self.clusters.get_cluster_progress,
            self.shown['id'],
        )
        shown = base.sample(
            'data-processing/clusters/cluster-provisioning-resp'
        )
        self.api.answer(f'GET {self.url}/provisioning', shown)
        self.clusters.get_cluster_progress(self.shown['id'])
        self.assertEqual(f'{self.url}/provisioning', self.asked()[-1])

    def test_wait(self) -> None:
        request = f'GET {self.url}'
        self.api.answer(request, self.a_cluster(status='Waiting'))
        self.api.answer(request, requests.ConnectionError())
        headers = {'Retry-After': '20'}
        self.api.answer(request, {}, 503, headers)
        self.api.answer(request, self.a_cluster(status='Error'))
        seen: list[str] = []
        found = self.clusters.wait_for_cluster(
            self.shown['id'], callback=lambda p: seen.append(p.status)
        )
        self.assertEqual('Error', found.status)
        self.assertEqual(['Waiting', 'Error'], seen)
        self.assertEqual(20, self.pauses[-1])

    def test_wait_for_a_cluster_that_is_deleted(self) -> None:
        request = f'GET {self.url}'
        self.api.answer(request, self.a_cluster(status='Deleting'))
        self.api.answer(request, {}, 404)
        self.assertRaises(
            exceptions.NotFoundException,
            self.clusters.wait_for_cluster,
            self.shown['id'],
        )

    def test_time_passes(self) -> None:
        self.api.answer(f'GET {self.url}', self.a_cluster(status='Waiting'))
        self.assertRaises(
            exceptions.ResourceTimeout,
            self.clusters.wait_for_cluster,
            self.shown['id'],
            timeout=60,
        )
        self.assertEqual(10, max(self.pauses))


class TestEvents(DataProcessingTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.events = base.sample(_EVENTS)['events']
        self.marker = self.events[-1]['id']
        self.list = f'GET {self.url}/progress'

    def test_lists_end_with_an_empty_page(self) -> None:
        self.api.answer(self.list, {'events': self.events})
        self.api.answer(f'{self.list}?marker={self.marker}', {'events': []})
        found = list(self.clusters.cluster_events(self.shown['id']))
        self.assertEqual(3, len(found))
        failed = found[0]
        self.assertIs(False, failed.successful)
        self.assertEqual('one-master-001', failed.instance_name)
        self.assertEqual(self.events[0]['error_id'], failed.error_id)
        self.assertEqual(
            self.events[0]['provisioning_step_id'], failed.step_id
        )
        self.assertEqual(self.shown['id'], failed.cluster_id)

    def test_filters_hold_on_all_pages(self) -> None:
        query = 'step_id=s&successful=false'
        self.api.answer(
            f'{self.list}?limit=2&{query}', {'events': self.events[:1]}
        )
        marker = self.events[0]['id']
        self.api.answer(
            f'{self.list}?limit=2&marker={marker}&{query}', {'events': []}
        )
        found = self.clusters.cluster_events(
            self.shown['id'], 's', successful=False, limit=2
        )
        self.assertEqual(1, len(list(found)))

    def test_one_event(self) -> None:
        self.api.answer(f'GET {self.url}', self.a_cluster())
        steps = self.shown['provisioning_progress']
        self.api.answer(
            f'{self.list}?step_id={steps[0]["id"]}', {'events': []}
        )
        second = f'step_id={steps[1]["id"]}'
        self.api.answer(f'{self.list}?{second}', {'events': self.events})
        found = self.clusters.get_cluster_event(self.marker, self.shown['id'])
        self.assertEqual('one-worker-002', found.instance_name)

    def test_no_such_event(self) -> None:
        self.api.answer(
            f'GET {self.url}', self.a_cluster(provisioning_progress=[])
        )
        self.assertRaises(
            exceptions.NotFoundException,
            self.clusters.get_cluster_event,
            self.marker,
            self.shown['id'],
        )
