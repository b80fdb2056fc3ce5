# SPDX-License-Identifier: Apache-2.0
"""The caller, by their token and by the headers of a proxy."""

from typing import Any
from unittest import mock

import ddt
from oslo_config import cfg
from oslo_middleware import request_id
from oslo_policy import policy as oslo_policy
from oslotest import base as test_base
import webob

from ext_lib import exception
from ext_lib import policy
from ext_lib.tests.unit.wsgi import base
from ext_lib.wsgi import auth
from ext_lib.wsgi import request

_LOCAL = 'req-11111111-2222-3333-4444-555555555555'
_GLOBAL = 'req-66666666-7777-8888-9999-000000000000'
_RULES = [oslo_policy.RuleDefault('context_is_admin', 'role:admin')]


class _Last:
    """An application that keeps what it was given."""

    def __init__(self):
        self.environ: Any = None

    def __call__(self, environ, start_response):
        self.environ = environ
        return webob.Response('yes')(environ, start_response)


def _send(application, **headers):
    environ = base.environ(**headers)
    return webob.Request(environ).get_response(application)


class _AuthTestCase(test_base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.last = _Last()

    def assertUnauthorized(self, response):
        self.assertEqual(401, response.status_int)
        self.assertEqual('application/json', response.content_type)
        error = response.json['error']
        self.assertEqual({'code', 'title', 'message'}, set(error))
        self.assertEqual(
            (401, 'Unauthorized'), (error['code'], error['title'])
        )
        self.assertIsNone(self.last.environ)


@ddt.ddt
class TestNoAuth(_AuthTestCase):
    def setUp(self):
        super().setUp()
        self.app = auth.NoAuth(self.last)

    @ddt.data(
        ('jo:demo', 'jo', 'demo', 'member,reader'),
        ('jo:demo:', 'jo', 'demo', 'member,reader'),
        ('jo:demo:reader', 'jo', 'demo', 'reader'),
        ('jo:demo:admin,reader', 'jo', 'demo', 'admin,reader'),
        ('admin:demo', 'admin', 'demo', 'admin,member,reader'),
        ('admin:demo:reader', 'admin', 'demo', 'reader'),
        ('Admin:demo', 'Admin', 'demo', 'member,reader'),
        ('jo:a b', 'jo', 'a b', 'member,reader'),
    )
    @ddt.unpack
    def test_token(self, token, user, project, roles):
        response = _send(self.app, HTTP_X_AUTH_TOKEN=token)
        self.assertEqual(200, response.status_int)
        environ = self.last.environ
        self.assertEqual('Confirmed', environ['HTTP_X_IDENTITY_STATUS'])
        self.assertEqual(user, environ['HTTP_X_USER_ID'])
        self.assertEqual(project, environ['HTTP_X_PROJECT_ID'])
        self.assertEqual(roles, environ['HTTP_X_ROLES'])

    @ddt.data('', 'jo', 'jo:', ':demo', ':', '::', ':demo:admin', 'jo::admin')
    def test_no_token(self, token):
        self.assertUnauthorized(_send(self.app, HTTP_X_AUTH_TOKEN=token))

    def test_no_header_but_others_that_claim_much(self):
        claims = {'HTTP_X_USER_ID': 'jo', 'HTTP_X_ROLES': 'admin'}
        self.assertUnauthorized(_send(self.app, **claims))

    def test_the_token_counts_and_not_what_else_is_claimed(self):
        claims = {
            'HTTP_X_USER_ID': 'admin',
            'HTTP_X_PROJECT_ID': 'other',
            'HTTP_X_ROLES': 'admin',
        }
        _send(self.app, HTTP_X_AUTH_TOKEN='jo:demo', **claims)
        found = {name: self.last.environ[name] for name in claims}
        self.assertEqual(['jo', 'demo', 'member,reader'], list(found.values()))


class TestContextFilter(_AuthTestCase):
    def setUp(self):
        super().setUp()
        conf = cfg.ConfigOpts()
        conf([])
        self.enforcer = policy.Enforcer(conf, _RULES)
        self.app = auth.ContextFilter(self.last, self.enforcer)

    def context(self, **headers):
        """Return what becomes of a caller's headers."""
        identity = {
            'HTTP_X_USER_ID': 'jo',
            'HTTP_X_PROJECT_ID': 'demo',
            'HTTP_X_ROLES': 'member,reader',
        }
        _send(self.app, **identity | headers)
        return self.last.environ[request.CONTEXT]

    def test_identity(self):
        found = self.context()
        self.assertEqual('jo', found.user_id)
        self.assertEqual('demo', found.project_id)
        self.assertEqual(['member', 'reader'], found.roles)
        self.assertIs(False, found.is_admin)
        self.assertIs(self.enforcer, found.enforcer)

    def test_administrator(self):
        self.assertIs(True, self.context(HTTP_X_ROLES='reader,admin').is_admin)

    def test_request_ids(self):
        ids = {
            request_id.ENV_REQUEST_ID: _LOCAL,
            request_id.GLOBAL_REQ_ID: _GLOBAL,
        }
        found = self.context(**ids)
        self.assertEqual(_LOCAL, found.request_id)
        self.assertEqual(_GLOBAL, found.global_request_id)

    def test_reads_may_go_to_a_replica_and_writes_may_not(self):
        self.assertIs(True, self.context().use_replica)
        self.assertIs(False, self.context(REQUEST_METHOD='POST').use_replica)

    def test_no_user(self):
        for headers in ({}, {'HTTP_X_USER_ID': ''}):
            self.assertUnauthorized(_send(self.app, **headers))

    def test_a_token_without_a_project_is_refused(self):
        for headers in (
            {'HTTP_X_ROLES': 'admin,member,reader'},
            {'HTTP_X_ROLES': 'admin', 'OPENSTACK_SYSTEM_SCOPE': 'all'},
            {'HTTP_X_ROLES': 'admin', 'HTTP_X_DOMAIN_ID': 'default'},
        ):
            for project in (None, ''):
                found = self.context(**headers)
                found.project_id = project
                found.enforcer = mock.Mock()
                found.enforcer.authorize.return_value = True
                self.assertRaises(exception.NoProject, found.can, 'x:list', {})
                self.assertFalse(found.can('x:list', {}, fatal=False))
