# SPDX-License-Identifier: Apache-2.0
"""Tests of calls that can be repeated."""

import threading
from typing import Any

from keystoneauth1 import exceptions as keystoneauth
from openstack import exceptions
import requests

from osc_ext import sdk
from osc_ext.exceptions import AnswerLost
from osc_ext.exceptions import InvalidTag
from osc_ext.exceptions import NestedUse
from osc_ext.exceptions import ServiceNotFound
from osc_ext.exceptions import TaskFailed
from osc_ext.exceptions import TasksNotSupported
from osc_ext.tests import base

_TAG = 'deploy.web.1'
_SERVER = '5f5bb616-223c-4f8b-b3aa-c1a7d9b50686'
_TASK = '7cbf5252-a0a9-4222-93cf-43f890dbbebf'
_CREATE = 'POST /servers'
_ACTION = f'POST /servers/{_SERVER}/action'
_SHOW = f'GET /servers/{_SERVER}'
_SHOW_TASK = f'GET /servers/{_TAG}/tasks/{_TASK}'
_REPEAT = {**base.VERSION, 'Task-id': _TASK, 'Task-repeat': 'true'}
_LOST = requests.ConnectionError('reset')


class RetryTestCase(base.TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.api.otherwise = base.VERSION
        self.compute = self.connection.compute

    def lose(self, request: str, times: int = 1) -> None:
        """Lose answers."""
        for _ in range(2 * times):
            # The SDK itself sends a request twice.
            self.api.answer(request, _LOST)

    def repeat(self, request: str) -> None:
        """Answer a request as one that was accepted before."""
        self.api.answer(request, {'conflictingRequest': {}}, 409, _REPEAT)

    def task(self, **values: Any) -> None:
        """Answer requests for the task once."""
        shown = base.sample('os-server-tasks/server-task-show-resp')['task']
        values = {'code': 202, 'state': 'running', 'task': 'create', **values}
        self.api.answer(_SHOW_TASK, {'task': {**shown, **values}})

    def server(self) -> None:
        """Answer requests for the server."""
        self.api.answer(_SHOW, {'server': {'id': _SERVER, 'name': 'one'}})

    def create(self, tag: str | None = _TAG, **options: Any) -> Any:
        """Create a server, safely."""
        with sdk.retry_safe(self.connection, tag, **options):
            return self.compute.create_server(name='one', flavor_id='1')

    def tags_of(self, request: str) -> list[str | None]:
        """Return the tag of each such request that has been sent."""
        return [
            sent.headers.get('Task-tag')
            for sent in self.api.requests
            if f'{sent.method} {base.path_of(sent)}' == request
        ]


class TestTags(RetryTestCase):
    def test_changes_have_the_tag(self) -> None:
        self.api.answer(_CREATE, {'server': {'id': _SERVER}}, 202)
        self.api.answer(_ACTION, None, 202)
        with sdk.retry_safe(self.connection) as tag:
            self.compute.create_server(name='one')
            self.compute.post(
                f'{base.URL}/v2.1/servers/{_SERVER}/action',
                json={'reboot': {'type': 'HARD'}},
            )
        self.assertEqual([tag], self.tags_of(_CREATE))
        self.assertEqual([tag], self.tags_of(_ACTION))

    def test_nothing_else_has(self) -> None:
        with sdk.retry_safe(self.connection, _TAG):
            self.compute.get('/servers')
            self.compute.put('/os-services/one', json={})
            self.compute.post('/os-keypairs', json={})
            self.compute.post(
                '/servers/one/action', json={'os-getConsoleOutput': {}}
            )
            self.connection.data_processing.post('/clusters', json={})
        self.compute.post('/servers', json={})
        self.assertEqual(7, len(self.api.requests))
        for request in self.api.requests:
            self.assertNotIn('Task-tag', request.headers)

    def test_headers_of_the_caller_stay(self) -> None:
        with sdk.retry_safe(self.connection, _TAG):
            self.compute.post('/servers', json={}, headers={'X-One': '1'})
        self.assertEqual('1', self.api.requests[-1].headers['X-One'])
        self.assertEqual([_TAG], self.tags_of(_CREATE))

    def test_nothing_stays(self) -> None:
        for error in (None, ValueError):
            try:
                with sdk.retry_safe(self.connection):
                    self.assertIn('request', vars(self.compute))
                    if error:
                        raise error
            except ValueError:
                pass
            self.assertNotIn('request', vars(self.compute))

    def test_what_was_there_comes_back(self) -> None:
        theirs = vars(self.compute)['request'] = self.compute.request
        with sdk.retry_safe(self.connection, _TAG):
            self.compute.post('/servers', json={})
        self.assertIs(theirs, vars(self.compute)['request'])
        self.assertEqual([_TAG], self.tags_of(_CREATE))

    def test_threads_have_blocks_of_their_own(self) -> None:
        both = threading.Barrier(2, timeout=60)

        def work(tag: str) -> None:
            with sdk.retry_safe(self.connection, tag):
                both.wait()
                self.compute.post('/servers', json={'server': {'name': tag}})
                both.wait()

        threads = [threading.Thread(target=work, args=(t,)) for t in 'ab']
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        sent = {r.headers['Task-tag']: r.body for r in self.api.requests[-2:]}
        self.assertEqual({'a', 'b'}, set(sent))
        for tag, body in sent.items():
            self.assertIn(f'"{tag}"', str(body))
        self.assertNotIn('request', vars(self.compute))

    def test_other_threads_send_as_ever(self) -> None:
        with sdk.retry_safe(self.connection):
            thread = threading.Thread(
                target=lambda: self.compute.post('/servers', json={})
            )
            thread.start()
            thread.join(60)
        self.assertEqual([None], self.tags_of(_CREATE))

    def test_nested_use(self) -> None:
        with sdk.retry_safe(self.connection):
            self.assertRaises(
                NestedUse, sdk.retry_safe(self.connection).__enter__
            )
            with sdk.retry_safe(self.connect(), _TAG):
                # Another connection is another matter.
                self.compute.post('/servers', json={})
        self.assertNotIn(_TAG, self.tags_of(_CREATE))

    def test_limits_of_time(self) -> None:
        limits: list[Any] = []
        send = self.api.send

        def note(*args: Any, **kwargs: Any) -> Any:
            limits.append(kwargs['timeout'])
            return send(*args, **kwargs)

        with sdk.retry_safe(self.connection, answer_timeout=7):
            self.api.send = note  # type: ignore[method-assign]
            self.compute.post('/servers', json={})
            self.compute.post('/servers', json={}, timeout=3)
            self.compute.get('/servers')
        self.connection.session.timeout = 5
        with sdk.retry_safe(self.connection, answer_timeout=7):
            self.compute.post('/servers', json={})
        self.assertEqual([7, 3, 7, 5], limits)


class TestRefusals(RetryTestCase):
    def assertRefused(self, error: Any, *args: Any, **kwargs: Any) -> Any:
        block = sdk.retry_safe(*args, **kwargs)
        found = self.assertRaises(error, block.__enter__)
        self.assertEqual([], self.tags_of(_CREATE))
        return found

    def test_invalid_tags(self) -> None:
        for tag in ('', 'a b', 'detail', 'x' * 256, 7):
            self.assertRefused(InvalidTag, self.connection, tag)
        self.assertEqual([], self.api.requests)

    def test_no_compute(self) -> None:
        self.connection.config.disable_service('compute', 'Not wanted.')
        connection = self.connect()
        connection.config.disable_service('compute', 'Not wanted.')
        error = self.assertRefused(ServiceNotFound, connection)
        self.assertIn('Not wanted.', str(error))
        self.assertRefused(ServiceNotFound, object())

    def test_no_tasks(self) -> None:
        self.api.otherwise = {}
        self.assertRefused(TasksNotSupported, self.connection)

    def test_tasks_are_looked_for_once(self) -> None:
        for _ in range(3):
            with sdk.retry_safe(self.connection):
                pass
        self.assertEqual(1, len(self.api.requests))

    def test_unreachable(self) -> None:
        error = requests.ConnectionError('no route')
        self.api.send = lambda *_, **__: (_ for _ in ()).throw(error)  # type: ignore[method-assign]
        found = self.assertRefused(exceptions.ResourceTimeout, self.connection)
        self.assertIn('in vain for the compute API', str(found))
        self.assertLessEqual(sum(self.pauses), 15)


class TestLostAnswers(RetryTestCase):
    def test_the_request_arrived(self) -> None:
        self.lose(_CREATE)
        self.repeat(_CREATE)
        self.task()
        self.server()
        created = self.create()
        self.assertEqual(_SERVER, created.id)
        self.assertEqual('one', created.name)

    def test_it_did_not_arrive(self) -> None:
        self.lose(_CREATE, 3)
        self.api.answer(_CREATE, {'server': {'id': _SERVER}}, 202)
        self.assertEqual(_SERVER, self.create().id)
        self.assertEqual({_TAG}, set(self.tags_of(_CREATE)))

    def test_it_is_being_carried_out(self) -> None:
        self.lose(_CREATE)
        for state in ('pending', 'pending', 'running'):
            self.repeat(_CREATE)
            self.task(state=state, code=None)
        self.server()
        self.assertEqual(_SERVER, self.create().id)
        self.assertEqual(3, self.api.sent.count(_SHOW_TASK))

    def test_it_is_accepted_but_not_recorded_yet(self) -> None:
        self.repeat(_CREATE)
        self.task(state='pending', code=202)
        self.server()
        self.assertEqual(_SERVER, self.create().id)

    def test_the_server_is_not_known_yet(self) -> None:
        self.repeat(_CREATE)
        self.task(resource={})
        self.repeat(_CREATE)
        self.task()
        self.server()
        self.assertEqual(_SERVER, self.create().id)

    def test_its_process_ended_before_it_was_carried_out(self) -> None:
        self.lose(_CREATE)
        self.repeat(_CREATE)
        self.task(state='error', code=None, resource={})
        self.api.answer(_CREATE, {'server': {'id': _SERVER}}, 202)
        self.assertEqual(_SERVER, self.create().id)

    def test_answers_of_proxies(self) -> None:
        for status in (502, 503, 504, 429, 500):
            self.api.answer(_CREATE, None, status, {})
        self.api.answer(_CREATE, {'server': {'id': _SERVER}}, 202)
        self.assertEqual(_SERVER, self.create().id)

    def test_retry_after(self) -> None:
        headers = {**base.VERSION, 'Retry-After': '42'}
        self.api.answer(_CREATE, None, 503, headers)
        self.api.answer(_CREATE, {'server': {'id': _SERVER}}, 202)
        self.create()
        self.assertEqual([42], self.pauses)

    def test_the_key_of_another_header(self) -> None:
        headers = {**base.VERSION, 'Retry-After': '1'}
        self.api.answer(_CREATE, None, 409, headers)
        self.api.answer(_CREATE, {'server': {'id': _SERVER}}, 202)
        self.assertEqual(_SERVER, self.create().id)

    def test_the_api_fails_again_and_again(self) -> None:
        self.api.answer(_CREATE, {'computeFault': {}}, 500)
        error = self.assertRaises(exceptions.HttpException, self.create)
        self.assertEqual(500, error.status_code)
        self.assertEqual(3, self.api.sent.count(_CREATE))

    def test_time_passes(self) -> None:
        self.lose(_CREATE)
        error = self.assertRaises(
            exceptions.ResourceTimeout, self.create, timeout=30
        )
        self.assertIn(_TAG, str(error))
        self.assertIn('reset', str(error))
        self.assertLessEqual(sum(self.pauses), 30)

    def test_what_reads_is_sent_again(self) -> None:
        self.lose(_SHOW)
        self.api.answer(_SHOW, None, 503, {})
        self.server()
        with sdk.retry_safe(self.connection):
            found = self.compute.get_server(_SERVER)
        self.assertEqual('one', found.name)

    def test_the_answer_about_the_task_is_lost(self) -> None:
        self.repeat(_CREATE)
        self.lose(_SHOW_TASK)
        self.task()
        self.api.answer(_SHOW, None, 502, {})
        self.server()
        self.assertEqual(_SERVER, self.create().id)

    def test_what_changes_something_else_is_not(self) -> None:
        self.api.answer('POST /os-keypairs', None, 503, {})
        with sdk.retry_safe(self.connection):
            answer = self.compute.post('/os-keypairs', json={})
        self.assertEqual(503, answer.status_code)
        self.assertEqual(1, self.api.sent.count('POST /os-keypairs'))

    def test_the_answer_looks_like_one(self) -> None:
        self.repeat(_CREATE)
        self.task()
        self.server()
        with sdk.retry_safe(self.connection, _TAG):
            answer = self.compute.post('/servers', json={'server': {}})
        self.assertEqual(
            (202, 'Accepted'), (answer.status_code, answer.reason)
        )
        self.assertEqual(
            'req-062a20ef-5cf1-409d-af4a-73049d5ac0ec',
            answer.headers['x-openstack-request-id'],
        )
        self.assertEqual(_TASK, answer.headers['Task-Id'])
        self.assertEqual('one', answer.json()['server']['name'])
        self.assertEqual(f'{base.URL}/v2.1/servers', answer.url)


class TestOwnErrors(RetryTestCase):
    def test_refused(self) -> None:
        for status, error in (
            (400, exceptions.BadRequestException),
            (403, exceptions.ForbiddenException),
            (409, exceptions.ConflictException),
            (501, exceptions.HttpException),
        ):
            self.api.answers[_CREATE] = []
            self.api.answer(_CREATE, {'fault': {}}, status)
            self.assertRaises(error, self.create)
        self.assertEqual(4, self.api.sent.count(_CREATE))

    def test_as_keystoneauth_raises(self) -> None:
        self.api.answer(_CREATE, {'fault': {}}, 400)
        with sdk.retry_safe(self.connection):
            error = self.assertRaises(
                keystoneauth.BadRequest,
                self.compute.post,
                '/servers',
                json={},
                raise_exc=True,
            )
        self.assertEqual(400, error.http_status)

    def test_the_task_failed(self) -> None:
        self.lose(_CREATE)
        self.repeat(_CREATE)
        self.task(state='error', message='No valid host was found.')
        error = self.assertRaises(TaskFailed, self.create)
        self.assertIsInstance(error, exceptions.ResourceFailure)
        self.assertIn('No valid host', str(error))
        self.assertEqual(_SERVER, error.task.server_id)

    def test_the_task_failed_and_no_answer_is_recorded(self) -> None:
        self.lose(_CREATE)
        self.repeat(_CREATE)
        self.repeat(_CREATE)
        self.task(state='error', code=None)
        error = self.assertRaises(TaskFailed, self.create)
        self.assertEqual(_TASK, error.task.id)


class TestRemade(RetryTestCase):
    """The answers to changes that were carried out."""

    def remake(
        self, url: str, body: Any = None, method: str = 'POST', **task: Any
    ) -> Any:
        """Return the answer to a repeat."""
        path = f'/servers/{_SERVER}{url}'
        self.repeat(f'{method} {path}')
        self.task(code=None, **task)
        with sdk.retry_safe(self.connection, _TAG):
            return self.compute.request(path, method, json=body)

    def test_a_deletion(self) -> None:
        answer = self.remake('', method='DELETE', state='success')
        self.assertEqual((204, b''), (answer.status_code, answer.content))

    def test_an_action(self) -> None:
        answer = self.remake('/action', {'reboot': {'type': 'SOFT'}})
        self.assertEqual((202, b''), (answer.status_code, answer.content))

    def test_a_rebuild(self) -> None:
        self.server()
        answer = self.remake('/action', {'rebuild': {'imageRef': 'i'}})
        self.assertEqual('one', answer.json()['server']['name'])

    def test_an_image(self) -> None:
        error = self.assertRaises(
            AnswerLost,
            self.remake,
            '/action',
            {'createImage': {'name': 'i'}},
        )
        self.assertEqual(_TASK, error.task.id)

    def test_a_volume(self) -> None:
        url = '/os-volume_attachments'
        shown = {'volumeAttachment': {'volumeId': 'v', 'device': '/dev/vdb'}}
        self.api.answer(f'GET /servers/{_SERVER}{url}/v', shown)
        answer = self.remake(url, {'volumeAttachment': {'volumeId': 'v'}})
        self.assertEqual(200, answer.status_code)
        self.assertEqual(shown, answer.json())

    def test_a_share(self) -> None:
        shown = {'share': {'share_id': 's', 'status': 'inactive'}}
        self.api.answer(f'GET /servers/{_SERVER}/shares/s', shown)
        answer = self.remake('/shares', {'share': {'share_id': 's'}})
        self.assertEqual((201, shown), (answer.status_code, answer.json()))

    def test_changes_that_are_not_recorded(self) -> None:
        server = {'server': {'id': _SERVER, 'name': 'one'}}
        metadata = {'metadata': {'a': 'b', 'c': 'd'}}
        item = {'meta': {'a': 'b'}}
        tags = {'tags': ['a', 'b']}
        for method, url, body, code, shown in (
            ('PUT', '', {'server': {'name': 'one'}}, 200, server),
            ('POST', '/metadata', {'metadata': {'a': 'b'}}, 200, metadata),
            ('PUT', '/metadata', metadata, 200, metadata),
            ('PUT', '/metadata/a', item, 200, item),
            ('DELETE', '/metadata/a', None, 204, None),
            ('PUT', '/tags', tags, 200, tags),
            ('PUT', '/tags/a', None, 201, None),
            ('DELETE', '/tags', None, 204, None),
        ):
            path = f'/servers/{_SERVER}{url}'
            self.api.answers.pop(_SHOW_TASK, None)
            self.repeat(f'{method} {path}')
            self.task(code=code, state='success')
            if shown is not None:
                self.api.answer(f'GET {path}', shown)
            with sdk.retry_safe(self.connection, _TAG):
                answer = self.compute.request(path, method, json=body)
            self.assertEqual(code, answer.status_code, url)
            self.assertEqual(shown, answer.json() if shown else None)
            self.assertEqual(bool(shown), bool(answer.content))

    def test_metadata_of_a_server_that_is_deleted(self) -> None:
        self.assertRaises(
            AnswerLost, self.remake, '/metadata', {'metadata': {}}
        )

    def test_a_volume_that_is_not_there_any_more(self) -> None:
        self.assertRaises(
            AnswerLost,
            self.remake,
            '/os-volume_attachments',
            {'volumeAttachment': {'volumeId': 'v'}},
        )

    def test_interfaces(self) -> None:
        one = {'port_id': 'p1', 'net_id': 'n1'}
        two = {'port_id': 'p2', 'net_id': 'n2'}
        three = {'port_id': 'p3', 'net_id': 'n2'}
        url = '/os-interface'
        self.api.answer(
            f'GET /servers/{_SERVER}{url}',
            {'interfaceAttachments': [one, two, three]},
        )
        for wanted, found in (
            ({'port_id': 'p2'}, two),
            ({'net_id': 'n1'}, one),
            ({'net_id': 'n2', 'port_id': 'p3'}, three),
        ):
            answer = self.remake(url, {'interfaceAttachment': wanted})
            self.assertEqual({'interfaceAttachment': found}, answer.json())
        for wanted in ({'net_id': 'n2'}, {}, {'port_id': 'p9'}):
            self.assertRaises(
                AnswerLost, self.remake, url, {'interfaceAttachment': wanted}
            )

    def test_several_servers(self) -> None:
        body = {'server': {'min_count': 2, 'return_reservation_id': True}}
        self.repeat(_CREATE)
        self.task()
        name = 'OS-EXT-SRV-ATTR:reservation_id'
        shown = {'server': {'id': _SERVER, name: 'r-1'}}
        self.api.answer(_SHOW, shown)
        self.server()
        with sdk.retry_safe(self.connection, _TAG):
            answer = self.compute.post('/servers', json=body)
            self.assertEqual({'reservation_id': 'r-1'}, answer.json())
            self.assertRaises(
                AnswerLost, self.compute.post, '/servers', json=body
            )

    def test_a_server_that_is_deleted(self) -> None:
        self.repeat(_CREATE)
        self.task(state='success')
        self.assertEqual(_SERVER, self.create().id)
