# SPDX-License-Identifier: Apache-2.0
"""Callers whose token has no project, before this API and before another."""

import json
from unittest import mock

import fixtures
import sqlalchemy as sa
import webob

from ext_lib.wsgi import auth
from nova_ext import objects
from nova_ext.db import models
from nova_ext.tests import base as tests_base
from nova_ext.tests.functional import base
from nova_ext.tests.functional.tasks import standalone

_URL = f'/servers/{standalone.SERVER}/action'
_ADMIN = {
    'HTTP_X_USER_ID': 'jo',
    'HTTP_X_ROLES': 'admin,member,reader',
}


class Refusing(standalone.Application):
    """An application whose policy refuses callers without a project."""

    def __call__(self, environ, start_response):
        if environ.get('HTTP_X_PROJECT_ID'):
            return super().__call__(environ, start_response)
        fault = {'forbidden': {'code': 403, 'message': 'Policy does not.'}}
        start_response(
            '403 Forbidden', [('OpenStack-API-Version', 'compute 2.1')]
        )
        return [json.dumps(fault).encode()]


class BeforeAnotherTest(tests_base.TestCase):
    """The filter passes on the answer of the API, and shows no tasks."""

    def setUp(self):
        super().setUp()
        objects.register_all()
        path = self.useFixture(fixtures.TempDir()).join('tasks.sqlite')
        self.engine = sa.create_engine(f'sqlite:///{path}')
        models.Base.metadata.create_all(self.engine)
        self.filter = self.useFixture(
            standalone.Filter(f'sqlite:///{path}', 2)
        )
        self.application = Refusing()
        self.filter._filter.application = self.application
        self.filter._filter.upstream.application = self.application

    def act(self, tag=None, **environ):
        request = webob.Request.blank(_URL, method='POST')
        request.json = {'lock': None}
        request.environ.update({**_ADMIN, **environ})
        if tag is not None:
            request.headers['Task-tag'] = tag
        return request.get_response(self.filter._filter)

    def tasks(self):
        with self.engine.connect() as connection:
            return connection.execute(
                sa.select(
                    models.Task.tag,
                    models.Task.project_id,
                    models.Task.code,
                    models.Task.reservation,
                ).order_by(models.Task.id)
            ).all()

    def test_a_change_is_answered_by_the_policy(self):
        for tag in (None, 'tag', 'tag'):
            answer = self.act(tag)
            self.assertEqual(403, answer.status_int, answer.text)
            self.assertEqual(
                'Policy does not.', answer.json['forbidden']['message']
            )
        self.assertEqual('', self.log.output)
        self.assertEqual(
            [(tag, '', 403, None) for tag in (None, 'tag', 'tag')],
            self.tasks(),
        )

    def test_what_a_policy_permits_is_protected_for_each_user(self):
        self.filter._filter.upstream.application = standalone.Application()
        for user, status in (('jo', 202), ('jo', 409), ('al', 202)):
            answer = self.act('tag', HTTP_X_USER_ID=user)
            self.assertEqual(status, answer.status_int, answer.text)

    def test_tasks_are_refused(self):
        self.assertEqual(202, self.filter.act('tag').status_int)
        for path in (
            '/servers/tag/tasks',
            '/servers/tag/tasks?all_tenants=1',
            f'/servers/{standalone.SERVER}/tasks',
            f'/servers/tag/tasks/{standalone.SERVER}',
        ):
            for project in ({}, {'HTTP_X_PROJECT_ID': ''}):
                request = webob.Request.blank(path)
                request.environ.update({**_ADMIN, **project})
                answer = request.get_response(self.filter._filter)
                self.assertEqual(403, answer.status_int, path)
                self.assertIn('forbidden', answer.json)


class BeforeThisApiTest(base.APITestCase):
    """Nothing is listed, shown or done: no project is not every project."""

    def test_everything_is_refused(self):
        server = {'name': 'one', 'imageRef': base.IMAGE, 'flavorRef': '1'}
        identity = {'HTTP_X_IDENTITY_STATUS': 'Confirmed', **_ADMIN}
        with mock.patch.object(
            auth, 'parse_token', autospec=True, return_value=identity
        ):
            for method, path, body in (
                ('GET', '/servers', None),
                ('GET', '/servers?all_tenants=1', None),
                ('GET', '/servers/detail?all_tenants=1', None),
                ('POST', '/servers', {'server': server}),
                ('GET', '/servers/tag/tasks', None),
                ('GET', '/servers/tag/tasks?all_tenants=1', None),
                ('GET', '/os-migrations', None),
            ):
                for headers in ({}, {'Task-tag': 'tag'}):
                    answer = self.request(
                        method, path, headers=headers, body=body
                    )
                    self.assertEqual(403, answer.status_int, path)
                    self.assertIn('forbidden', answer.json)
            # A server that there is not.
            path = f'/servers/{standalone.SERVER}/os-instance-actions'
            self.assertEqual(404, self.request('GET', path).status_int)
        self.assertNotIn('ValueError', self.log.output)
