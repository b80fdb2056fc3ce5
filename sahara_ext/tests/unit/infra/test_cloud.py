# SPDX-License-Identifier: Apache-2.0
"""The compute API is reached in the project of each cluster."""

from concurrent import futures
import logging
import pathlib
import threading
from typing import Any

import fixtures
from keystoneauth1 import loading
import yaml

from ext_lib import context
from ext_lib.wsgi.identity import NoAuthIdentity
from ext_lib.wsgi.server import HTTPServer
from ext_lib.wsgi.urlmap import URLMap
from sahara_ext import exception
from sahara_ext.infra.cloud import Cloud
from sahara_ext.objects.cluster import Cluster
from sahara_ext.tests import base
from sahara_ext.tests import compute_api

_GROUP = 'infra_compute'
_MANY = 32


class CloudTestCase(base.TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.api = self.useFixture(compute_api.ComputeAPI())

    def ask(self, cloud: Cloud, user: str, project: str) -> str:
        """Ask for a project's servers; return the token that was sent."""
        self.ask_any(cloud, user, project)
        self.assertEqual('/servers/none', self.api.requests[-1][1])
        return self.api.tokens[-1]

    def ask_any(self, cloud: Cloud, user: str, project: str) -> None:
        """Ask for a project's servers, beside others."""
        cluster = Cluster(
            context.get_admin_context(), user_id=user, project_id=project
        )
        compute = cloud.compute(cluster)
        answer = compute.get('/servers/none', microversion='2.37')
        self.assertEqual(404, answer.status_code)


class TestNoAuth(CloudTestCase):
    def test_tokens_are_those_of_the_users(self) -> None:
        self.settings.set(_GROUP, endpoint_override=self.api.url)
        cloud = Cloud(self.conf)
        for user, project in (('jo', 'demo'), ('al', 'demo'), ('jo', 'other')):
            token = self.ask(cloud, user, project)
            self.assertEqual(f'{user}:{project}', token)

    def test_many_requests_at_a_time(self) -> None:
        log = self.useFixture(fixtures.FakeLogger('urllib3', logging.WARNING))
        self.settings.set(_GROUP, endpoint_override=self.api.url)
        cloud = Cloud(self.conf)
        all_ask = threading.Barrier(_MANY)

        def ask() -> None:
            all_ask.wait(60)
            self.ask_any(cloud, 'jo', 'demo')

        with futures.ThreadPoolExecutor(_MANY) as pool:
            for answer in [pool.submit(ask) for _ in range(_MANY)]:
                answer.result()
        self.assertEqual('', log.output)

    def test_the_endpoint_has_to_be_named(self) -> None:
        error = self.assertRaises(
            exception.InfraNotConfigured,
            *(self.ask, Cloud(self.conf), 'jo', 'demo'),
        )
        self.assertIn('endpoint_override', str(error))


class TestKeystone(CloudTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.settings.set('api', auth_strategy='keystone')
        self.identity = self._identity()

    def _identity(self) -> str:
        identity = NoAuthIdentity(lambda: {'compute': self.api.url})
        server = HTTPServer(
            URLMap({'/v3': identity, '/v3/+': identity, '/': None}),
            *('127.0.0.1', 0),
        )
        server.start()
        self.addCleanup(server.wait)
        self.addCleanup(server.stop)
        return f'{server.url}/v3'

    def configure(self, **options: Any) -> Cloud:
        for name in ('auth_type', 'cloud'):
            if name in options:
                self.settings.set(_GROUP, **{name: options.pop(name)})
        if self.conf[_GROUP].auth_type:
            plugin = self.conf[_GROUP].auth_type
            opts = loading.get_auth_plugin_conf_options(plugin)
            self.conf.register_opts(opts, group=_GROUP)
        self.settings.set(_GROUP, **options)
        return Cloud(self.conf)

    def test_credentials_of_the_options(self) -> None:
        cloud = self.configure(
            auth_type='password',
            auth_url=self.identity,
            username='engine',
            password='secret',
            user_domain_id='default',
            project_name='service',
            project_domain_id='default',
        )
        for user, project in (('jo', 'demo'), ('al', 'demo'), ('jo', 'other')):
            token = self.ask(cloud, user, project)
            self.assertEqual(f'engine:{project}', token)

    def test_credentials_of_a_cloud(self) -> None:
        auth = {
            'auth_url': self.identity,
            'username': 'engine',
            'password': 'secret',
            'user_domain_id': 'default',
            'project_name': 'service',
            'project_domain_id': 'default',
        }
        clouds = pathlib.Path(self.useFixture(fixtures.TempDir()).path, 'c')
        clouds.write_text(yaml.safe_dump({'clouds': {'mine': {'auth': auth}}}))
        self.useFixture(
            fixtures.EnvironmentVariable('OS_CLIENT_CONFIG_FILE', str(clouds))
        )
        cloud = self.configure(cloud='mine')
        for project in ('demo', 'other'):
            token = self.ask(cloud, 'jo', project)
            self.assertEqual(f'engine:{project}', token)

    def test_there_have_to_be_some(self) -> None:
        cloud = self.configure()
        error = self.assertRaises(
            exception.InfraNotConfigured, self.ask, cloud, 'jo', 'demo'
        )
        self.assertIn('auth_type', str(error))

    def test_those_without_a_project_will_not_do(self) -> None:
        cloud = self.configure(
            auth_type='http_basic', endpoint=self.api.url, username='engine'
        )
        error = self.assertRaises(
            exception.InfraNotConfigured, self.ask, cloud, 'jo', 'demo'
        )
        self.assertIn('project', str(error))
