# SPDX-License-Identifier: Apache-2.0
"""URLs lead to methods, in all the forms they are known in."""

import ddt
import webob.exc

from ext_lib import context
from ext_lib.wsgi import request
from sahara_ext.api import pipeline
from sahara_ext.tests import base


def show():
    """Stand for a controller method."""


def create():
    """Stand for another."""


_TABLE = (
    ('/things', {'GET': show, 'POST': create}),
    ('/things/all', {'POST': create}),
    ('/things/{id}', {'GET': show}),
    ('/things/{id}/{part}', {'GET': show}),
)


@ddt.ddt
class TestRouter(base.TestCase):
    def match(self, path, method='GET', project_id='demo'):
        req = request.Request.blank(path, method=method)
        req.environ[request.CONTEXT] = context.RequestContext(
            user_id='jo', project_id=project_id, overwrite=False
        )
        return pipeline.Router(_TABLE).match(req)

    @ddt.data(
        ('/things', {}),
        ('/things.json', {}),
        ('/demo/things', {}),
        ('/demo/things.json', {}),
        ('/things/1', {'id': '1'}),
        ('/things/1.json', {'id': '1'}),
        ('/demo/things/1.2.json', {'id': '1.2'}),
        ('/things/1/2', {'id': '1', 'part': '2'}),
        ('/demo/things/1/0.1', {'id': '1', 'part': '0.1'}),
        ('/things/all', {'id': 'all'}),
    )
    @ddt.unpack
    def test_forms(self, path, ids):
        found = self.match(path)
        self.assertIs(show, found.target)
        self.assertEqual(ids, found.ids)

    @ddt.data('/things', '/demo/things')
    def test_a_project_is_needed(self, path):
        self.assertRaises(
            webob.exc.HTTPServiceUnavailable,
            self.match,
            path,
            project_id=None,
        )

    def test_methods(self):
        self.assertIs(create, self.match('/things', 'POST').target)
        self.assertIs(create, self.match('/things/all', 'POST').target)
        self.assertIs(show, self.match('/things', 'HEAD').target)

    @ddt.data('/', '/thing', '/demo', '/demo/demo/things', '/things/1/2/3/4')
    def test_nothing_there(self, path):
        self.assertRaises(webob.exc.HTTPNotFound, self.match, path)

    @ddt.data(
        ('/things', 'DELETE'), ('/demo/things/1', 'POST'), ('/things', 'BREW')
    )
    @ddt.unpack
    def test_not_for_this_method(self, path, method):
        error = self.assertRaises(
            webob.exc.HTTPMethodNotAllowed, self.match, path, method
        )
        self.assertEqual(405, error.json['error'])

    @ddt.data('/other/things', '/' + 'f' * 32 + '/things/1')
    def test_another_project(self, path):
        error = self.assertRaises(webob.exc.HTTPUnauthorized, self.match, path)
        self.assertEqual(401, error.json['error'])
