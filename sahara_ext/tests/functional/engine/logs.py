# SPDX-License-Identifier: Apache-2.0
"""Log lines of engines, of themselves and of clusters."""

import re

from ext_lib.testing import polling
from sahara_ext.objects.fields import ClusterStatus
from sahara_ext.tests.functional.engine import processes

_NAME = 'sahara-ext-engine on host node1'
_REQUEST = re.compile(r'req-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}')


class Logs(processes.EnginesTestCase):
    """An engine that creates, fails, deletes and stops."""

    def setUp(self) -> None:
        super().setUp()
        self.engine = self.engines.start()

    def find(self, text: str) -> list[str]:
        """Return the lines of the log that contain ``text``."""
        lines = self.engine.output.read_text().splitlines()
        return [line for line in lines if text in line]

    def check_operation(self, cluster_id: str, type: str, end: str) -> None:
        """Check that an operation is logged, all of it under one request."""
        what = f'Cluster {cluster_id}: {type}: '
        ending = re.compile(re.escape(what + end) + r' after \d+\.\d{3} s$')
        polling.wait_until(
            lambda: any(map(ending.search, self.find(what))),
            f'the end of {type} in the log',
        )
        begun, ended = self.find(what)
        self.assertTrue(begun.endswith('begun'), begun)
        [request_id] = {*_REQUEST.findall(begun), *_REQUEST.findall(ended)}
        self.assertNotIn(request_id, self.requests)
        self.requests.append(request_id)
        lines = [
            line
            for line in self.find(cluster_id)
            if ' INFO ' in line and line[:23] >= begun[:23]
        ]
        for line in lines:
            self.assertIn(f'{request_id} ', line)

    def test_life(self) -> None:
        self.requests: list[str] = []
        cluster_id = self.create({'worker': 3})
        cluster = self.wait_for(cluster_id)
        self.check_operation(cluster_id, 'creating', 'Active')
        for status in 'InfraUpdating', 'Configuring', 'Starting':
            self.assertEqual(
                1, len(self.find(f'Cluster {cluster_id}: {status}'))
            )
        self.api.delete_cluster(self.context, cluster)
        self.wait_until_gone(cluster_id)
        self.check_operation(cluster_id, 'deleting', 'done')
        failing = self.create({'worker': 1}, fail_instances=1)
        self.wait_for(failing, ClusterStatus.ERROR)
        self.check_operation(failing, 'creating', 'Error')
        self.check_life()

    def check_life(self) -> None:
        """Check what is logged of the process, without a password."""
        self.assertEqual(0, self.engine.stop())
        [start] = self.find('Starting sahara-ext-engine ')
        self.assertRegex(
            start,
            r'Starting sahara-ext-engine \d\S* on host node1, '
            r'broker (fake|rabbit)://\S*, database \w+(\+\w+)?://\S+$',
        )
        self.assertNotRegex(start, r'//[^/\s]*:[^/\s]*@')
        for text in 'Started', 'Stopping', 'Stopped':
            self.assertEqual(1, len(self.find(f'{text} {_NAME}')), text)
