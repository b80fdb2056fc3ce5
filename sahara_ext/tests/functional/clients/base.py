# SPDX-License-Identifier: Apache-2.0
"""The all-in-one as its own process, and clients of its clusters."""

import json
import pathlib
import subprocess
import tempfile
from typing import Any, ClassVar

from keystoneauth1 import identity
from keystoneauth1 import token_endpoint
from keystoneauth1.plugin import BaseAuthPlugin
from keystoneauth1.session import Session
from saharaclient import client
import testtools

from ext_lib.testing import allinone
from ext_lib.testing import openstackclient
from ext_lib.testing import polling

IMAGE = '70a599e0-31e7-49b7-b260-868f441e862b'
TYPE = 'data-processing'
PLUGIN = 'fake'
VERSION = '0.1'

_COMMAND = ('dataprocessing',)


class ClientTestCase(testtools.TestCase):
    """Tests that share a service, each with clusters of its own.

    :cvar api: version of the API that clients ask for
    """

    api: ClassVar[str] = '1.1'
    service: ClassVar[allinone.AllInOne]

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        state = tempfile.TemporaryDirectory()
        cls.addClassCleanup(state.cleanup)
        cls.service = allinone.AllInOne(state.name)
        cls.service.setUp()
        cls.addClassCleanup(cls.service.cleanUp)

    @property
    def url(self) -> str:
        """The endpoint of the version."""
        root = self.service.urls[TYPE].removesuffix('/v1.1')
        return f'{root}/v{self.api}'

    @property
    def version_key(self) -> str:
        """The key of the version of a plugin."""
        return 'hadoop_version' if self.api == '1.1' else 'plugin_version'

    def sahara(self, token: str = 'alice:demo') -> Any:
        """Return a client library that is configured with the endpoint."""
        session = Session(auth=token_endpoint.Token(self.url, token))
        return client.Client(self.api, session=session, sahara_url=self.url)

    def sahara_by_catalog(self) -> Any:
        """Return one that logs in and finds the service."""
        return client.Client(self.api, session=Session(auth=self._password()))

    def _password(self) -> BaseAuthPlugin:
        return identity.Password(
            auth_url=self._identity,
            username='alice',
            password='any',
            user_domain_id='default',
            project_name='demo',
            project_domain_id='default',
        )

    @property
    def _identity(self) -> str:
        return self.service.url.removesuffix('/v2.1') + '/identity/v3'

    def openstack(self, *words: str) -> Any:
        """Run a dataprocessing command; return what it prints."""
        done = self.try_openstack(*words)
        self.assertEqual(0, done.returncode, done.stderr)
        return json.loads(done.stdout) if _prints(words) else done.stdout

    def try_openstack(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a dataprocessing command that may fail."""
        where = ['--os-cloud', 'member']
        if self.api != '1.1':
            where += ['--os-data-processing-api-version', self.api]
            where += ['--os-data-processing-url', self.url]
        return self._run(
            [*where, *_COMMAND, *words],
            {'OS_CLIENT_CONFIG_FILE': self.service.clouds},
        )

    def openstack_by_catalog(self, *words: str) -> Any:
        """Run a command that logs in; return what it prints."""
        done = self._run(
            ['--os-data-processing-api-version', self.api, *_COMMAND, *words],
            {
                'OS_AUTH_URL': self._identity,
                'OS_IDENTITY_API_VERSION': '3',
                'OS_USERNAME': 'alice',
                'OS_PASSWORD': 'any',
                'OS_PROJECT_NAME': 'demo',
                'OS_USER_DOMAIN_ID': 'default',
                'OS_PROJECT_DOMAIN_ID': 'default',
            },
        )
        self.assertEqual(0, done.returncode, done.stderr)
        return json.loads(done.stdout)

    def _run(
        self, words: list[str], environment: dict[str, str]
    ) -> subprocess.CompletedProcess[str]:
        form = ('-f', 'json') if _prints(words) else ()
        return openstackclient.run(
            self.service.state, [*words, *form], environment
        )

    def write(self, name: str, document: Any) -> str:
        """Write a file for a command; return its path."""
        path = pathlib.Path(self.service.state, name)
        path.write_text(json.dumps(document))
        return str(path)

    def wait_for(self, cluster_id: str, *statuses: str) -> Any:
        """Return a cluster once it has one of the statuses."""
        sahara = self.sahara()
        found: list[Any] = []

        def is_there() -> bool:
            found[:] = [sahara.clusters.get(cluster_id)]
            return found[0].status in statuses

        polling.wait_until(is_there, f'{cluster_id} to be {statuses}')
        return found[0]


def _prints(words: Any) -> bool:
    """Return whether a command prints nothing but what can be had as JSON."""
    others = {'delete', 'unregister', 'scale', '--full-dump-events'}
    return not others.intersection(words)
