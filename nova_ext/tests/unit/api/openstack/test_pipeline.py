# SPDX-License-Identifier: Apache-2.0
"""The filters of api-paste.ini, around an application that tells a little."""

import pathlib
import re

import ddt
import fixtures
from keystoneauth1 import session as ks_session
import webob

from ext_lib.testing import identity_log
from ext_lib.wsgi import loading
from ext_lib.wsgi import request
import nova_ext
from nova_ext.api.openstack import pipeline
from nova_ext.tests import base

_PASTE = (
    pathlib.Path(nova_ext.__file__)
    .parents[1]
    .joinpath('etc', 'nova_ext', 'api-paste.ini')
)
_REAL = f'{pipeline.__name__}:compute_app_factory'
_IDS = ('x-openstack-request-id', 'x-compute-request-id')
_ID = re.compile(
    r'^req-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-'
    r'[0-9a-f]{12}$'
)
_GLOBAL = 'req-8c6ab0bc-09ff-4df0-8a8a-a3ebbd2bcb9c'
_KEYSTONE = 'http://identity/v3'
_TOKEN = {'X-Auth-Token': 'jo:demo'}


def app_factory(global_conf):
    """Return an application in place of the API."""
    return _tell


def _tell(environ, start_response):
    context = environ[request.CONTEXT]
    if environ['PATH_INFO'] == '/fail':
        raise KeyError('secret')
    told = {
        'user_id': context.user_id,
        'request_id': context.request_id,
        'global_request_id': context.global_request_id,
        'length': len(webob.Request(environ).body),
        'host': webob.Request(environ).host_url,
    }
    return webob.Response(json_body=told)(environ, start_response)


class _PipelineTestCase(base.TestCase):
    def setUp(self):
        super().setUp()
        directory = self.useFixture(fixtures.TempDir()).path
        self.paste = pathlib.Path(directory, 'api-paste.ini')
        text = _PASTE.read_text()
        self.assertIn(_REAL, text)
        ours = f'{__name__}:{app_factory.__name__}'
        self.paste.write_text(text.replace(_REAL, ours))
        self.load()

    def load(self):
        self.app = loading.loadapp(self.conf, str(self.paste), 'osapi_compute')

    def send(self, path, method='GET', **kwargs):
        req = webob.Request.blank(path, method=method, **kwargs)
        return req.get_response(self.app)

    def told(self, path='/v2.1/x', headers=None, **kwargs):
        response = self.send(path, headers=_TOKEN | (headers or {}), **kwargs)
        self.assertEqual(200, response.status_int, response.text)
        return response.json


@ddt.ddt
class TestRequestId(_PipelineTestCase):
    @ddt.data(
        ('/v2.1/x', _TOKEN, 200),
        ('/v2.1/fail', _TOKEN, 500),
        ('/v2.1/x', {}, 401),
        ('/v2.1', {}, 200),
        ('/v2.1/', {'OpenStack-API-Version': 'compute 2.999'}, 406),
        ('/v2.1/', {'OpenStack-API-Version': 'compute abc'}, 400),
        ('/v2', {}, 200),
        ('/v2/x', _TOKEN, 200),
        ('/v2/servers', {}, 401),
    )
    @ddt.unpack
    def test_in_two_headers_of_every_answer(self, path, headers, status):
        response = self.send(path, headers=headers)
        self.assertEqual(status, response.status_int)
        one, other = (response.headers[name] for name in _IDS)
        self.assertRegex(one, _ID)
        self.assertEqual(one, other)

    @ddt.data('/', '/foo', '/v1', '/v1/servers')
    def test_not_where_the_version_does_not_show(self, path):
        response = self.send(path)
        for name in _IDS:
            self.assertNotIn(name, response.headers)

    def test_every_request_has_its_own(self):
        first, second = self.told(), self.told()
        self.assertNotEqual(first['request_id'], second['request_id'])

    def test_it_is_the_one_of_the_context(self):
        response = self.send('/v2.1/x', headers=_TOKEN)
        self.assertEqual(
            response.headers[_IDS[0]], response.json['request_id']
        )

    def test_a_client_cannot_set_it_but_name_a_global_one(self):
        told = self.told(headers={'X-Openstack-Request-Id': _GLOBAL})
        self.assertNotEqual(_GLOBAL, told['request_id'])
        self.assertEqual(_GLOBAL, told['global_request_id'])

    @ddt.data('abc', _GLOBAL.upper(), _GLOBAL[4:], f'{_GLOBAL}0', '')
    def test_another_form_is_dropped(self, given):
        told = self.told(headers={'X-Openstack-Request-Id': given})
        self.assertIsNone(told['global_request_id'])


@ddt.ddt
class TestFilters(_PipelineTestCase):
    def test_the_token_names_the_user(self):
        self.assertEqual('jo', self.told()['user_id'])

    @ddt.data('/v2.1/x', '/v2.1/nothing')
    def test_without_a_token_it_is_401(self, path):
        response = self.send(path)
        self.assertEqual(401, response.status_int)
        self.assertEqual(401, response.json['error']['code'])
        self.assertNotIn('Vary', response.headers)

    @ddt.data('/', '/v2.1', '/v2.1/', '/foo')
    def test_version_documents_need_none(self, path):
        self.assertIn(self.send(path).status_int, (200, 300))

    def test_what_escapes_is_a_fault(self):
        response = self.send('/v2.1/fail', headers=_TOKEN)
        self.assertEqual(500, response.json['computeFault']['code'])
        self.assertNotIn('secret', response.text)

    @ddt.data('/v2.1/x', '/v2.1/nothing', '/foo')
    def test_options_are_for_cors(self, path):
        response = self.send(path, 'OPTIONS')
        self.assertEqual(200, response.status_int)
        self.assertEqual(b'', response.body)

    def test_size_of_a_body(self):
        told = self.told(method='POST', body=b'x' * 114_688)
        self.assertEqual(114_688, told['length'])

    @ddt.data(
        ('application/json', 'application/json'),
        ('text/html', 'text/html'),
        ('text/plain', 'text/plain'),
    )
    @ddt.unpack
    def test_a_larger_body_is_refused_and_not_with_a_fault(
        self, accept, content_type
    ):
        response = self.send(
            '/v2.1/x',
            'POST',
            body=b'x' * 114_689,
            headers=_TOKEN | {'Accept': accept},
        )
        self.assertEqual(413, response.status_int)
        self.assertEqual(content_type, response.content_type)
        self.assertNotIn('overLimit', response.text)

    def test_proxy_headers_when_enabled(self):
        forwarded = {'X-Forwarded-Proto': 'https', 'X-Forwarded-Host': 'api'}
        self.assertEqual(
            'http://localhost', self.told(headers=forwarded)['host']
        )
        self.settings.set('oslo_middleware', enable_proxy_headers_parsing=True)
        self.load()
        self.assertEqual('https://api', self.told(headers=forwarded)['host'])

    def test_every_request_is_logged_once(self):
        self.send('/v2.1/x?limit=1', headers=_TOKEN)
        self.send('/v2.1/x')
        lines = [n for n in self.log.output.splitlines() if 'status:' in n]
        self.assertEqual(2, len(lines))
        self.assertIn('"GET /v2.1/x?limit=1" status: 200', lines[0])
        self.assertIn('"GET /v2.1/x" status: 401', lines[1])

    @ddt.data(
        ({'allowed_source_ranges': ['10.0.0.0/8']}, {}),
        ({'ignore_proxied_requests': True}, {'X-Forwarded-For': '10.0.0.9'}),
    )
    @ddt.unpack
    def test_who_may_not_ask_how_it_is(self, options, headers):
        self.settings.set('healthcheck', **options)
        self.load()
        response = self.send('/healthcheck', headers=headers)
        self.assertEqual(403, response.status_int)
        self.assertEqual(403, response.json['forbidden']['code'])

    @ddt.data('/', '/foo', '/v2.1', '/v2.1/')
    def test_version_documents_are_logged(self, path):
        self.send(path)
        self.assertIn(f'"GET {path}" status: ', self.log.output)


class TestIdentities(_PipelineTestCase):
    """In whose name lines are logged, all on one thread."""

    def setUp(self):
        super().setUp()
        self.identities = self.useFixture(
            identity_log.IdentityLog(self.conf)
        ).identities
        self.assertEqual(200, self.send('/v2.1/a', headers=_TOKEN).status_int)

    def assertUnknown(self, status, **kwargs):
        """Check what is logged of a request that is refused."""
        headers = kwargs.pop('headers', {})
        headers['X-Openstack-Request-Id'] = _GLOBAL
        response = self.send('/v2.1/b', headers=headers, **kwargs)
        self.assertEqual(status, response.status_int)
        own = response.headers[_IDS[0]]
        found = self.identities('/v2.1/b')
        self.assertEqual([f'{_GLOBAL} {own} - -'], found)

    def test_who_is_known(self):
        [identity] = self.identities('/v2.1/a')
        self.assertRegex(identity, '^None req-.* jo demo$')

    def test_without_a_token(self):
        self.assertUnknown(401)

    def test_a_large_body(self):
        body = b'x' * 114_689
        self.assertUnknown(413, method='POST', body=body, headers={**_TOKEN})

    def test_keystone_refuses(self):
        self.settings.set('api', auth_strategy='keystone')
        self.load()
        # The options are known now; the filter reads them when it is made.
        self.settings.set('keystone_authtoken', www_authenticate_uri=_KEYSTONE)
        self.load()
        self.assertUnknown(401)

    def test_a_version_document(self):
        self.send('/')
        [identity] = self.identities('"GET /"')
        self.assertRegex(identity, '^None req-.* - -$')


class TestKeystone(_PipelineTestCase):
    def test_identity_headers_of_a_client_are_not_trusted(self):
        self.settings.set('api', auth_strategy='keystone')
        self.load()
        # The options are known now; the filter reads them when it is made.
        self.settings.set('keystone_authtoken', www_authenticate_uri=_KEYSTONE)
        self.load()
        claims = {'X-User-Id': 'admin', 'X-Roles': 'admin'}
        response = self.send('/v2.1/x', headers=claims)
        self.assertEqual(401, response.status_int)
        told = response.headers['WWW-Authenticate']
        self.assertEqual(f'Keystone uri="{_KEYSTONE}"', told)
        for name in _IDS:
            self.assertRegex(response.headers[name], _ID)

    def test_many_tokens_are_validated_at_a_time(self):
        filters = self.useFixture(
            fixtures.MockPatch('ext_lib.connection_pool.widen')
        )
        self.settings.set('api', auth_strategy='keystone')
        self.load()
        # One filter for each of the two pipelines that ask for tokens.
        self.assertEqual(2, filters.mock.call_count)
        for call in filters.mock.call_args_list:
            session, size = call.args
            self.assertIsInstance(session, ks_session.Session)
            self.assertGreaterEqual(size, 32)
