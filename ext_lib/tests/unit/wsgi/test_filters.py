# SPDX-License-Identifier: Apache-2.0
"""Filters change nothing but what those of oslo.middleware would."""

import io
from unittest import mock

import ddt
from oslo_config import cfg
from oslo_context import context as oslo_context
import oslo_middleware
from oslotest import base as test_base
import webob

from ext_lib.tests.unit.wsgi import base
from ext_lib.wsgi import filters

_ORIGIN = 'http://page.example'
_ID = 'req-11111111-2222-3333-4444-555555555555'
_NAMES = ('CORS', 'HTTPProxyToWSGI', 'RequestBodySizeLimiter', 'RequestId')
_FORWARDED = {
    'HTTP_FORWARDED': 'for=192.0.2.1;proto=https;host=api',
    'HTTP_X_FORWARDED_FOR': '192.0.2.1',
    'HTTP_X_FORWARDED_HOST': 'api',
    'HTTP_X_FORWARDED_PREFIX': '/compute',
    'HTTP_X_FORWARDED_PROTO': 'https',
}
_REQUESTS = (
    {},
    {'HTTP_ORIGIN': _ORIGIN},
    {'HTTP_ORIGIN': 'http://other.example'},
    {'HTTP_ORIGIN': _ORIGIN, 'HTTP_ACCESS_CONTROL_REQUEST_METHOD': 'GET'},
    *({name: value} for name, value in _FORWARDED.items()),
    _FORWARDED,
    {'HTTP_X_OPENSTACK_REQUEST_ID': _ID},
    {'HTTP_X_OPENSTACK_REQUEST_ID': f'{_ID}x'},
    {'HTTP_X_OPENSTACK_REQUEST_ID': ''},
    {'CONTENT_LENGTH': ''},
    {'CONTENT_LENGTH': '0'},
    {'CONTENT_LENGTH': '5'},
    {'CONTENT_LENGTH': '6'},
    {'CONTENT_LENGTH': '9' * 30},
    {'wsgi.input_terminated': True},
)
_ABOUT_BODIES = ('CONTENT_LENGTH', 'webob.', 'wsgi.input')


class _Application:
    """Application behind a filter, which reads the body of a POST."""

    def __init__(self, headers):
        self.headers = headers
        self.environ = {}
        self.body = b''

    def __call__(self, environ, start_response):
        self.environ = dict(environ)
        if environ['REQUEST_METHOD'] == 'POST':
            self.body = _body(environ)
        start_response('201 Created', [*self.headers, ('Content-Length', '3')])
        return [] if environ['REQUEST_METHOD'] == 'HEAD' else [b'', b'yes']


@ddt.ddt
class TestFilters(test_base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.conf = cfg.ConfigOpts()
        self.conf([], default_config_files=[])
        for name in _NAMES:
            getattr(filters, name)(None, self.conf)
        self.conf.set_override('allowed_origin', [_ORIGIN], 'cors')
        group = 'oslo_middleware'
        self.conf.set_override('max_request_body_size', 5, group)
        self.conf.set_override('enable_proxy_headers_parsing', True, group)
        made = mock.patch.object(
            oslo_context,
            'generate_request_id',
            autospec=True,
            return_value='req-own',
        )
        made.start()
        self.addCleanup(made.stop)

    def sent(self, kind, method, values, headers=()):
        """Return what comes of a request: for the application, and of it."""
        application = _Application(headers)
        environ = base.environ('/things', REQUEST_METHOD=method, **values)
        environ['wsgi.input'] = io.BytesIO(b'12345')
        try:
            answer = webob.Request(environ).get_response(
                kind(application, self.conf)
            )
        except webob.exc.HTTPException as error:
            return type(error), application.environ
        passed_on = {
            name: value
            for name, value in application.environ.items()
            if not name.startswith(_ABOUT_BODIES)
        }
        body = application.body
        return (
            answer.status,
            sorted(answer.headerlist),
            answer.body,
            passed_on,
            body,
        )

    @ddt.data(*_NAMES)
    def test_as_in_the_library(self, name):
        for method in ('GET', 'POST', 'PUT', 'HEAD', 'OPTIONS'):
            for values in _REQUESTS:
                for headers in ((), (('X-Openstack-Request-ID', 'given'),)):
                    self.assertEqual(
                        self.sent(
                            getattr(oslo_middleware, name),
                            method,
                            values,
                            headers,
                        ),
                        self.sent(
                            getattr(filters, name), method, values, headers
                        ),
                        f'{method} {values}',
                    )

    @ddt.data(*_NAMES)
    def test_the_library_does_not_wrap_what_does_not_concern_it(self, name):
        with mock.patch.object(
            webob.Request,
            '__init__',
            autospec=True,
            side_effect=AssertionError,
        ):
            application = _Application(())
            found = getattr(filters, name)(application, self.conf)(
                _plain_environ(), mock.Mock()
            )
        self.assertEqual([b'', b'yes'], found)

    def test_two_headers_with_the_id(self):
        class Twice(filters.RequestId):
            compat_headers = ['x-things-request-id']

        answer = webob.Request(base.environ()).get_response(
            Twice(_Application(()), self.conf)
        )
        for name in ('x-openstack-request-id', 'x-things-request-id'):
            self.assertEqual('req-own', answer.headers[name])


def _body(environ):
    try:
        return webob.Request(environ).body
    except OSError:
        # There is less than its length says.
        return b'incomplete'


def _plain_environ():
    """Return the environ of a plain GET, as web servers make it."""
    return {'REQUEST_METHOD': 'GET', 'CONTENT_LENGTH': '', 'PATH_INFO': '/'}
