# SPDX-License-Identifier: Apache-2.0
"""One line for each request, by whichever filter it is answered."""

import re

import ddt
from oslo_config import cfg
from oslo_log import log
from oslo_middleware import request_id
from oslotest import base as test_base
import webob

from ext_lib import context
from ext_lib import fixture
from ext_lib.testing import identity_log
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
    def test_forged_lines_are_escaped(self, path):
        line = self.line(base.environ(PATH_INFO=path))
        self.assertEqual(2, line.count('"'))

    def test_what_raises_is_for_others_to_log(self):
        def fail(environ, start_response):
            raise KeyError

        self.assertRaises(
            KeyError, request_log.RequestLog(fail), base.environ(), None
        )
        self.assertEqual('', self.log.output)


class TestIdentity(test_base.BaseTestCase):
    """Whose a line is, on a thread that serves one after the other."""

    def setUp(self):
        super().setUp()
        conf = cfg.ConfigOpts()
        log.register_options(conf)
        conf([])
        self.log = self.useFixture(identity_log.IdentityLog(conf))

    def send(self, path, application=None, global_id=None):
        """Send a request; return its id."""
        own = identity_log.new_id()
        environ = base.environ(path)
        environ[request_id.ENV_REQUEST_ID] = own
        if global_id is not None:
            environ[request_id.GLOBAL_REQ_ID] = global_id
        application = request_log.RequestLog(application or refuse)
        webob.Request(environ).get_response(application)
        return own

    def test_a_refused_request_has_no_user(self):
        first = self.send('/a', admit)
        second = self.send('/b')
        self.assertEqual(
            [f'None {first} alice demo'], self.log.identities('/a')
        )
        self.assertEqual([f'None {second} - -'], self.log.identities('/b'))

    def test_the_global_id(self):
        other = identity_log.new_id()
        own = self.send('/a', global_id=other)
        expected = [f'{other} {own} - -']
        self.assertEqual(expected, self.log.identities('/a'))

    def test_filters_log_in_the_name_of_the_request(self):
        self.send('/a', admit)
        own = self.send('/b')
        self.assertEqual([f'None {own} - -'], self.log.identities('refused'))

    def test_a_request_made_amid_another_is_not_taken_for_it(self):
        def ask(environ, start_response):
            answer = admit(environ, start_response)
            context.RequestContext(user_name='bob')
            return answer

        own = self.send('/a', ask)
        self.assertEqual([f'None {own} alice demo'], self.log.identities('/a'))

    def test_nothing_is_left_behind(self):
        for application in (admit, refuse, fail):
            try:
                self.send('/a', application)
            except KeyError:
                pass
            LOG.info('between')
        expected = [identity_log.NO_REQUEST] * 3
        self.assertEqual(expected, self.log.identities('between'))

    def test_without_an_id_it_gets_one_for_the_log(self):
        response = webob.Request.blank('/a').get_response(
            request_log.RequestLog(refuse)
        )
        self.assertNotIn('x-openstack-request-id', response.headers)
        [identity] = self.log.identities('/a')
        self.assertRegex(identity, r'^None req-[0-9a-f-]{36} - -$')


LOG = log.getLogger(__name__)


def admit(environ, start_response):
    """Answer as an application whose caller is known."""
    environ[request.CONTEXT] = context.RequestContext(
        user_name='alice',
        project_name='demo',
        request_id=environ[request_id.ENV_REQUEST_ID],
    )
    return webob.Response()(environ, start_response)


def refuse(environ, start_response):
    """Answer as a filter that refuses every caller."""
    LOG.info('refused')
    return webob.Response(status=401)(environ, start_response)


def fail(environ, start_response):
    """Break down, the caller being known."""
    admit(environ, lambda *_: None)
    raise KeyError
