# SPDX-License-Identifier: Apache-2.0
"""A whole API for tests: its real pipeline, on a real database."""

from typing import Any
import urllib.parse

import webob

from ext_lib import fixture
from ext_lib.testing import polling
from nova_ext.db import models
from nova_ext.db.facade import facade
from nova_ext.tests import base
from nova_ext.tests.functional import cloud
from nova_ext.wsgi import loader

ADMIN = f'admin:{base.PROJECT}'
MANAGER = f'boss:{base.PROJECT}:manager,member,reader'
MEMBER = f'{base.USER}:{base.PROJECT}'
READER = f'watcher:{base.PROJECT}:reader'
OTHER = f'stranger:{"f" * 32}'
OTHER_ADMIN = f'root:{"e" * 32}:admin,member,reader'

IMAGE = '70a599e0-31e7-49b7-b260-868f441e862b'
UNKNOWN = '00000000-0000-4000-8000-000000000000'


class APITestCase(base.MessagingTestCase):
    """A test that sends requests to the API, without compute hosts."""

    def setUp(self) -> None:
        super().setUp()
        self.settings.set(host=cloud.CONTROLLER)
        self.app = loader.load(self.conf)
        # Loading opened the database anew.
        self.statements = self.useFixture(fixture.Statements(facade))

    def request(
        self,
        method: str,
        path: str,
        *,
        token: str | None = ADMIN,
        version: str | None = None,
        body: Any = None,
        headers: dict[str, str] | None = None,
        url: str = 'http://localhost',
        **kwargs: Any,
    ) -> webob.Response:
        """Send one request below ``/v2.1`` and return the answer."""
        req = webob.Request.blank(
            f'/v2.1{path}', method=method, base_url=url, **kwargs
        )
        req.accept = 'application/json'
        if token is not None:
            req.headers['X-Auth-Token'] = token
        if version is not None:
            req.headers['OpenStack-API-Version'] = f'compute {version}'
        if body is not None:
            req.json = body
            req.content_type = 'application/json'
        req.headers.update(headers or {})
        return req.get_response(self.app)

    def get(self, path: str, version: str = '2.84', **kwargs: Any) -> Any:
        """Return the body of a GET that succeeds."""
        response = self.request('GET', path, version=version, **kwargs)
        self.assertEqual(200, response.status_int, response.text)
        return response.json

    def follow(self, link: str, **kwargs: Any) -> Any:
        """Return the body a link in an answer leads to."""
        parts = urllib.parse.urlsplit(link)
        path = parts.path.removeprefix('/v2.1')
        return self.get(f'{path}?{parts.query}', **kwargs)

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
    """A test of servers that a conductor and two hosts work on."""

    def setUp(self) -> None:
        super().setUp()
        self.cloud = self.useFixture(
            cloud.Cloud(self.conf, self.rpc.transport)
        )

    def create_server(
        self,
        *,
        token: str = MEMBER,
        is_awaited: bool = True,
        **properties: Any,
    ) -> str:
        """Create a server; return its id once it is built.

        The first one of a test is on host1, the second on host2.
        """
        server = {
            'name': 'new-server-test',
            'imageRef': IMAGE,
            'flavorRef': '1',
            **properties,
        }
        response = self.request(
            'POST', '/servers', token=token, body={'server': server}
        )
        self.assertEqual(202, response.status_int, response.text)
        server_id = str(response.json['server']['id'])
        if is_awaited:
            self.wait_until_idle(server_id)
        return server_id

    def act(
        self,
        server_id: str,
        action: str,
        argument: Any = None,
        *,
        token: str = MEMBER,
        version: str = '2.84',
        is_awaited: bool = True,
    ) -> str:
        """Request an action, wait for its end, return the request's id."""
        response = self.request(
            'POST',
            f'/servers/{server_id}/action',
            token=token,
            version=version,
            body={action: argument},
        )
        self.assertIn(response.status_int, (200, 202, 204), response.text)
        if is_awaited:
            self.wait_until_idle(server_id)
        return str(response.headers['x-compute-request-id'])

    def delete_server(self, server_id: str, token: str = MEMBER) -> str:
        """Delete a server, wait for the end, return the request's id."""
        response = self.request('DELETE', f'/servers/{server_id}', token=token)
        self.assertEqual(204, response.status_int, response.text)
        self.wait_until_idle(server_id)
        return str(response.headers['x-compute-request-id'])

    def force_down(self, host: str) -> None:
        """Force the service of a host down."""
        response = self.request(
            'PUT',
            '/os-services/force-down',
            version='2.11',
            body={
                'host': host,
                'binary': 'nova-compute',
                'forced_down': True,
            },
        )
        self.assertEqual(200, response.status_int, response.text)

    def wait_until_idle(self, server_id: str) -> None:
        """Wait until no operation on a server is under way."""
        polling.wait_until(
            lambda: self._is_idle(server_id), f'{server_id} idle'
        )

    def actions(self, server_id: str, **kwargs: Any) -> list[Any]:
        """Return the actions of a server, newest first."""
        found = self.get(f'/servers/{server_id}/os-instance-actions', **kwargs)
        return list(found['instanceActions'])

    def events(
        self, server_id: str, request_id: str, **kwargs: Any
    ) -> list[Any]:
        """Return the events of an action, oldest first."""
        path = f'/servers/{server_id}/os-instance-actions/{request_id}'
        found = self.get(path, **kwargs)
        return list(found['instanceAction']['events'])[::-1]

    def _is_idle(self, server_id: str) -> bool:
        response = self.request('GET', f'/servers/{server_id}')
        if response.status_int == 200:
            server = response.json['server']
            if server['OS-EXT-STS:task_state'] is not None:
                return False
        return all(
            self._is_done(server_id, action)
            for action in self.actions(server_id)
        )

    def _is_done(self, server_id: str, action: dict[str, Any]) -> bool:
        if action['action'] == 'resetState':
            return True
        events = self.events(server_id, action['request_id'])
        return bool(events) and all(event['result'] for event in events)
