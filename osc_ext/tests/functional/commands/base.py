# SPDX-License-Identifier: Apache-2.0
"""The all-in-one as its own process, and commands that talk to it."""

import json
import pathlib
import subprocess
import tempfile
from typing import Any, ClassVar
import uuid

import testtools

from ext_lib.testing import allinone
from ext_lib.testing import openstackclient

IMAGE = '70a599e0-31e7-49b7-b260-868f441e862b'
#: The options of a server that is quick to make.
SERVER = ('--flavor', 'm1.tiny', '--image', IMAGE, '--nic', 'none')


def openstack(
    service: allinone.AllInOne,
    *words: str,
    cloud: str = 'admin',
    **environment: str,
) -> subprocess.CompletedProcess[str]:
    """Run a command, which may fail.

    :param environment: further variables
    """
    return openstackclient.run(
        service.state,
        ['--os-cloud', cloud, *words],
        {'OS_CLIENT_CONFIG_FILE': service.clouds, **environment},
    )


def clusters_body(name: str, count: int, **fake: Any) -> dict[str, Any]:
    """Return the request for a cluster of the plugin ``fake``.

    :param fake: what the plugin is to do
    """
    return {
        'name': name,
        'plugin_name': 'fake',
        'hadoop_version': '0.1',
        'default_image_id': IMAGE,
        'cluster_configs': {'fake': fake},
        'node_groups': [
            {
                'name': 'worker',
                'count': count,
                'flavor_id': '1',
                'node_processes': ['datanode'],
            }
        ],
    }


class CommandTestCase(testtools.TestCase):
    """Tests that share a service, each with servers of its own."""

    service: ClassVar[allinone.AllInOne]
    program: ClassVar[type[allinone.AllInOne]] = allinone.AllInOne

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        state = tempfile.TemporaryDirectory()
        cls.addClassCleanup(state.cleanup)
        cls.service = cls.program(state.name)
        cls.service.setUp()
        cls.addClassCleanup(cls.service.cleanUp)

    def setUp(self) -> None:
        super().setUp()
        self.name = f'n{uuid.uuid4().hex[:8]}'
        self.tag = f'tag-{self.name}'

    def run_command(
        self, *words: str, **kwargs: Any
    ) -> subprocess.CompletedProcess[str]:
        """Run a command, which may fail."""
        return openstack(self.service, *words, **kwargs)

    def openstack(self, *words: str, **kwargs: Any) -> Any:
        """Run a command; return what it lists or shows."""
        done = self.run_command(*words, '-f', 'json', **kwargs)
        self.assertEqual(0, done.returncode, done.stderr)
        return json.loads(done.stdout)

    def assertEnds(
        self,
        status: int,
        line: str,
        done: subprocess.CompletedProcess[str],
    ) -> None:
        """Check an exit status, and the only line on standard error.

        :param line: a regular expression
        """
        self.assertEqual(status, done.returncode, done.stderr)
        self.assertRegex(done.stderr, rf'\A{line}\n\Z')

    def create(self, *words: str, **kwargs: Any) -> Any:
        """Create a server and wait for it; return it."""
        return self.openstack(
            *('server', 'create', self.name, *SERVER, '--wait'),
            *words,
            **kwargs,
        )

    def create_cluster(self, count: int, **fake: Any) -> Any:
        """Create a cluster; return it."""
        path = pathlib.Path(self.service.state, f'{self.name}.json')
        path.write_text(json.dumps(clusters_body(self.name, count, **fake)))
        return self.openstack(
            *('dataprocessing', 'cluster', 'create', '--json', str(path))
        )
