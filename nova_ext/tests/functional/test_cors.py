# SPDX-License-Identifier: Apache-2.0
"""Preflight requests, which browsers send before others and without a token.

What a browser makes of the answers is in :mod:`.test_browser`.
"""

import ddt
import webob

from nova_ext.tests import base
from nova_ext.wsgi import loader

_ORIGIN = 'http://page.example'
_HEADERS = (
    'x-auth-token,content-type,openstack-api-version,'
    'x-openstack-nova-api-version,x-openstack-request-id,task-tag,'
    'idempotency-key'
)
_PATHS = (
    '/',
    '/v2.1',
    '/v2.1/servers',
    '/v2.1/servers/detail?limit=1',
    '/v2.1/servers/one/action',
    '/v2.1/os-migrations',
    '/v2.1/nothing',
    '/nothing',
)
_METHODS = ('GET', 'POST', 'PUT', 'DELETE', 'PATCH')
_EXPOSED = {
    'Task-id',
    'Task-tag',
    'Task-repeat',
    'Link',
    'Idempotency-Replayed',
    'Idempotency-Request-Id',
    'Idempotency-Rebuilt',
    'Idempotency-Omitted',
    'Location',
    'X-Openstack-Request-Id',
    'X-Compute-Request-Id',
    'OpenStack-API-Version',
    'X-OpenStack-Nova-API-Version',
}


class CORSTestCase(base.MessagingTestCase):
    def load(self, strategy='noauth', load=loader.load, **options):
        self.settings.set('api', auth_strategy=strategy)
        # The group is known once the application has been loaded.
        load(self.conf)
        self.settings.set('cors', allowed_origin=[_ORIGIN], **options)
        self.app = load(self.conf)

    def preflight(self, path, method='POST', headers=_HEADERS, origin=_ORIGIN):
        """Return the headers of the answer that are about CORS."""
        asked = {
            'Origin': origin,
            'Access-Control-Request-Method': method,
            'Access-Control-Request-Headers': headers,
        }
        req = webob.Request.blank(path, method='OPTIONS', headers=asked)
        answer = req.get_response(self.app)
        self.assertEqual(200, answer.status_int, answer.text)
        return {
            name: value
            for name, value in answer.headers.items()
            if name.startswith('Access-Control-')
        }


@ddt.ddt
class TestPreflight(CORSTestCase):
    def check(self):
        for path in _PATHS:
            for method in _METHODS:
                found = self.preflight(path, method)
                self.assertEqual(
                    (_ORIGIN, method, _HEADERS),
                    (
                        found['Access-Control-Allow-Origin'],
                        found['Access-Control-Allow-Methods'],
                        found['Access-Control-Allow-Headers'],
                    ),
                    path,
                )

    @ddt.data('noauth', 'keystone')
    def test_of_the_api(self, strategy):
        self.load(strategy)
        self.check()

    @ddt.data('noauth', 'keystone')
    def test_of_the_audit(self, strategy):
        self.load(strategy, loader.load_audit)
        self.check()

    def test_what_is_not_allowed(self):
        self.load()
        path = '/v2.1/servers'
        self.assertEqual({}, self.preflight(path, 'TRACE'))
        self.assertEqual({}, self.preflight(path, headers='x-unknown'))
        self.assertEqual(
            {}, self.preflight(path, origin='http://stranger.example')
        )

    def test_what_is_configured_takes_the_place_of_the_defaults(self):
        self.load(allow_headers=['X-Auth-Token', 'X-Own'])
        path = '/v2.1/servers'
        self.assertTrue(self.preflight(path, headers='x-auth-token,x-own'))
        self.assertEqual({}, self.preflight(path, headers='task-tag'))

    def test_nothing_is_allowed_unless_it_is_configured(self):
        self.app = loader.load(self.conf)
        self.assertEqual({}, self.preflight('/v2.1/servers'))


@ddt.ddt
class TestAnswer(CORSTestCase):
    @ddt.data(
        ('/', {}, 200),
        ('/v2.1/servers', {'X-Auth-Token': 'jo:demo'}, 200),
        ('/v2.1/servers', {}, 401),
        ('/v2.1/servers/one', {'X-Auth-Token': 'jo:demo'}, 404),
        (
            '/v2.1/servers',
            {
                'X-Auth-Token': 'jo:demo',
                'OpenStack-API-Version': 'compute 2.9999',
            },
            406,
        ),
    )
    @ddt.unpack
    def test_what_a_page_may_read(self, path, headers, status):
        self.load()
        req = webob.Request.blank(path, headers={'Origin': _ORIGIN, **headers})
        answer = req.get_response(self.app)
        self.assertEqual(status, answer.status_int)
        self.assertEqual(
            _ORIGIN, answer.headers['Access-Control-Allow-Origin']
        )
        exposed = answer.headers['Access-Control-Expose-Headers'].split(',')
        self.assertEqual(set(), _EXPOSED - set(exposed))
        self.assertIn('Origin', answer.headers['Vary'])
