# SPDX-License-Identifier: Apache-2.0
"""A whole API for tests: its real pipeline, on a real database."""

from typing import Any

import webob

from ext_lib import fixture
from ext_lib.testing import polling
from sahara_ext.db import models
from sahara_ext.db.facade import facade
from sahara_ext.engine import api
from sahara_ext.engine.manager import EngineManager
from sahara_ext.infra.base import load_driver
from sahara_ext.objects.fields import ClusterStatus
from sahara_ext.plugins.registry import PluginRegistry
from sahara_ext.tests import base
from sahara_ext.wsgi import loader

ADMIN = f'admin:{base.PROJECT}'
MEMBER = f'{base.USER}:{base.PROJECT}'
READER = f'watcher:{base.PROJECT}:reader'
OTHER = f'stranger:{"f" * 32}'

IMAGE = '70a599e0-31e7-49b7-b260-868f441e862b'
NETWORK = 'ad88d2ee-0c5a-4b0f-8f0c-4c2c5c0c0c0c'
UNKNOWN = '00000000-0000-4000-8000-000000000000'

VERSIONS = ('v1.1', 'v2')

_AT_REST = (ClusterStatus.ACTIVE, ClusterStatus.ERROR)


def group(name: str = 'worker', count: int = 2, **more: Any) -> Any:
    """Return a node group of a request."""
    return {
        'name': name,
        'flavor_id': '1',
        'node_processes': ['datanode'],
        'count': count,
        **more,
    }


def template(version: str = 'v1.1', **more: Any) -> Any:
    """Return the body of a request for a cluster template."""
    key = 'plugin_version' if version == 'v2' else 'hadoop_version'
    body = {
        'name': 'demo',
        'plugin_name': 'fake',
        key: '0.1',
        'node_groups': [group()],
        **more,
    }
    return {k: v for k, v in body.items() if v is not ...}


def cluster(version: str = 'v1.1', **more: Any) -> Any:
    """Return the body of a request for a cluster."""
    return template(
        version,
        **{
            'default_image_id': IMAGE,
            'neutron_management_network': NETWORK,
            **more,
        },
    )


class APITestCase(base.MessagingTestCase):
    """A test that sends requests to the API; no engine works on clusters."""

    def setUp(self) -> None:
        super().setUp()
        self.app = loader.load(self.conf)
        # Loading opened the database anew.
        self.statements = self.useFixture(fixture.Statements(facade))

    def request(
        self,
        method: str,
        path: str,
        *,
        token: str | None = MEMBER,
        body: Any = None,
        headers: dict[str, str] | None = None,
        **kwargs: Any,
    ) -> webob.Response:
        """Send one request and return the answer."""
        req = webob.Request.blank(path, method=method, **kwargs)
        req.accept = 'application/json'
        if token is not None:
            req.headers['X-Auth-Token'] = token
        if body is not None:
            req.json = body
            req.content_type = 'application/json'
        req.headers.update(headers or {})
        return req.get_response(self.app)

    def get(self, path: str, status: int = 200, **kwargs: Any) -> Any:
        """Return the body of the answer to a GET."""
        response = self.request('GET', path, **kwargs)
        self.assertEqual(status, response.status_int, response.text)
        return response.json

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        status: int = 202,
        **kwargs: Any,
    ) -> Any:
        """Return the body of the answer to any other request."""
        response = self.request(method, path, body=body, **kwargs)
        self.assertEqual(status, response.status_int, response.text)
        return response.json if response.body else None

    def create(self, version: str = 'v1.1', **more: Any) -> Any:
        """Create a cluster; return it."""
        body = cluster(version, **more)
        return self.send('POST', f'/{version}/clusters', body)['cluster']

    def add(self, *rows: Any) -> Any:
        """Put rows into the database as they are; return the first."""
        return base.add(self.context, *rows)

    def empty_database(self) -> None:
        """Delete all rows."""
        _empty_database(self.context)


@facade.writer
def _empty_database(context: Any) -> None:
    for table in reversed(models.Base.metadata.sorted_tables):
        context.session.execute(table.delete())


class OperationsTestCase(APITestCase):
    """A test of clusters that an engine works on."""

    def setUp(self) -> None:
        super().setUp()
        self.settings.set('engine', search_interval=0.1)
        self.settings.set('engine', heartbeat_interval=0.1)
        manager = EngineManager(
            self.conf,
            PluginRegistry(self.conf),
            load_driver(self.conf),
            is_alone=True,
        )
        self.rpc.serve(manager, api.TOPIC)

    def wait_until_idle(self, cluster_id: str, token: str = MEMBER) -> Any:
        """Wait until nothing is being done to a cluster; return it."""
        shown: Any = None

        def is_idle() -> bool:
            nonlocal shown
            path = f'/v1.1/clusters/{cluster_id}'
            shown = self.get(path, token=token)['cluster']
            return shown['status'] in _AT_REST

        polling.wait_until(is_idle, f'{cluster_id} at rest')
        return shown

    def wait_until_gone(self, cluster_id: str) -> None:
        """Wait until a cluster is deleted."""
        path = f'/v1.1/clusters/{cluster_id}'
        polling.wait_until(
            lambda: self.request('GET', path).status_int == 404,
            f'{cluster_id} gone',
        )
