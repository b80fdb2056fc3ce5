# SPDX-License-Identifier: Apache-2.0
"""This service with the filter in its pipeline, hosts included."""

from typing import Any

import webob

from nova_ext.tests import base as tests_base
from nova_ext.tests.functional import base
from nova_ext.tests.functional import cloud
from nova_ext.tests.functional.tasks import rules

IMAGE = '70a599e0-31e7-49b7-b260-868f441e862b'


class TestCase(rules.TasksTestCase, base.APITestCase):
    """A test that asks this service."""

    MEMBER = base.MEMBER
    OTHER = base.OTHER
    ADMIN = f'admin:{"a" * 32}'
    BIGGER = '2'

    def setUp(self) -> None:
        super().setUp()
        self.settings.set('tasks', request_timeout=2)
        self.hosts = self.useFixture(
            cloud.Cloud(self.conf, self.rpc.transport)
        )

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        tag: str | None = None,
        token: str | None = None,
        version: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> rules.Answer:
        """Send a request below ``/v2.1`` and return the answer."""
        req = webob.Request.blank(f'/v2.1{path}', method=method)
        req.accept = 'application/json'
        req.headers['X-Auth-Token'] = token or self.MEMBER
        req.headers.update(headers or {})
        if version is not None:
            req.headers['OpenStack-API-Version'] = f'compute {version}'
        if tag is not None:
            req.headers['Task-tag'] = tag
        if isinstance(body, bytes):
            req.body = body
        elif body is not None:
            req.json = body
        if body is not None:
            req.content_type = 'application/json'
        response = req.get_response(self.app)
        found = {k.lower(): v for k, v in response.headers.items()}
        return rules.Answer(response.status_int, found, response.text)

    def server_body(self, name: str, **values: Any) -> Any:
        """Return a request for a server."""
        server = {'name': name, 'flavorRef': '1', 'imageRef': IMAGE, **values}
        return {'server': server}

    def rows(self) -> int:
        """Return how many servers there are, of all users."""
        body = self.ask('GET', '/servers?all_tenants=1', token=self.ADMIN).json
        return len(body['servers'])


PROJECT = tests_base.PROJECT
