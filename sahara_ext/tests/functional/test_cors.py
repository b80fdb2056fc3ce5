# SPDX-License-Identifier: Apache-2.0
"""Preflight requests, which browsers send before others and without a token.

What a browser makes of the answers is in :mod:`.test_browser`.
"""

import ddt
import webob

from sahara_ext.tests.functional import base
from sahara_ext.wsgi import loader

_ORIGIN = 'http://page.example'
_HEADERS = (
    'x-auth-token,content-type,openstack-api-version,'
    'x-openstack-request-id,task-tag'
)
_PATHS = (
    '/',
    '/v1.1/clusters',
    '/v1.1/demo/clusters',
    '/v2/clusters/one',
    '/v1.1/clusters/one/progress',
    '/v1.1/nothing',
    '/nothing',
)
_EXPOSED = {'Task-id', 'Task-tag', 'Task-repeat', 'X-Openstack-Request-Id'}


@ddt.ddt
class CORSTest(base.APITestCase):
    def load(self, strategy: str = 'noauth', **options: object) -> None:
        self.settings.set('api', auth_strategy=strategy)
        # setUp() has loaded it once, so that the group is known.
        self.settings.set('cors', allowed_origin=[_ORIGIN], **options)
        self.app = loader.load(self.conf)

    def preflight(
        self,
        path: str,
        method: str = 'POST',
        headers: str = _HEADERS,
        origin: str = _ORIGIN,
    ) -> webob.Response:
        asked = {
            'Origin': origin,
            'Access-Control-Request-Method': method,
            'Access-Control-Request-Headers': headers,
        }
        answer = self.request('OPTIONS', path, token=None, headers=asked)
        self.assertEqual(200, answer.status_int, answer.text)
        return answer

    @ddt.data('noauth', 'keystone')
    def test_preflight(self, strategy: str) -> None:
        self.load(strategy)
        for path in _PATHS:
            for method in ('GET', 'POST', 'PUT', 'DELETE', 'PATCH'):
                found = self.preflight(path, method).headers
                self.assertEqual(
                    (_ORIGIN, method, _HEADERS),
                    (
                        found['Access-Control-Allow-Origin'],
                        found['Access-Control-Allow-Methods'],
                        found['Access-Control-Allow-Headers'],
                    ),
                    path,
                )

    @ddt.data(
        {'method': 'TRACE'},
        {'headers': 'x-unknown'},
        {'origin': 'http://stranger.example'},
    )
    def test_what_is_not_allowed(self, asked: dict[str, str]) -> None:
        self.load()
        found = self.preflight('/v1.1/clusters', **asked).headers
        self.assertNotIn('Access-Control-Allow-Origin', found)

    def test_what_is_configured_takes_the_place_of_the_defaults(self) -> None:
        self.load(allow_headers=['X-Own'])
        path = '/v1.1/clusters'
        own = self.preflight(path, headers='x-own').headers
        self.assertIn('Access-Control-Allow-Origin', own)
        tag = self.preflight(path, headers='task-tag').headers
        self.assertNotIn('Access-Control-Allow-Origin', tag)

    @ddt.data(
        ('/', None, 300),
        ('/v1.1/clusters', base.MEMBER, 200),
        ('/v1.1/clusters', None, 401),
        (f'/v1.1/clusters/{base.UNKNOWN}', base.MEMBER, 404),
    )
    @ddt.unpack
    def test_what_a_page_may_read(
        self, path: str, token: str | None, status: int
    ) -> None:
        self.load()
        answer = self.request(
            'GET', path, token=token, headers={'Origin': _ORIGIN}
        )
        self.assertEqual(status, answer.status_int)
        exposed = answer.headers['Access-Control-Expose-Headers'].split(',')
        self.assertEqual(set(), _EXPOSED - set(exposed))
