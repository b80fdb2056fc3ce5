# SPDX-License-Identifier: Apache-2.0
"""A whole API for tests: its real pipeline, on a real database."""

from typing import Any
import urllib.parse

import webob

from ext_lib.db import fixture as db_fixture
from nova_ext.db import models
from nova_ext.tests import base
from nova_ext.wsgi import loader

ADMIN = f'admin:{base.PROJECT}'
MEMBER = f'{base.USER}:{base.PROJECT}'
READER = f'watcher:{base.PROJECT}:reader'
OTHER = f'stranger:{"f" * 32}'


class APITestCase(base.MessagingTestCase):
    """A test that sends requests to the API; nobody works on servers."""

    def setUp(self) -> None:
        super().setUp()
        self.app = loader.load(self.conf)

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

    def get(self, path: str, version: str = '2.80', **kwargs: Any) -> Any:
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
        db_fixture.empty(self.database.url, models.Base.metadata)
