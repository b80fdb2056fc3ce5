# SPDX-License-Identifier: Apache-2.0
"""The session that sends a tag, in front of an API that stands in a test."""

from typing import Any

from keystoneauth1 import adapter
from keystoneauth1 import exceptions
from novaclient import client as novaclient
import requests

from osc_ext import exit_status
from osc_ext import tagged_session
from osc_ext.tests import base

_TAG = 'one'
_TASKS = f'/servers/{_TAG}/tasks'
_PROBE = f'GET {_TASKS}?limit=none'
_ID = 'd7a1ac54-2b1c-4a56-bd41-bb5b2b2c6f11'
_SERVER = 'cb3cd1b4-9d9b-4b46-8a5f-5f5c0b7e5d3a'


def _task(**changed: Any) -> dict[str, Any]:
    return {
        'uuid': _ID,
        'task': 'create',
        'state': 'success',
        'resource': {'server': _SERVER},
        'request_id': 'req-1',
        'tag': _TAG,
        'code': 202,
        'message': None,
        **changed,
    }


class TaggedSessionTestCase(base.TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.said: list[str] = []
        self.session = self.connection.session
        self.tagged = tagged_session.TaggedSession(
            self.session, _TAG, lambda: f'{base.URL}/v2.1', self.said.append
        )
        self.addCleanup(self.tagged.close)
        self.api.answer(_PROBE, {'badRequest': {}}, 400)

    def answer_repeat(self, request: str, task: Any) -> None:
        """Have a request refused, because its task is there."""
        self.api.answer(
            request,
            {'conflictingRequest': {'message': 'Accepted.', 'code': 409}},
            409,
            {**base.VERSION, 'Task-repeat': 'true', 'Task-id': _ID},
        )
        self.api.answer(f'GET {_TASKS}/{_ID}', {'task': task})

    def tags(self) -> list[str]:
        """Return the tags of the requests that have one."""
        found = (r.headers.get('Task-tag') for r in self.api.requests)
        return [tag for tag in found if tag]


class TestWays(TaggedSessionTestCase):
    """The tag goes out, whatever library sends the request."""

    def setUp(self) -> None:
        super().setUp()
        self.request = f'POST /servers/{_SERVER}/action'
        self.api.answer(self.request, None, 202)

    def assertSent(self) -> None:
        self.assertEqual([_PROBE, self.request], self.api.sent)
        self.assertEqual([_TAG], self.tags())
        self.assertEqual(1, self.tagged.sent)

    def test_openstacksdk(self) -> None:
        self.connection.compute.stop_server(_SERVER)
        self.assertSent()

    def test_novaclient(self) -> None:
        nova = novaclient.Client('2.1', session=self.session)
        nova.servers.stop(_SERVER)
        self.assertSent()

    def test_an_adapter(self) -> None:
        used = adapter.Adapter(self.session, service_type='compute')
        used.post(f'/servers/{_SERVER}/action', json={'os-stop': None})
        self.assertSent()

    def test_a_url(self) -> None:
        url = f'{base.URL}/v2.1/servers/{_SERVER}/action'
        self.session.post(url, json={'os-stop': None})
        self.assertSent()

    def test_an_endpoint(self) -> None:
        self.session.post(
            f'/servers/{_SERVER}/action',
            json={'os-stop': None},
            endpoint_override=f'{base.URL}/v2.1',
        )
        self.assertSent()

    def test_other_headers_stay(self) -> None:
        used = adapter.Adapter(self.session, service_type='compute')
        used.post(f'/servers/{_SERVER}/action', headers={'X-Other': 'two'})
        self.assertEqual('two', self.api.requests[-1].headers['X-Other'])
        self.assertSent()


class TestOthers(TaggedSessionTestCase):
    """Requests that get no tag."""

    def assertUntagged(self, request: str) -> None:
        self.assertEqual([request], self.api.sent)
        self.assertEqual([], self.tags())
        self.assertEqual(0, self.tagged.sent)

    def test_reading(self) -> None:
        self.api.answer('GET /servers', {'servers': []})
        self.connection.compute.get('/servers')
        self.assertUntagged('GET /servers')

    def test_another_resource(self) -> None:
        self.api.answer('POST /os-keypairs', {})
        self.connection.compute.post('/os-keypairs')
        self.assertUntagged('POST /os-keypairs')

    def test_a_name_alike(self) -> None:
        self.api.answer('POST /servers-of-others', {})
        self.connection.compute.post('/servers-of-others')
        self.assertUntagged('POST /servers-of-others')

    def test_another_service(self) -> None:
        """Even where its URL looks like one of servers."""
        self.api.answer('POST /servers', {})
        used = adapter.Adapter(
            self.session,
            service_type='data-processing',
            endpoint_override=f'{base.URL}/v1.1',
        )
        used.post('/servers')
        self.assertUntagged('POST /servers')

    def test_another_host(self) -> None:
        self.assertRaises(
            requests.exceptions.InvalidSchema,
            self.session.session.get,
            'none://',
        )
        root = self.tagged._root()
        self.assertFalse(self.tagged._is_compute(f'{root}.org/servers', {}))
        self.assertTrue(self.tagged._is_compute(f'{root}/servers', {}))

    def test_after_the_end(self) -> None:
        tagged = tagged_session.TaggedSession(
            self.connect().session, _TAG, lambda: None, self.said.append
        )
        session = tagged._session
        tagged.close()
        self.assertNotIn('request', vars(session))


class TestLogin(base.TestCase):
    def test_the_endpoint_is_not_asked_for(self) -> None:
        """A login sends requests before there is an endpoint."""

        def endpoint() -> str:
            raise AssertionError

        tagged = tagged_session.TaggedSession(
            self.connection.session, _TAG, endpoint, lambda _: None
        )
        self.addCleanup(tagged.close)
        self.connection.session.post(
            f'{base.URL}/identity/v3/auth/tokens', raise_exc=False
        )
        self.assertEqual(['POST /identity/v3/auth/tokens'], self.api.sent)


class TestRefusals(TaggedSessionTestCase):
    def stopped(self, call: Any, *args: Any) -> tagged_session.Stop:
        return self.assertRaises(tagged_session.Stop, call, *args)

    def test_no_tasks(self) -> None:
        """A nova without the filter gets no request that changes."""
        self.api.answers.clear()
        stop = self.stopped(self.connection.compute.stop_server, _SERVER)
        self.assertEqual(exit_status.UNUSABLE, stop.status)
        self.assertEqual([_PROBE], self.api.sent)

    def test_unclear(self) -> None:
        self.api.answers.clear()
        self.api.answer(_PROBE, {}, 403)
        stop = self.stopped(self.connection.compute.stop_server, _SERVER)
        self.assertEqual(exit_status.UNUSABLE, stop.status)
        self.assertIn('(403)', str(stop))
        self.assertEqual([_PROBE], self.api.sent)

    def test_no_task(self) -> None:
        """The API refuses the tag."""
        message = 'Task-tag is not supported for this request.'
        self.api.answer(
            f'PUT /servers/{_SERVER}',
            {'badRequest': {'message': message}},
            400,
        )
        stop = self.stopped(self.connection.compute.put, f'/servers/{_SERVER}')
        self.assertEqual((2, message), (stop.status, str(stop)))

    def test_the_apis_own(self) -> None:
        """As without a tag: an exception where one was requested."""
        self.api.answer('POST /servers', {'badRequest': {}}, 400)
        answer = self.connection.compute.post('/servers', json={})
        self.assertEqual(400, answer.status_code)
        self.assertRaises(
            exceptions.BadRequest,
            self.session.post,
            f'{base.URL}/v2.1/servers',
            json={},
        )

    def test_lost(self) -> None:
        """The tag to repeat it with is said."""
        self.api.answer(
            'POST /servers', requests.exceptions.ConnectionError('reset')
        )
        self.assertRaises(
            exceptions.ConnectFailure,
            self.session.post,
            f'{base.URL}/v2.1/servers',
            connect_retries=0,
        )
        self.assertIn(f'--task-tag {_TAG}', self.said[-1])


class TestRepeats(TaggedSessionTestCase):
    """The second request of two, by what became of the first."""

    def create(self) -> Any:
        return self.connection.compute.post('/servers', json={'server': {}})

    def status(self) -> int:
        [task] = self.tagged.repeated
        return tagged_session.status_of(task)

    def test_create(self) -> None:
        self.answer_repeat('POST /servers', _task())
        self.api.answer(f'GET /servers/{_SERVER}', {'server': {'id': _SERVER}})
        answer = self.create()
        self.assertEqual(202, answer.status_code)
        self.assertEqual(_SERVER, answer.json()['server']['id'])
        [said] = self.said
        self.assertEqual(
            'The request was accepted before, with the tag one: create '
            f'of server {_SERVER}, success',
            said,
        )
        self.assertEqual(exit_status.SUCCESS, self.status())

    def test_error(self) -> None:
        task = _task(state='error', message='No valid host was found.')
        self.answer_repeat('POST /servers', task)
        self.create()
        self.assertIn(', error: No valid host was found.', self.said[-1])
        self.assertEqual(exit_status.ERROR, self.status())

    def test_error_without_a_server(self) -> None:
        self.answer_repeat('POST /servers', _task(state='error', resource={}))
        stop = self.assertRaises(tagged_session.Stop, self.create)
        self.assertEqual(exit_status.ERROR, stop.status)

    def test_delete(self) -> None:
        self.answer_repeat(
            f'DELETE /servers/{_SERVER}', _task(task='delete', code=204)
        )
        self.connection.compute.delete_server(_SERVER)
        self.assertIn(f': delete of server {_SERVER}, success', self.said[-1])

    def test_an_answer_that_no_task_has(self) -> None:
        self.answer_repeat(
            f'POST /servers/{_SERVER}/action', _task(task='createImage')
        )
        stop = self.assertRaises(
            tagged_session.Stop,
            self.connection.compute.create_server_image,
            _SERVER,
            'image',
        )
        self.assertEqual(exit_status.SUCCESS, stop.status)

    def test_no_task_can_be_read(self) -> None:
        self.answer_repeat('POST /servers', _task())
        self.api.answers[f'GET {_TASKS}/{_ID}'] = [(503, {}, {})]
        stop = self.assertRaises(tagged_session.Stop, self.create)
        self.assertEqual(exit_status.ERROR, stop.status)

    def test_a_failure_of_the_api(self) -> None:
        self.api.answer('POST /servers', {}, 500)
        self.assertEqual(500, self.create().status_code)
        self.assertIn(f'--task-tag {_TAG}', self.said[-1])

    def test_checked_once(self) -> None:
        """Each request has the tag, and the first looks for tasks."""
        self.api.answer(f'POST /servers/{_SERVER}/action', None, 202)
        for _ in range(3):
            self.connection.compute.stop_server(_SERVER)
        self.assertEqual(1, self.api.sent.count(_PROBE))
        self.assertEqual(3, self.tagged.sent)
        self.assertEqual([_TAG] * 3, self.tags())
