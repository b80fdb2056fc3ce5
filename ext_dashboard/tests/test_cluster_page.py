# SPDX-License-Identifier: Apache-2.0
"""The page of a cluster of sahara-dashboard, with what is repaired in it."""

import re
from unittest import mock

from django import urls
from django.utils import timezone
from keystoneauth1 import exceptions
from sahara_dashboard.api import sahara
from sahara_dashboard.content.data_processing.clusters.clusters import tabs
from saharaclient.api import base as sahara_base
from saharaclient.api import clusters

from ext_dashboard import repairs
from ext_dashboard.tests import base

CLUSTER = '0e4e5d2a-7e0b-4a0c-a9d7-97a3b8b4c5d6'
PAGE = 'horizon:project:data_processing.clusters:cluster-details'
EVENTS = 'horizon:project:data_processing.clusters:events'
#: A script, a handler or a style in the markup itself, which a strict content
#: security policy forbids.
INLINE = re.compile(r'<script(?![^>]*\ssrc=)|\son\w+=|\sstyle=|javascript:')


def cluster():
    """Return a cluster as the client of sahara-dashboard has it."""
    return clusters.Cluster(
        None,
        {
            'id': CLUSTER,
            'name': base.MARKUP,
            'status': 'Spawning',
            'status_description': base.MARKUP,
            'plugin_name': 'fake',
            'hadoop_version': '0.1',
            'node_groups': [],
            'info': {},
            'provision_progress': [
                {
                    'id': 's',
                    'step_name': 'Launching',
                    'step_type': 'creating',
                    'total': 3,
                    'successful': None,
                    'created_at': '2026-11-30T10:00:00',
                    'updated_at': None,
                    'events': [],
                }
            ],
        },
    )


class _Page(base.TestCase):
    def setUp(self):
        super().setUp()
        self.cluster_get = self.patched(sahara, 'cluster_get')
        self.cluster_get.return_value = cluster()
        #: Whatever else the tabs of sahara-dashboard ask for.
        self.sahara = self.patched(sahara, 'client')
        self.address = urls.reverse(PAGE, args=(CLUSTER,))

    def patched(self, module, name):
        patcher = mock.patch.object(module, name, autospec=True)
        self.addCleanup(patcher.stop)
        return patcher.start()

    def tab(self, slug):
        """Return what the script of Horizon loads when a tab is opened."""
        return self.script(f'{self.address}?tab=cluster_details__{slug}')

    def frame(self):
        answer = self.tab('provisioning')
        self.assertEqual(200, answer.status_code)
        return answer.content.decode()


class ClusterPageTest(_Page):
    def test_opens_with_provisioning_and_one_request(self):
        answer = self.client.get(self.address)
        self.assertContains(answer, 'data-ext="provisioning"')
        self.cluster_get.assert_called_once_with(mock.ANY, CLUSTER)
        self.sahara.assert_not_called()
        self.api.assert_not_called()

    def test_markup_in_the_cluster(self):
        content = self.client.get(self.address).content.decode()
        self.assertNotIn('<script>planted()', content)
        self.assertNotIn('<b id="planted"', content)

    def test_frame_has_nothing_inline(self):
        self.assertIsNone(INLINE.search(self.frame()))

    def test_frame_has_the_address(self):
        address = urls.reverse(
            'horizon:project:provisioning:progress', args=(CLUSTER,)
        )
        self.assertIn(f'data-address="{address}"', self.frame())

    def test_id_with_markup(self):
        address = urls.reverse(PAGE, args=('"><b id="planted">',))
        answer = self.script(f'{address}?tab=cluster_details__provisioning')
        self.assertNotIn('<b id="planted">', answer.content.decode())

    def test_from_the_left_and_from_the_right(self):
        self.assertIn('dir="ltr"', self.frame())
        self.client.cookies['horizon_language'] = 'he'
        found = self.frame()
        self.assertIn('lang="he" dir="rtl"', ' '.join(found.split()))
        self.assertIn('שלבים', found)

    def test_in_german(self):
        self.client.cookies['horizon_language'] = 'de'
        self.assertIn('Fehlgeschlagene Instanzen', self.frame())

    def test_data_processing_is_unreachable(self):
        self.cluster_get.side_effect = exceptions.ConnectFailure('refused')
        answer = self.client.get(self.address)
        self.assertEqual(302, answer.status_code)
        said = [str(message) for message in answer.wsgi_request._messages]
        self.assertIn('Unable to retrieve details', said[0])

    def test_no_such_cluster(self):
        self.cluster_get.side_effect = sahara_base.APIException(404)
        self.assertEqual(302, self.client.get(self.address).status_code)


class RepairsTest(_Page):
    def test_events_have_no_script(self):
        answer = self.tab('cluster_event_log')
        self.assertIsNone(INLINE.search(answer.content.decode()))
        self.assertTemplateUsed(answer, repairs.TEMPLATE)

    def test_events_have_an_address_without_query(self):
        answer = self.client.get(
            f'{self.address}?tab=cluster_details__cluster_event_log'
        )
        self.assertContains(answer, f'data-address="{self.address}"')

    def test_checks_have_an_address_without_query(self):
        answer = self.tab('cluster_health_checks')
        self.assertContains(answer, f'"{self.address}"')
        self.assertNotContains(answer, f'{self.address}?')

    def test_what_the_script_of_the_events_fills(self):
        content = self.tab('cluster_event_log').content.decode()
        for name in (
            'steps_body',
            'events_body',
            'events_modal',
            'events_modal_header',
            'modal_status_marker',
        ):
            self.assertEqual(1, content.count(f'id="{name}"'), name)

    def test_events_are_answered(self):
        answer = self.client.get(urls.reverse(EVENTS, args=(CLUSTER,)))
        self.assertEqual(200, answer.status_code)
        (step,) = answer.json()['provision_steps']
        self.assertEqual('Launching', step['step_name'])

    def test_a_second_time_changes_nothing(self):
        def state():
            return (
                tabs.ClusterDetailsTabs.tabs,
                tabs.EventLogTab.template_name,
                timezone.utc,
            )

        before = state()
        repairs.apply()
        self.assertEqual(before, state())
