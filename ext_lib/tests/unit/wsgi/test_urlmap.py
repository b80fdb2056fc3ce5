# SPDX-License-Identifier: Apache-2.0
"""Each path goes to the application that is meant to have it."""

import ddt
from oslotest import base as test_base
import webob

from ext_lib.tests.unit.wsgi import base
from ext_lib.wsgi import urlmap


def application(name):
    """Return an application that tells what it was given."""

    def tell(environ, start_response):
        told = {
            'name': name,
            'script': environ['SCRIPT_NAME'],
            'path': environ['PATH_INFO'],
        }
        return webob.Response(json_body=told)(environ, start_response)

    return tell


@ddt.ddt
class TestURLMap(test_base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.map = urlmap.URLMap(
            {
                '/': application('list'),
                '/v2.1': application('detail'),
                '/v2.1/+': application('api'),
            }
        )

    def ask(self, environ):
        return webob.Request(environ).get_response(self.map).json

    @ddt.data(
        ('/', 'list', '', '/'),
        ('//', 'list', '', '/'),
        ('', 'list', '', ''),
        ('/foo/bar', 'list', '', '/foo/bar'),
        ('/v2', 'list', '', '/v2'),
        ('/v2/', 'list', '', '/v2/'),
        ('/v2/servers', 'list', '', '/v2/servers'),
        ('/v2.1x', 'list', '', '/v2.1x'),
        ('/V2.1', 'list', '', '/V2.1'),
        ('/x/v2.1', 'list', '', '/x/v2.1'),
        ('/v2.1', 'detail', '/v2.1', ''),
        ('/v2.1/', 'detail', '/v2.1', '/'),
        ('//v2.1//', 'detail', '/v2.1', '/'),
        ('/v2.1/servers', 'api', '/v2.1', '/servers'),
        ('/v2.1/servers/', 'api', '/v2.1', '/servers/'),
        ('//v2.1///servers//1', 'api', '/v2.1', '/servers/1'),
        ('/v2.1/v2.1', 'api', '/v2.1', '/v2.1'),
    )
    @ddt.unpack
    def test_path(self, path, name, script, rest):
        told = {'name': name, 'script': script, 'path': rest}
        self.assertEqual(told, self.ask(base.environ(PATH_INFO=path)))

    def test_under_a_path_of_the_server(self):
        environ = base.environ(SCRIPT_NAME='/compute', PATH_INFO='/v2.1/x')
        self.assertEqual('/compute/v2.1', self.ask(environ)['script'])

    def test_the_server_may_leave_out_what_is_empty(self):
        environ = base.environ(PATH_INFO='/v2.1/x')
        del environ['SCRIPT_NAME']
        self.assertEqual('/v2.1', self.ask(environ)['script'])
