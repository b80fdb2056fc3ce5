# SPDX-License-Identifier: Apache-2.0
"""One line for each request, whoever answers it."""

import re

import ddt
from oslotest import base as test_base
import webob

from ext_lib import fixture
from ext_lib.tests.unit.wsgi import base
from ext_lib.wsgi import microversion
from ext_lib.wsgi import request
from ext_lib.wsgi import request_log


@ddt.ddt
class TestRequestLog(test_base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.log = self.useFixture(fixture.Logging())

    def line(self, environ, application=None):
        """Return what is logged of a request, without the time it took."""
        application = application or webob.Response('yes', status=201)
        wrapped = request_log.RequestLog(application)
        response = webob.Request(environ).get_response(wrapped)
        self.assertEqual(201, response.status_int)
        line, rest = self.log.output.split('\n')
        self.assertEqual('', rest)
        line, seconds = line.rsplit(' time: ', 1)
        self.assertRegex(seconds, re.compile(r'^\d+\.\d{6}$'))
        return line

    def test_what_it_says(self):
        environ = base.environ(
            '/v2.1/things?limit=1&x=%20', REMOTE_ADDR='10.0.0.1'
        )
        self.assertEqual(
            '10.0.0.1 "GET /v2.1/things?limit=1&x=%20" status: 201 len: 3 '
            'microversion: -',
            self.line(environ),
        )

    def test_the_path_is_whole_and_the_address_may_be_unknown(self):
        environ = base.environ(SCRIPT_NAME='/v2.1', PATH_INFO='/things')
        line = self.line(environ)
        self.assertTrue(line.startswith('- "GET /v2.1/things" '), line)

    def test_the_microversion_the_application_found(self):
        def negotiate(environ, start_response):
            req = request.Request(environ)
            req.version = microversion.parse('2.21')
            return webob.Response(status=201)(environ, start_response)

        line = self.line(base.environ(), negotiate)
        self.assertTrue(line.endswith(' microversion: 2.21'), line)

    def test_no_length(self):
        def stream(environ, start_response):
            start_response('201 Created', [])
            return [b'y', b'es']

        self.assertIn(' len: - ', self.line(base.environ(), stream))

    @ddt.data('/a\nb', '/a\r', '/\xff', '/"')
    def test_nobody_writes_lines_of_his_own(self, path):
        line = self.line(base.environ(PATH_INFO=path))
        self.assertEqual(2, line.count('"'))

    def test_what_raises_is_for_others_to_log(self):
        def fail(environ, start_response):
            raise KeyError

        self.assertRaises(
            KeyError, request_log.RequestLog(fail), base.environ(), None
        )
        self.assertEqual('', self.log.output)
