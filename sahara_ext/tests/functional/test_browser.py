# SPDX-License-Identifier: Apache-2.0
"""The data processing API, asked by a browser's page of another origin."""

import json
import pathlib
from typing import Any

import fixtures

from ext_lib.testing import allinone
from ext_lib.testing import browser
from ext_lib.testing import web_server
from sahara_ext.tests import base
from sahara_ext.tests.functional import base as functional

_TOKEN = {'X-Auth-Token': 'admin:demo'}
_JSON = {'Content-Type': 'application/json'}
_APPLICATION = 'sahara_ext.wsgi.api:application'
_CONFIGURATION = """
[DEFAULT]
transport_url = fake:/
[api]
auth_strategy = {strategy}
[keystone_authtoken]
www_authenticate_uri = http://127.0.0.1:9/v3
auth_url = http://127.0.0.1:9/v3
[cors]
allowed_origin = {origin}
[database]
connection = sqlite:///{directory}/sahara_ext.sqlite
"""


class BrowserTestCase(base.TestCase):
    def setUp(self) -> None:
        super().setUp()
        browser.require(self)
        self.page = self.useFixture(browser.Page())
        self.directory = self.useFixture(fixtures.TempDir()).path
        self.url = ''

    def request(
        self, method: str, path: str, body: Any = None, **headers: str
    ) -> dict[str, Any]:
        """Return a request that a page sends."""
        request: dict[str, Any] = {
            'url': f'{self.url}{path}',
            'method': method,
            'headers': {**_TOKEN, **headers},
        }
        if body is not None:
            request['headers'] |= _JSON
            request['body'] = json.dumps(body)
        return request


class TestAllInOne(BrowserTestCase):
    def setUp(self) -> None:
        super().setUp()
        service = self.useFixture(
            allinone.AllInOne(
                self.directory, OS_CORS__ALLOWED_ORIGIN=self.page.origin
            )
        )
        self.url = service.urls['data-processing']

    def test_a_page_works_with_clusters(self) -> None:
        [created] = self.page.fetch(
            self.request(
                'POST',
                '/clusters',
                functional.cluster(),
                **{
                    'Task-tag': 'of-a-page',
                    'OpenStack-API-Version': 'data-processing 1.1',
                    'X-Openstack-Request-Id': f'req-{functional.UNKNOWN}',
                },
            )
        )
        self.assertEqual(202, created.status, created.error)
        self.assertIn('x-openstack-request-id', created.headers)
        path = f'/clusters/{created.json["cluster"]["id"]}'
        answers = self.page.fetch(
            self.request('GET', f'{path}/progress'),
            self.request('PATCH', path, {'description': 'of a page'}),
            self.request('DELETE', path),
            self.request('GET', f'/clusters/{functional.UNKNOWN}'),
            self.request('GET', '/clusters', **{'X-Auth-Token': ''}),
        )
        found = [answer.status for answer in answers]
        self.assertEqual([200, 202, 204, 404, 401], found)
        for answer in answers:
            self.assertIn('x-openstack-request-id', answer.headers)

    def test_another_origin_is_kept_out(self) -> None:
        stranger = self.useFixture(browser.Page())
        [refused] = stranger.fetch(self.request('GET', '/clusters'))
        self.assertIn('Failed to fetch', refused.error)


class TestWebServer(BrowserTestCase):
    """A WSGI server; a preflight has no token in either strategy."""

    def start(self, strategy: str) -> None:
        """Start the server."""
        path = pathlib.Path(self.directory, 'sahara-ext.conf')
        path.write_text(
            _CONFIGURATION.format(
                strategy=strategy,
                origin=self.page.origin,
                directory=self.directory,
            )
        )
        server = self.useFixture(
            web_server.WebServer(
                _APPLICATION,
                self.directory,
                {'OS_SAHARA_EXT_CONFIG_FILES': str(path)},
            )
        )
        self.url = f'{server.url}/v1.1'

    def check(self) -> browser.Answer:
        """Return the answer to a request without a token."""
        [refused] = self.page.fetch(
            self.request('DELETE', '/clusters/one', **{'X-Auth-Token': ''})
        )
        self.assertEqual(401, refused.status, refused.error)
        self.assertIn('x-openstack-request-id', refused.headers)
        return refused

    def test_noauth(self) -> None:
        self.start('noauth')
        self.check()

    def test_keystone(self) -> None:
        self.start('keystone')
        self.assertIn('www-authenticate', self.check().headers)
