# SPDX-License-Identifier: Apache-2.0
"""Clusters in the all-in-one, and what becomes of them when it ends."""

import pathlib

import fixtures
import requests

from ext_lib.testing import allinone
from ext_lib.testing import polling
from sahara_ext.tests import base
from sahara_ext.tests.functional import user

_TYPE = 'data-processing'
_LAUNCHING = 'Launching instances'


class AllInOneTestCase(base.TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.state = self.useFixture(fixtures.TempDir()).path

    def start(self, **environment: str) -> None:
        """Start the program; ``self.user`` is one of its users."""
        self.service = self.useFixture(
            allinone.AllInOne(self.state, **environment)
        )
        self.user = user.User(self.service.urls[_TYPE])

    def servers(self) -> dict[str, str]:
        """Return the names of the user's servers by their ids."""
        answer = requests.get(
            f'{self.service.url}/servers',
            headers={'X-Auth-Token': 'alice:demo'},
            timeout=60,
        )
        return {s['id']: s['name'] for s in answer.json()['servers']}


class TestAllInOne(AllInOneTestCase):
    def test_what_it_prints(self) -> None:
        self.start()
        output = self.service.output
        self.assertEqual({'compute', _TYPE}, set(self.service.urls))
        self.assertTrue(self.service.urls[_TYPE].endswith('/v1.1'))
        self.assertIn('dataprocessing cluster show', output)
        root = self.service.urls[_TYPE].removesuffix('/v1.1')
        answer = requests.get(root, timeout=60, allow_redirects=False)
        self.assertEqual(300, answer.status_code)
        self.assertTrue(
            pathlib.Path(self.state, 'sahara_ext.sqlite').is_file()
        )

    def test_clusters_of_the_compute_api_beside_it(self) -> None:
        self.start(OS_INFRA__DRIVER='compute')
        cluster_id = self.user.create('one', 3)
        up = self.user.wait_for(cluster_id, 'Active', 'Error')
        self.assertEqual('Active', up['status'], up['status_description'])
        [group] = up['node_groups']
        instances = {
            each['instance_id']: each['instance_name']
            for each in group['instances']
        }
        self.assertEqual(3, len(instances))
        self.assertEqual(instances, self.servers())
        self.user.do('DELETE', f'/clusters/{cluster_id}')
        polling.wait_until(
            lambda: self.user.is_gone(cluster_id), 'the cluster to be gone'
        )
        self.assertEqual({}, self.servers())

    def test_a_server_that_cannot_be(self) -> None:
        self.start(
            OS_INFRA__DRIVER='compute', OS_INFRA_COMPUTE__NETWORK='nonsense'
        )
        failed = self.user.wait_for(self.user.create('one'), 'Error')
        self.assertIn('could not be launched', failed['status_description'])
        for event in self.user.progress(failed['id']):
            self.assertIn('(400)', event['event_info'])

    def test_without_the_event_log(self) -> None:
        self.start(OS_DEFAULT__DISABLE_EVENT_LOG='true')
        up = self.user.wait_for(self.user.create('one'), 'Active')
        self.assertEqual([], up['provisioning_progress'])


class TestRestart(AllInOneTestCase):
    """It ends amid a step, and continues with the next start."""

    def begin(self, **environment: str) -> str:
        """Have a cluster under way; return its id."""
        self.start(**environment)
        cluster_id = self.user.create('one', 4, seconds=2)
        polling.wait_until(
            lambda: self.step(cluster_id, 'Assigning IPs'), 'the second step'
        )
        return cluster_id

    def step(self, cluster_id: str, name: str) -> bool:
        """Return whether a step has begun."""
        return any(
            step['started_at']
            for step in self.user.cluster(cluster_id)['provisioning_progress']
            if step['step_name'] == name
        )

    def check(self, cluster_id: str, before: list[str]) -> None:
        """It is as if nothing had happened."""
        up = self.user.wait_for(cluster_id, 'Active', 'Error')
        self.assertEqual('Active', up['status'], up['status_description'])
        for step in up['provisioning_progress']:
            self.assertEqual(
                (4, 4, True),
                (step['completed'], step['total'], step['successful']),
                step['step_name'],
            )
        self.assertEqual(before, self.ids(up))

    @staticmethod
    def ids(cluster: dict[str, list[dict[str, str]]]) -> list[str]:
        """Return the ids of steps, in order."""
        return [step['id'] for step in cluster['provisioning_progress']]

    def test_killed(self) -> None:
        cluster_id = self.begin()
        before = self.ids(self.user.cluster(cluster_id))
        self.service.kill()
        self.start()
        self.check(cluster_id, before)

    def test_told_to_end(self) -> None:
        cluster_id = self.begin()
        before = self.ids(self.user.cluster(cluster_id))
        self.assertEqual(0, self.service.stop())
        self.start()
        self.check(cluster_id, before)

    def test_killed_while_launching_servers(self) -> None:
        self.start(OS_INFRA__DRIVER='compute')
        cluster_id = self.user.create('one', 40)
        polling.wait_until(self.servers, 'the first server')
        self.service.kill()
        self.start(OS_INFRA__DRIVER='compute')
        up = self.user.wait_for(cluster_id, 'Active', 'Error')
        self.assertEqual('Active', up['status'], up['status_description'])
        self.assertEqual(40, len(self.servers()))

    def test_killed_while_deleting_servers(self) -> None:
        self.start(OS_INFRA__DRIVER='compute')
        cluster_id = self.user.create('one', 40)
        self.user.wait_for(cluster_id, 'Active')
        self.user.do('DELETE', f'/clusters/{cluster_id}')
        polling.wait_until(lambda: len(self.servers()) < 40, 'one to go')
        self.service.kill()
        self.start(OS_INFRA__DRIVER='compute')
        polling.wait_until(
            lambda: self.user.is_gone(cluster_id), 'the cluster to be gone'
        )
        self.assertEqual({}, self.servers())
