# SPDX-License-Identifier: Apache-2.0
"""The all-in-one as its own process, and clients that talk to it."""

import json
import pathlib
import subprocess
import tempfile
from typing import Any, ClassVar
import urllib.request

import testtools

from ext_lib.testing import allinone
from ext_lib.testing import openstackclient
from ext_lib.testing import polling

IMAGE = '70a599e0-31e7-49b7-b260-868f441e862b'
ADMIN = 'admin'
MEMBER = 'member'
READER = 'reader'
OTHER = 'other'


class ClientTestCase(testtools.TestCase):
    """Tests that share a service, each with servers of its own."""

    service: ClassVar[allinone.AllInOne]
    clouds: ClassVar[pathlib.Path]

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        state = tempfile.TemporaryDirectory()
        cls.addClassCleanup(state.cleanup)
        cls.service = allinone.AllInOne(state.name)
        cls.service.setUp()
        cls.addClassCleanup(cls.service.cleanUp)
        cls.clouds = pathlib.Path(state.name) / 'clouds.yaml'

    @classmethod
    def openstack(
        cls, *words: str, cloud: str = ADMIN, version: str = '2.80'
    ) -> Any:
        """Run a command of the openstack client; return what it prints."""
        done = cls.try_openstack(*words, cloud=cloud, version=version)
        if done.returncode:
            raise AssertionError((words, done.stderr))
        return json.loads(done.stdout) if _prints(words) else None

    @classmethod
    def try_openstack(
        cls, *words: str, cloud: str = ADMIN, version: str = '2.80'
    ) -> subprocess.CompletedProcess[str]:
        """Run a command of the openstack client that may fail."""
        return openstackclient.run(
            str(cls.clouds.parent),
            [
                *('--os-cloud', cloud),
                *('--os-compute-api-version', version),
                *words,
                *(('-f', 'json') if _prints(words) else ()),
            ],
            {'OS_CLIENT_CONFIG_FILE': str(cls.clouds)},
        )

    @classmethod
    def create(
        cls, name: str, *options: str, cloud: str = MEMBER
    ) -> dict[str, Any]:
        """Create a server with the openstack client; return it."""
        server: dict[str, Any] = cls.openstack(
            *('server', 'create', name),
            *('--flavor', 'm1.tiny', '--image', IMAGE, '--nic', 'none'),
            *options,
            cloud=cloud,
        )
        cls.wait_for(name, 'ACTIVE')
        return server

    @classmethod
    def get(cls, path: str, token: str, version: str) -> Any:
        """Return the body of a plain GET, for what clients choke on."""
        request = urllib.request.Request(
            cls.service.url + path,
            headers={
                'X-Auth-Token': token,
                'OpenStack-API-Version': f'compute {version}',
            },
        )
        with urllib.request.urlopen(request, timeout=60) as response:
            return json.load(response)

    @classmethod
    def wait_for(cls, name: str, status: str) -> None:
        """Wait until a server has a status and nothing is done to it."""

        def reached() -> bool:
            path = f'/servers/detail?name={name}&status={status}'
            servers = cls.get(path, 'admin:demo', '2.80')['servers']
            return any(s['OS-EXT-STS:task_state'] is None for s in servers)

        polling.wait_until(reached, f'{name} to be {status}')

    @classmethod
    def actions(cls, name: str, **kwargs: Any) -> dict[str, str]:
        """Return a server's actions, with the request of each."""
        listed = cls.openstack('server', 'event', 'list', name, **kwargs)
        return {row['Action']: row['Request ID'] for row in listed}


def _prints(words: tuple[str, ...]) -> bool:
    return bool({'list', 'show', 'create'}.intersection(words))
