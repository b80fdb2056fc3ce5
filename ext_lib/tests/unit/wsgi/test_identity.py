# SPDX-License-Identifier: Apache-2.0
"""Clients find as much of an identity service as they look for."""

import ddt
from keystoneauth1 import identity as plugins
from keystoneauth1 import session
from oslotest import base as test_base
import webob

from ext_lib.wsgi import identity
from ext_lib.wsgi.server import HTTPServer

_URL = 'http://ext/identity/v3'
_COMPUTE = 'http://ext/v2.1'
_JO = {'password': {'user': {'name': 'jo', 'password': 'secret'}}}
_DEMO = {'project': {'name': 'demo', 'domain': {'id': 'default'}}}


def application():
    return identity.NoAuthIdentity(lambda: {'compute': _COMPUTE})


@ddt.ddt
class TestNoAuthIdentity(test_base.BaseTestCase):
    def send(self, path, method='GET', **kwargs):
        req = webob.Request.blank(path, method=method, base_url=_URL, **kwargs)
        return req.get_response(application())

    def ask(self, who, scope=None):
        """Return the answer to a request for a token."""
        asked = {'identity': who}
        if scope is not None:
            asked['scope'] = scope
        return self.send('/auth/tokens', 'POST', json={'auth': asked})

    def test_its_version_leads_back_to_it(self):
        for path in ('', '/'):
            version = self.send(path).json['version']
            self.assertEqual('v3', version['id'][:2])
            self.assertEqual('stable', version['status'])
            self.assertEqual(f'{_URL}/', version['links'][0]['href'])

    @ddt.data(
        ('/projects/demo', 'project', 'demo'),
        ('/users/jo', 'user', 'jo'),
        ('/projects/a%20b', 'project', 'a b'),
    )
    @ddt.unpack
    def test_every_name_is_its_own_id(self, path, kind, name):
        thing = self.send(path).json[kind]
        self.assertEqual((name, name), (thing['id'], thing['name']))

    @ddt.data(
        ('GET', '/projects'),
        ('GET', '/projects/'),
        ('GET', '/roles/admin'),
        ('GET', '/auth/tokens'),
        ('GET', '/projects/%ff'),
        ('POST', '/projects'),
        ('DELETE', '/projects/demo'),
    )
    @ddt.unpack
    def test_there_is_no_more_of_it(self, method, path):
        self.assertEqual(404, self.send(path, method).status_int)

    @ddt.data(
        ({'methods': ['password'], **_JO}, _DEMO, 'jo:demo'),
        ({'password': {'user': {'id': 'jo'}}}, _DEMO, 'jo:demo'),
        ({'token': {'id': 'jo:demo'}}, None, 'jo:demo'),
        (
            {'token': {'id': 'jo:demo:reader'}},
            {'project': {'id': 'other'}},
            'jo:other',
        ),
    )
    @ddt.unpack
    def test_a_token_names_the_user(self, who, scope, token):
        answer = self.ask(who, scope)
        self.assertEqual(201, answer.status_int)
        self.assertEqual(token, answer.headers['X-Subject-Token'])
        user, _, project = token.partition(':')
        found = answer.json['token']
        self.assertEqual(user, found['user']['id'])
        self.assertEqual(project, found['project']['id'])

    def test_roles_are_those_the_token_has(self):
        for name, roles in (
            ('admin', ['admin', 'member', 'reader']),
            ('jo', ['member', 'reader']),
        ):
            who = {'password': {'user': {'name': name}}}
            found = self.ask(who, _DEMO).json['token']['roles']
            self.assertEqual(roles, [role['name'] for role in found])

    @ddt.data(
        (_JO, None),
        (_JO, {'domain': {'id': 'default'}}),
        ({'password': {}}, _DEMO),
        ({'password': {'user': {'name': ''}}}, _DEMO),
        ({'password': {'user': {'name': 'jo:demo'}}}, _DEMO),
        ({'password': {'user': {'name': 'jö'}}}, _DEMO),
        ({'password': {'user': {'name': 'jo\n'}}}, _DEMO),
        ({'token': {'id': 'jo'}}, None),
        ([], _DEMO),
    )
    @ddt.unpack
    def test_without_user_it_is_400(self, who, scope):
        self.assertEqual(400, self.ask(who, scope).status_int)

    def test_what_is_no_json(self):
        for body in (b'', b'{', b'[]', b'\xff'):
            answer = self.send('/auth/tokens', 'POST', body=body)
            self.assertEqual(400, answer.status_int, str(body))


class TestClients(test_base.BaseTestCase):
    def test_keystoneauth_finds_services(self):
        server = HTTPServer(_Mounted(), '127.0.0.1', 0)
        server.start()
        self.addCleanup(server.wait)
        self.addCleanup(server.stop)
        asked = session.Session(
            auth=plugins.Password(
                auth_url=f'{server.url}/v3',
                username='jo',
                password='any',
                user_domain_id='default',
                project_name='demo',
                project_domain_id='default',
            )
        )
        self.assertEqual('jo:demo', asked.get_token())
        self.assertEqual('demo', asked.get_project_id())
        self.assertEqual(
            _COMPUTE,
            asked.get_endpoint(service_type='compute', skip_discovery=True),
        )


class _Mounted:
    """The application below ``/v3``."""

    def __call__(self, environ, start_response):
        environ['SCRIPT_NAME'] = '/v3'
        environ['PATH_INFO'] = environ['PATH_INFO'].removeprefix('/v3')
        return application()(environ, start_response)
