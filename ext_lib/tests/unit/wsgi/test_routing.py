# SPDX-License-Identifier: Apache-2.0
"""The method a path leads to, and the ids in it."""

import ddt
from oslotest import base as test_base
import webob.exc

from ext_lib import exception
from ext_lib.tests.unit.wsgi import base
from ext_lib.wsgi import routing

_ACTIONS = routing.Actions({'stop': 'stop', 'start': 'start'})  # type: ignore
#: In place of methods: their names.
_TABLE = (
    ('/', {'GET': 'root'}),
    ('/things', {'GET': 'index', 'POST': 'create'}),
    ('/things/detail', {'GET': 'detail'}),
    ('/things/{id}', {'GET': 'show', 'DELETE': 'delete'}),
    ('/things/{thing_id}/parts/{id}', {'GET': 'part'}),
    ('/things/{id}/action', {'POST': _ACTIONS}),
)


@ddt.ddt
class TestRouter(test_base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.router = routing.Router(_TABLE)  # type: ignore[arg-type]

    def match(self, path, method='GET', **kwargs):
        found = self.router.match(base.blank(path, method, **kwargs))
        return found.target, found.ids, found.project

    @ddt.data(
        ('GET', '/', 'root', {}),
        ('GET', '/things', 'index', {}),
        ('POST', '/things', 'create', {}),
        ('GET', '/things/detail', 'detail', {}),
        ('GET', '/things/1', 'show', {'id': '1'}),
        ('DELETE', '/things/1', 'delete', {'id': '1'}),
        ('DELETE', '/things/detail', 'delete', {'id': 'detail'}),
        ('GET', '/things/1/parts/2', 'part', {'thing_id': '1', 'id': '2'}),
        ('POST', '/things/1/action', _ACTIONS, {'id': '1'}),
    )
    @ddt.unpack
    def test_with_and_without_a_project(self, method, path, target, ids):
        for project in ('', base.PROJECT, '0-9'):
            prefix = f'/{project}' if project else ''
            self.assertEqual(
                (target, ids, project or None),
                self.match(f'{prefix}{path}', method),
            )

    def test_matches_do_not_share_their_ids(self):
        _, first, _ = self.match('/things/1')
        first.clear()
        self.assertEqual({'id': '1'}, self.match('/things/1')[1])

    @ddt.data(
        ('GET', '/none'),
        ('PUT', '/things'),
        ('HEAD', '/'),
        ('POST', '/0/'),
        ('GET', '/0'),
        ('GET', '/0/none'),
        ('GET', '/0/0/things'),
        ('GET', '/things/'),
        ('GET', '/demo/things'),
    )
    @ddt.unpack
    def test_no_match(self, method, path):
        self.assertRaises(webob.exc.HTTPNotFound, self.match, path, method)

    def test_no_path_at_all(self):
        req = base.blank()
        req.environ['PATH_INFO'] = ''
        self.assertRaises(webob.exc.HTTPNotFound, self.router.match, req)

    def test_own_project_of_another_spelling(self):
        self.assertEqual(
            ('index', {}, 'demo'), self.match('/demo/things', project='demo')
        )

    def test_bytes_that_are_no_text_are_taken_one_by_one(self):
        self.assertEqual({'id': '\xff\xe4'}, self.match('/things/%ff%e4')[1])
        self.assertEqual({'id': '\xe4'}, self.match('/things/%C3%A4')[1])


@ddt.ddt
class TestActions(test_base.BaseTestCase):
    def test_known(self):
        self.assertEqual('stop', _ACTIONS.select({'stop': None}))

    @ddt.data({}, {'stop': None, 'start': None}, [], ['stop', 'start'], '')
    def test_not_exactly_one(self, body):
        self.assertRaises(routing.MalformedAction, _ACTIONS.select, body)

    @ddt.data('dance', '', 'STOP')
    def test_unknown(self, name):
        error = self.assertRaises(
            routing.UnknownAction, _ACTIONS.select, {name: None}
        )
        self.assertIn(f': {name}', error.message)

    @ddt.data(None, 1, 1.5, True, 'x', ['stop'])
    def test_without_keys(self, body):
        self.assertRaises(exception.NotFound, _ACTIONS.select, body)
