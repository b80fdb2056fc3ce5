# SPDX-License-Identifier: Apache-2.0
"""Users and projects, as keystone resolves their names."""

from types import SimpleNamespace
from typing import Any

import fixtures
from keystoneauth1 import token_endpoint

from osc_ext import exit_status
from osc_ext import names
from osc_ext.tests import base

_ID = '3f2ac5c0c9e04b0f8d7a6f8f1c2e4d5b'
_SHOW = 'GET /v3/users/alice'
_LIST = 'GET /v3/users?name=alice'


class TestIdentities(base.TestCase):
    def setUp(self) -> None:
        super().setUp()
        auth = token_endpoint.Token(f'{base.URL}/v3', 'a-token')
        connection = self.connect_by(auth, identity_api_version='3')
        connection.identity.endpoint_override = f'{base.URL}/v3'
        token = SimpleNamespace(
            username='alice', user_id=_ID, project_name='p', project_id='own'
        )
        self.manager = SimpleNamespace(
            sdk_connection=connection, auth_ref=token
        )
        self.log = self.useFixture(fixtures.FakeLogger())

    def find(self) -> Any:
        return names.find_user(self.manager, 'alice')

    def test_id(self) -> None:
        """Keystone is not asked: the user may be deleted."""
        for found in (_ID, _ID * 2):
            self.assertEqual(found, names.find_user(self.manager, found))
            self.assertEqual(found, names.find_project(self.manager, found))
        self.assertEqual([], self.api.sent)

    def test_name(self) -> None:
        user = {'id': 'u1', 'name': 'alice'}
        self.api.answer(_LIST, {'users': [user]})
        self.assertEqual('u1', self.find())
        self.assertEqual([_SHOW, _LIST], self.api.sent)
        self.assertEqual('', self.log.output)

    def test_several_users(self) -> None:
        users = [{'id': name, 'name': 'alice'} for name in ('u1', 'u2')]
        self.api.answer(_LIST, {'users': users})
        end = self.assertRaises(exit_status.Ended, self.find)
        self.assertEqual(exit_status.UNUSABLE, end.status)

    def test_unknown(self) -> None:
        """It is sent as it is, which is said."""
        self.api.answer(_LIST, {'users': []})
        self.assertEqual('alice', self.find())
        self.assertIn('keystone knows no such name', self.log.output)

    def test_own_name(self) -> None:
        """The token has it, where keystone does not say."""
        for request in (_SHOW, _LIST):
            self.api.answer(request, {}, 403)
        self.assertEqual(_ID, self.find())
        self.assertEqual('', self.log.output)

    def test_forbidden(self) -> None:
        for request in ('GET /v3/projects/q', 'GET /v3/projects?name=q'):
            self.api.answer(request, {}, 403)
        self.assertEqual('q', names.find_project(self.manager, 'q'))
        self.assertIn('you may not look up names', self.log.output)

    def test_no_answer(self) -> None:
        for request in (_SHOW, _LIST):
            self.api.answer(request, {}, 500)
        self.assertEqual('alice', self.find())
        self.assertIn('keystone does not answer', self.log.output)
