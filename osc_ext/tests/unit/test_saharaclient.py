# SPDX-License-Identifier: Apache-2.0
"""Tests of progress and events by python-saharaclient."""

from typing import Any

from saharaclient import client
from saharaclient.api import base as sahara
from saharaclient.api import clusters

from osc_ext import saharaclient
from osc_ext.tests import base

_SAMPLES = 'data-processing/clusters'


class TestSaharaclient(base.TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.client = self.a_client('1.1')
        self.shown = base.sample(f'{_SAMPLES}/cluster-show-progress-resp')
        self.uuid = self.shown['cluster']['id']
        self.events = base.sample(f'{_SAMPLES}/cluster-progress-failed-resp')[
            'events'
        ]
        self.list = f'GET /clusters/{self.uuid}/progress'

    def a_client(self, version: str) -> Any:
        """Return a client with progress and events."""
        made = client.Client(
            version,
            session=self.connection.session,
            sahara_url=f'{base.URL}/v1.1',
        )
        return saharaclient.attach(made)

    def test_progress(self) -> None:
        self.api.answer(f'GET /clusters/{self.uuid}', self.shown)
        for version in ('1.1', '2'):
            found = self.a_client(version).progress.get(self.uuid)
            self.assertEqual('Active', found.status)
            self.assertEqual(100, found.provisioning_percentage)
            self.assertEqual(3, found.provisioning_progress[0]['completed'])

    def test_without_instances(self) -> None:
        shown = base.sample(f'{_SAMPLES}/cluster-provisioning-resp')
        self.api.answer(f'GET /clusters/{self.uuid}/provisioning', shown)
        found = self.client.progress.get(self.uuid)
        self.assertEqual('Active', found.status)
        self.assertEqual(3, found.provisioning_progress[0]['completed'])
        self.assertEqual(1, len(self.api.requests))

    def test_an_older_service_is_asked_once(self) -> None:
        self.api.answer(f'GET /clusters/{self.uuid}', self.shown)
        for _ in range(2):
            self.client.progress.get(self.uuid)
        self.assertEqual(3, len(self.api.requests))

    def test_a_service_that_fails(self) -> None:
        body = {'error_code': 500, 'error_name': 'X', 'error_message': 'x'}
        url = f'/clusters/{self.uuid}'
        self.api.answer(f'GET {url}/provisioning', body, 500)
        self.api.answer(f'GET {url}', self.shown)
        error = self.assertRaises(
            sahara.APIException, self.client.progress.get, self.uuid
        )
        self.assertEqual(500, error.error_code)

    def test_clusters_stay(self) -> None:
        self.assertIs(clusters.ClusterManagerV1, type(self.client.clusters))
        plain = client.Client('1.1', session=self.connection.session)
        self.assertFalse(hasattr(plain, 'progress'))

    def test_all_events(self) -> None:
        marker = self.events[-1]['id']
        self.api.answer(self.list, {'events': self.events})
        self.api.answer(f'{self.list}?marker={marker}', {'events': []})
        found = self.client.events.list(self.uuid)
        self.assertEqual(3, len(found))
        self.assertIs(False, found[0].successful)
        self.assertIn('failed on purpose', found[0].event_info)

    def test_some_events(self) -> None:
        self.api.answer(
            f'{self.list}?limit=2&marker=m&step_id=s&successful=False',
            {'events': self.events[:2]},
        )
        found = self.client.events.list(
            self.uuid, step_id='s', successful=False, limit=2, marker='m'
        )
        self.assertEqual(2, len(found))

    def test_one_event(self) -> None:
        self.api.answer(f'GET /clusters/{self.uuid}', self.shown)
        [first, *_] = self.shown['cluster']['provisioning_progress']
        step = f'{self.list}?step_id={first["id"]}'
        self.api.answer(step, {'events': self.events})
        found = self.client.events.get(self.uuid, self.events[0]['id'])
        self.assertEqual(self.events[0]['error_id'], found.error_id)

    def test_no_such_event(self) -> None:
        self.shown['cluster']['provisioning_progress'] = []
        self.api.answer(f'GET /clusters/{self.uuid}', self.shown)
        error = self.assertRaises(
            sahara.APIException, self.client.events.get, self.uuid, 'e'
        )
        self.assertEqual(404, error.error_code)

    def test_no_such_cluster(self) -> None:
        body = {
            'error_code': 404,
            'error_name': 'NOT_FOUND',
            'error_message': "Object with {'id': 'a/b'} not found",
        }
        self.api.answer('GET /clusters/a%2Fb', body, 404)
        error = self.assertRaises(
            sahara.APIException, self.client.progress.get, 'a/b'
        )
        self.assertEqual(404, error.error_code)

    def test_no_client(self) -> None:
        self.assertRaises(TypeError, saharaclient.attach, self.connection)
