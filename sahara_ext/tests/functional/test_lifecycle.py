# SPDX-License-Identifier: Apache-2.0
"""Clusters come up, grow, shrink, fail and go, as a client sees it."""

from typing import Any

from ext_lib.testing import polling
from sahara_ext.tests.functional import base


class LifecycleTest(base.OperationsTestCase):
    def steps(self, cluster: Any, step_type: str) -> list[Any]:
        return [
            step
            for step in cluster['provisioning_progress']
            if step['step_type'] == step_type
        ]

    def test_up_and_down(self) -> None:
        created = self.create()
        path = f'/v1.1/clusters/{created["id"]}'
        up = self.wait_until_idle(created['id'])
        self.assertEqual('Active', up['status'])
        self.assertEqual(100, up['provisioning_percentage'])
        self.assertEqual(
            [step['id'] for step in created['provisioning_progress']],
            [step['id'] for step in up['provisioning_progress']],
        )
        self.assertEqual(2, len(up['node_groups'][0]['instances']))

        grown = {
            'resize_node_groups': [{'name': 'worker', 'count': 3}],
            'add_node_groups': [base.group('master', 1)],
        }
        scaled = self.send('PUT', path, grown)['cluster']
        self.assertLess(scaled['provisioning_percentage'], 100)
        self.assertNotEqual([], self.steps(scaled, 'scaling'))
        cluster = self.wait_until_idle(created['id'])
        sizes = {
            group['name']: len(group['instances'])
            for group in cluster['node_groups']
        }
        self.assertEqual({'worker': 3, 'master': 1}, sizes)
        self.assertEqual(100, cluster['provisioning_percentage'])

        self.send('DELETE', path, status=204)
        self.wait_until_gone(created['id'])
        self.get(f'{path}/progress', status=404)
        self.get(f'{path}/provisioning', status=404)

    def test_chosen_instances_go(self) -> None:
        cluster = self.wait_until_idle(self.create()['id'])
        first = cluster['node_groups'][0]['instances'][0]
        resizing = {
            'name': 'worker',
            'count': 1,
            'instances': [first['instance_name']],
        }
        self.send(
            'PUT',
            f'/v2/clusters/{cluster["id"]}',
            {'resize_node_groups': [resizing]},
        )
        (group,) = self.wait_until_idle(cluster['id'])['node_groups']
        (left,) = group['instances']
        self.assertNotEqual(first['id'], left['id'])

    def test_a_failure_is_described(self) -> None:
        fake = {'fail_step': 'Waiting for ssh', 'fail_instances': 1}
        cluster = self.wait_until_idle(
            self.create(cluster_configs={'fake': fake})['id']
        )
        self.assertEqual('Error', cluster['status'])
        path = f'/v1.1/clusters/{cluster["id"]}'
        events = self.get(f'{path}/progress', token=base.ADMIN)['events']
        (failure,) = [event for event in events if not event['successful']]
        self.assertIn('Traceback', failure['event_info'])
        self.assertIn(failure['error_id'], self.log.output)
        shown = self.get(f'{path}?show_progress=true')['cluster']
        step = shown['provision_progress'][-1]
        self.assertIs(False, step['successful'])
        self.assertEqual(2, len(step['events']))
        self.send('DELETE', path, status=204)
        self.wait_until_gone(cluster['id'])

    def test_deleted_while_it_comes_up(self) -> None:
        configs = {'fake': {'seconds': 0.5}}
        created = self.create(cluster_configs=configs)
        path = f'/v1.1/clusters/{created["id"]}'
        polling.wait_until(
            lambda: self.get(path)['cluster']['provision_progress'],
            'the first step',
        )
        self.send('DELETE', path, status=204)
        self.wait_until_gone(created['id'])
