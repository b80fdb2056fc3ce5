# SPDX-License-Identifier: Apache-2.0
"""The compute API, asked by a browser's page of another origin."""

import json
import pathlib

import fixtures

from ext_lib.testing import allinone
from ext_lib.testing import browser
from ext_lib.testing import polling
from nova_ext.tests import base
from nova_ext.tests.functional.backends import web_server

_TOKEN = {'X-Auth-Token': 'admin:demo'}
_JSON = {'Content-Type': 'application/json'}
_VERSIONS = {
    'OpenStack-API-Version': 'compute 2.80',
    'X-OpenStack-Nova-API-Version': '2.80',
}
_TAG = {'Task-tag': 'of-a-page'}
_GLOBAL = {
    'X-Openstack-Request-Id': 'req-8c6ab0bc-09ff-4df0-8a8a-a3ebbd2bcb9c'
}
_IMAGE = '70a599e0-31e7-49b7-b260-868f441e862b'
_SERVER = {'name': 'one', 'flavorRef': '1', 'networks': 'none'}
_UNKNOWN = '00000000-0000-4000-8000-000000000000'
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
connection = sqlite:///{directory}/nova_ext.sqlite
"""


class BrowserTestCase(base.TestCase):
    #: Endpoint of the compute API.
    url: str

    def setUp(self):
        super().setUp()
        browser.require(self)
        self.page = self.useFixture(browser.Page())
        self.directory = self.useFixture(fixtures.TempDir()).path

    def create(self, **headers):
        """Return the request for a server that a page sends."""
        return {
            'url': f'{self.url}/servers',
            'method': 'POST',
            'headers': {**_TOKEN, **_JSON, **_VERSIONS, **headers},
            'body': json.dumps({'server': {**_SERVER, 'imageRef': _IMAGE}}),
        }

    def request(self, method, path, **body):
        """Return any other request."""
        request = {
            'url': f'{self.url}{path}',
            'method': method,
            'headers': {**_TOKEN, **_VERSIONS, **_GLOBAL},
        }
        if body:
            request['headers'] |= _JSON
            request['body'] = json.dumps(body)
        return request


class TestBrowserAllInOne(BrowserTestCase):
    def start(self, origin):
        service = self.useFixture(
            allinone.AllInOne(self.directory, OS_CORS__ALLOWED_ORIGIN=origin)
        )
        self.url = service.url

    def test_a_page_works_with_servers(self):
        self.start(self.page.origin)
        created, repeated = self.page.fetch(
            self.create(**_TAG), self.create(**_TAG)
        )
        self.assertEqual(202, created.status, created.error)
        for name in (
            'task-id',
            'location',
            'x-openstack-request-id',
            'x-compute-request-id',
        ):
            self.assertIn(name, created.headers)
        self.assertEqual('of-a-page', created.headers['task-tag'])
        self.assertEqual(
            'compute 2.80', created.headers['openstack-api-version']
        )
        self.assertEqual(
            '2.80', created.headers['x-openstack-nova-api-version']
        )
        self.assertEqual(409, repeated.status)
        self.assertEqual('true', repeated.headers['task-repeat'])
        self.assertIn('/servers/of-a-page/tasks', repeated.headers['link'])
        path = f'/servers/{created.json["server"]["id"]}'
        answers = self.page.fetch(
            self.request('GET', path),
            self.request('PUT', path, server={'name': 'two'}),
            self.request('GET', '/servers/of-a-page/tasks'),
            self.request('DELETE', path),
        )
        found = [answer.status for answer in answers]
        self.assertEqual([200, 200, 200, 204], found)

    def test_answers_of_filters_and_version_documents_are_readable(self):
        self.start(self.page.origin)
        root = self.url.removesuffix('/v2.1')
        missing = self.request('GET', f'/servers/{_UNKNOWN}')
        anonymous = self.create(**{'X-Auth-Token': ''})
        login = {
            'url': f'{root}/identity/v3/auth/tokens',
            'method': 'POST',
            'headers': _JSON,
            'body': json.dumps(
                {
                    'auth': {
                        'identity': {
                            'methods': ['password'],
                            'password': {
                                'user': {
                                    'name': 'admin',
                                    'domain': {'id': 'default'},
                                    'password': 'any',
                                }
                            },
                        },
                        'scope': {
                            'project': {
                                'name': 'demo',
                                'domain': {'id': 'default'},
                            }
                        },
                    }
                }
            ),
        }
        answers = self.page.fetch(
            {'url': f'{root}/', 'headers': _TOKEN},
            {'url': f'{self.url}/', 'headers': _TOKEN},
            missing,
            anonymous,
            {'url': f'{self.url}/nothing', 'headers': _TOKEN},
            login,
        )
        found = [answer.status for answer in answers]
        self.assertEqual([200, 200, 404, 401, 404, 201], found)
        for answer in answers[1:5]:
            self.assertIn(
                'x-openstack-request-id', answer.headers, answer.text
            )
        self.assertTrue(answers[5].headers['x-subject-token'])

    def test_any_origin(self):
        self.start('*')
        [created] = self.page.fetch(self.create(**_TAG))
        self.assertEqual(202, created.status, created.error)

    def test_another_origin_is_kept_out(self):
        self.start(self.page.origin)
        stranger = self.useFixture(browser.Page())
        [refused] = stranger.fetch(self.create(**_TAG))
        self.assertIn('Failed to fetch', refused.error)
        [listed] = self.page.fetch(self.request('GET', '/servers'))
        self.assertEqual([], listed.json['servers'])


class TestWebServer(BrowserTestCase):
    """A WSGI server; a preflight has no token in either strategy."""

    def start(self, strategy):
        path = pathlib.Path(self.directory, 'nova-ext.conf')
        path.write_text(
            _CONFIGURATION.format(
                strategy=strategy,
                origin=self.page.origin,
                directory=self.directory,
            )
        )
        server = self.useFixture(
            web_server.WebServer(
                self.directory, {'OS_NOVA_EXT_CONFIG_FILES': str(path)}
            )
        )
        self.url = server.url
        polling.wait_until(
            lambda: 'Booting worker' in server.process.output.read_text(),
            'the server',
        )

    def test_noauth(self):
        self.start('noauth')
        document, refused = self.page.fetch(
            self.request('GET', '/'), self.create(**{'X-Auth-Token': ''})
        )
        self.assertEqual(200, document.status, document.error)
        self.assertEqual(401, refused.status, refused.error)
        self.assertIn('x-compute-request-id', refused.headers)

    def test_keystone(self):
        self.start('keystone')
        [refused] = self.page.fetch(self.create(**{'X-Auth-Token': ''}))
        self.assertEqual(401, refused.status, refused.error)
        self.assertIn('x-openstack-request-id', refused.headers)
        self.assertIn('www-authenticate', refused.headers)
