# SPDX-License-Identifier: Apache-2.0
"""A Spark cluster from creation to deletion, by the released client."""

import base64
import json
import pathlib
import subprocess
from typing import Any, ClassVar
import urllib.request

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519
import fixtures
import requests
from testtools import content

from ext_lib.testing import polling
from sahara_ext.infra import cluster_key
from sahara_ext.tests.functional.clients import base as clients_base
from sahara_ext.tests.functional.spark import base
from sahara_ext.tests.functional.spark import machine
from sahara_ext.tests.functional.spark import servers

_PI = 'spark-cluster/spark/examples/src/main/python/pi.py'
_COUNT = 'spark-cluster/spark/examples/src/main/python/wordcount.py'
_SECONDS = 240


class TestLifecycle(clients_base.ClientTestCase):
    servers: ClassVar[servers.Servers]

    @classmethod
    def setUpClass(cls) -> None:
        # Not that of the base: its service has other servers.
        super(clients_base.ClientTestCase, cls).setUpClass()
        cls.servers = servers.Servers()
        cls.servers.setUp()
        cls.addClassCleanup(cls.servers.cleanUp)
        cls.service = cls.servers.service

    def setUp(self) -> None:
        super().setUp()
        self.directory = self.useFixture(fixtures.TempDir()).path
        self.key = f'{self.directory}/key'
        machine.output(
            *('ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', self.key)
        )
        self.compute = self.servers.compute('alice', 'demo')
        public_key = pathlib.Path(f'{self.key}.pub').read_text()
        self.compute.create_keypair(name='own', public_key=public_key)
        self.addCleanup(self.compute.delete_keypair, 'own')

    def test_from_creation_to_deletion(self):
        before = machine.inventory(self.servers.state)
        cluster = self.create(workers=2)
        master = self.address(cluster, 'm')
        self.check_steps(cluster, 'creating')
        self.check_registered(master, 2)
        self.check_jobs(master)
        self.scale(cluster, 3)
        self.check_registered(master, 3)
        self.scale(cluster, 1)
        self.check_registered(master, 1)
        self.check_pi(master)
        self.check_secrets(cluster)
        self.delete(cluster)
        self.assertEqual(before, machine.inventory(self.servers.state))
        self.assertEqual(
            ['own'], [each.name for each in self.compute.keypairs()]
        )

    def test_what_cannot_be(self):
        groups = (base.group('m', 1, 'master'), base.group('w', 1, 'worker'))
        for text, changes in (
            (
                'nothing to configure as Spark: Size',
                {'cluster_configs': {'Spark': {'Size': 1}}},
            ),
            (
                'spark-defaults: color',
                {'cluster_configs': {'spark-defaults': {'color': 'red'}}},
            ),
            (
                'in flavor m1.small (2048 MiB), not 4096',
                {'cluster_configs': {'Spark': {'Worker memory': 4096}}},
            ),
            ('at least one worker', {'node_groups': groups[:1]}),
            (
                'one master, not 2',
                {'node_groups': [base.group('m', 2, 'master'), groups[1]]},
            ),
            (
                'Flavor 99 could not be found',
                {'node_groups': [{**groups[0], 'flavor_id': '99'}, groups[1]]},
            ),
            ('no version 9.9', {'hadoop_version': '9.9'}),
        ):
            answer = self.post({'node_groups': groups, **changes})
            self.assertEqual(400, answer.status_code, answer.text)
            self.assertIn(text, answer.json()['error_message'])
        self.assertEqual([], self.sahara().clusters.list())
        self.assertEqual([], list(self.compute.servers()))

    def post(self, changes: Any) -> Any:
        """Ask for a cluster."""
        return requests.post(
            f'{self.service.urls[clients_base.TYPE]}/clusters',
            headers={'X-Auth-Token': 'alice:demo'},
            json={
                'name': 'demo',
                'plugin_name': 'spark',
                'hadoop_version': servers.VERSION,
                'default_image_id': base.IMAGE,
                **changes,
            },
            timeout=60,
        )

    def create(self, workers: int) -> Any:
        for name, process in (('m', 'master'), ('w', 'worker')):
            group = self.write(
                f'{name}.json',
                {
                    'name': name,
                    'plugin_name': 'spark',
                    'hadoop_version': servers.VERSION,
                    'flavor_id': base.FLAVOR,
                    'node_processes': [process],
                },
            )
            self.openstack(
                *('node', 'group', 'template', 'create', '--json', group)
            )
        configs = self.write('configs.json', base.CONFIGS)
        self.openstack(
            *('cluster', 'template', 'create', '--name', 'template'),
            *('--node-groups', 'm:1', f'w:{workers}', '--configs', configs),
        )
        made = self.openstack(
            *('cluster', 'create', '--name', 'demo'),
            *('--cluster-template', 'template', '--image', base.IMAGE),
            *('--user-keypair', 'own'),
        )
        return self.wait_until_active(made['Id'])

    def wait_until_active(self, cluster_id: str) -> Any:
        self.wait_for_long(cluster_id, 'Active', 'Error')
        found = self.sahara().clusters.get(cluster_id, show_progress=True)
        self.assertEqual('Active', found.status, found.status_description)
        return found

    def wait_for_long(self, cluster_id: str, *statuses: str) -> None:
        sahara = self.sahara()
        polling.wait_until(
            lambda: sahara.clusters.get(cluster_id).status in statuses,
            f'{cluster_id} to be {statuses}',
            _SECONDS,
        )

    def address(self, cluster: Any, group_name: str) -> str:
        [group] = [g for g in cluster.node_groups if g['name'] == group_name]
        return str(group['instances'][0]['management_ip'])

    def check_steps(self, cluster: Any, step_type: str) -> None:
        """Check that steps took the time that machines take."""
        found = [
            step
            for step in cluster.provisioning_progress
            if step['step_type'] == step_type
        ]
        durations = {s['step_name']: s['duration'] for s in found}
        self.assertEqual({True}, {s['successful'] for s in found})
        # A virtual machine of Java needs longer than no time.
        self.assertLess(0.5, durations['Starting master'])
        self.assertLess(0.5, durations['Starting workers'])
        text = json.dumps(durations, indent=2)
        self.addDetail('durations', content.text_content(text))

    def check_registered(self, master: str, count: int) -> None:
        url = f'http://{master}:8080/json/'
        with urllib.request.urlopen(url, timeout=30) as answer:
            self.assertEqual(count, json.load(answer)['aliveworkers'])

    def ssh(self, address: str, command: str) -> str:
        """Run a command as the user; return what it writes."""
        options = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null']
        done = subprocess.run(
            [
                *('ssh', '-i', self.key, '-o', options[0], '-o', options[1]),
                *(f'{servers.LOGIN}@{address}', command),
            ],
            check=False,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
        )
        self.assertEqual(0, done.returncode, done.stderr)
        return done.stdout

    def check_jobs(self, master: str) -> None:
        self.check_pi(master)
        # Each worker reads the file: it has to be on all of them.
        text = 'one two two three three three\n' * 100
        path = pathlib.Path('/tmp', f'{self.id()}.txt')
        path.write_text(text)
        self.addCleanup(path.unlink)
        path.chmod(0o644)
        said = self.ssh(master, f'spark-cluster/spark-submit {_COUNT} {path}')
        self.assertEqual(
            {'one: 100', 'two: 200', 'three: 300'}, set(said.splitlines())
        )

    def check_pi(self, master: str) -> None:
        said = self.ssh(master, f'spark-cluster/spark-submit {_PI} 2')
        self.assertIn('Pi is roughly 3.1', said)

    def scale(self, cluster: Any, workers: int) -> None:
        self.openstack(
            'cluster', 'scale', cluster.id, '--instances', f'w:{workers}'
        )
        after = self.wait_until_active(cluster.id)
        self.assertEqual('', after.status_description)

    def check_secrets(self, cluster: Any) -> None:
        """Check that the key of the cluster is nowhere."""
        secret = pathlib.Path(self.servers.state, 'ssh-secret').read_bytes()
        seed = cluster_key._seed(secret.strip(), cluster.id)
        forms = _forms(secret.strip(), seed)
        url = self.service.urls[clients_base.TYPE]
        shown = requests.get(
            f'{url}/clusters/{cluster.id}?show_progress=true',
            headers={'X-Auth-Token': 'alice:demo'},
            timeout=60,
        ).content
        self.assertIn(_public(seed), shown)
        for form in forms:
            self.assertNotIn(form, shown)
        for path in pathlib.Path(self.servers.state).iterdir():
            if path.is_file() and path.name != 'ssh-secret':
                for form in forms:
                    self.assertNotIn(form, path.read_bytes(), path.name)

    def delete(self, cluster: Any) -> None:
        self.openstack('cluster', 'delete', cluster.id)
        sahara = self.sahara()
        polling.wait_until(
            lambda: cluster.id not in [c.id for c in sahara.clusters.list()],
            'the cluster to be gone',
            _SECONDS,
        )


def _forms(secret: bytes, seed: bytes) -> list[bytes]:
    """Return the ways in which a private key may be written."""
    pem = ed25519.Ed25519PrivateKey.from_private_bytes(seed).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.OpenSSH,
        serialization.NoEncryption(),
    )
    lines = [line for line in pem.splitlines() if not line.startswith(b'-')]
    return [
        secret,
        seed,
        seed.hex().encode(),
        base64.b64encode(seed),
        lines[-1],
        b'OPENSSH PRIVATE KEY',
    ]


def _public(seed: bytes) -> bytes:
    return cluster_key.ClusterKey(seed).public.encode()
