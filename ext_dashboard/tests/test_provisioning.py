# SPDX-License-Identifier: Apache-2.0
"""The tab Provisioning: its views, and what they refuse."""

from django import urls

from ext_dashboard.tests import base

CLUSTER = '0e4e5d2a-7e0b-4a0c-a9d7-97a3b8b4c5d6'


class ProgressViewTest(base.TestCase):
    def test_step(self):
        self.api.return_value = {
            'provisioning': {'id': CLUSTER, 'status': 'Spawning'}
        }
        answer = self.script(
            urls.reverse(
                'horizon:project:provisioning:progress', args=(CLUSTER,)
            )
        )
        self.assertEqual(200, answer.status_code)
        self.assertEqual('Spawning', answer.json()['status'])
