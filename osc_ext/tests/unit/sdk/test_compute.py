# SPDX-License-Identifier: Apache-2.0
"""Tests of tasks by openstacksdk."""

from typing import Any

from keystoneauth1.exceptions import ConnectFailure
from openstack import exceptions
from openstack.compute.v2.server import Server
import requests

from osc_ext import sdk
from osc_ext.exceptions import InvalidTag
from osc_ext.exceptions import TasksNotSupported
from osc_ext.sdk import compute
from osc_ext.tests import base

_TAG = 'deploy.web.1'
_URL = f'/servers/{_TAG}/tasks'
_LIST = f'GET {_URL}'
_NEXT = f'{_URL}?limit=3&marker=7cbf5252-a0a9-4222-93cf-43f890dbbebf'


class ComputeTestCase(base.TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.compute = sdk.register(self.connection).compute
        self.page = base.sample('os-server-tasks/server-tasks-list-resp')
        for link in self.page['tasks_links']:
            link['href'] = f'{base.URL}/v2.1{_NEXT}'

    def a_task(self, state: str) -> Any:
        """Return an answer with one task."""
        return {'tasks': [{**self.page['tasks'][0], 'state': state}]}


class TestTasks(ComputeTestCase):
    def test_lists_follow_pages(self) -> None:
        self.api.answer(_LIST, self.page)
        self.api.answer(f'GET {_NEXT}', {'tasks': self.page['tasks'][:1]})
        found = list(self.compute.server_tasks(_TAG))
        self.assertEqual(4, len(found))
        self.assertEqual([_LIST, f'GET {_NEXT}'], self.api.sent)
        create = found[2]
        self.assertEqual('7cbf5252-a0a9-4222-93cf-43f890dbbebf', create.id)
        self.assertEqual('create', create.task)
        self.assertEqual('success', create.state)
        self.assertTrue(create.has_ended)
        self.assertEqual(202, create.code)
        self.assertEqual(_TAG, create.tag)
        self.assertEqual(create.servers[0], create.server_id)
        self.assertEqual(2, len(create.servers))
        self.assertEqual(_TAG, create.server_or_tag)

    def test_a_list_is_a_generator(self) -> None:
        self.api.answer(_LIST, self.page)
        next(self.compute.server_tasks(_TAG))
        self.assertEqual([_LIST], self.api.sent)

    def test_filters(self) -> None:
        self.api.answer(
            f'{_LIST}?all_tenants=True'
            '&changes-since=2026-01-31T12%3A00%3A00Z&limit=2&state=error',
            {'tasks': []},
        )
        found = self.compute.server_tasks(
            _TAG,
            state='error',
            all_projects=True,
            changes_since='2026-01-31T12:00:00Z',
            limit=2,
        )
        self.assertEqual([], list(found))

    def test_tasks_of_the_project(self) -> None:
        self.api.answer('GET /os-server-tasks?state=error&tag=t', self.page)
        self.api.answer(f'GET {_NEXT}&state=error&tag=t', {'tasks': []})
        found = list(self.compute.project_tasks(state='error', tag='t'))
        self.assertEqual(3, len(found))
        self.assertEqual('pause', found[0].task)

    def test_an_api_without_lists_of_projects(self) -> None:
        self.assertRaises(
            TasksNotSupported, list, self.compute.project_tasks()
        )

    def test_a_task(self) -> None:
        shown = base.sample('os-server-tasks/server-task-show-resp')
        self.api.answer(f'{_LIST}/{shown["task"]["uuid"]}', shown)
        found = self.compute.get_server_task(shown['task']['uuid'], _TAG)
        self.assertEqual(shown['task']['request_id'], found.request_id)

    def test_a_task_of_the_project(self) -> None:
        shown = base.sample('os-server-tasks/project-task-show-resp')
        task_id = shown['task']['uuid']
        path = f'GET /os-server-tasks/{task_id}'
        self.api.answer(path, shown)
        found = self.compute.get_project_task(task_id)
        self.assertEqual(shown['task']['request_id'], found.request_id)
        self.api.answer(f'{path}?all_tenants=True', shown)
        again = self.compute.get_project_task(found, all_projects=True)
        self.assertEqual(task_id, again.id)

    def test_no_task_of_the_project(self) -> None:
        path = f'GET /os-server-tasks/{_TAG}'
        self.api.answer(path, {'itemNotFound': {}}, 404, base.VERSION)
        self.assertRaises(
            exceptions.NotFoundException, self.compute.get_project_task, _TAG
        )

    def test_a_server_in_place_of_its_id(self) -> None:
        server = Server(id='one')
        self.api.answer('GET /servers/one/tasks', {'tasks': []})
        self.assertEqual([], list(self.compute.server_tasks(server)))

    def test_invalid_tags_are_not_sent(self) -> None:
        for key in ('a b', 'detail', '', None, 1):
            self.assertRaises(InvalidTag, self.compute.server_tasks, key)
            self.assertRaises(
                InvalidTag, self.compute.get_server_task, 'id', key
            )
            self.assertRaises(InvalidTag, self.compute.wait_for_task, key)
        self.assertEqual([], self.api.sent)

    def test_no_such_tag(self) -> None:
        self.api.answer(_LIST, {'itemNotFound': {}}, 404)
        self.assertRaises(
            exceptions.NotFoundException,
            list,
            self.compute.server_tasks(_TAG),
        )

    def test_tasks_are_there(self) -> None:
        self.api.otherwise = base.VERSION
        compute.check_tasks(self.connection.compute)
        self.assertRegex(self.api.sent[0], r'^GET /servers/.{36}/tasks')

    def test_an_api_without_tasks(self) -> None:
        self.assertRaises(
            TasksNotSupported, list, self.compute.server_tasks(_TAG)
        )
        self.assertRaises(
            TasksNotSupported, self.compute.get_server_task, 'id', _TAG
        )
        self.assertRaises(
            TasksNotSupported, self.compute.get_project_task, 'id'
        )
        self.assertRaises(TasksNotSupported, compute.check_tasks, self.compute)


class TestWait(ComputeTestCase):
    def test_it_is_over_already(self) -> None:
        self.api.answer(_LIST, self.a_task('error'))
        [found] = self.compute.wait_for_task(_TAG)
        self.assertEqual('error', found.state)
        self.assertEqual([], self.pauses)

    def test_the_api_waits(self) -> None:
        self.api.answer(_LIST, self.a_task('pending'))
        self.api.answer(f'{_LIST}?wait=30', self.a_task('running'))
        self.api.answer(f'{_LIST}?wait=30', self.a_task('success'))
        seen: list[str] = []
        self.compute.wait_for_task(
            _TAG, callback=lambda tasks: seen.append(tasks[0].state)
        )
        self.assertEqual(['pending', 'running', 'success'], seen)

    def test_what_is_left_is_all_that_the_api_waits(self) -> None:
        self.api.answer(_LIST, self.a_task('pending'))
        self.api.answer(f'{_LIST}?wait=9', self.a_task('success'))
        self.compute.wait_for_task(_TAG, timeout=10)

    def test_an_answer_comes_within_the_limit_of_the_session(self) -> None:
        self.compute.session.timeout = 8
        self.api.answer(_LIST, self.a_task('pending'))
        self.api.answer(f'{_LIST}?wait=4', self.a_task('success'))
        self.compute.wait_for_task(_TAG)

    def test_an_api_that_does_not_wait(self) -> None:
        self.api.answer(f'{_LIST}?wait=30', {'badRequest': {}}, 400)
        for _ in range(12):
            self.api.answer(_LIST, self.a_task('running'))
        self.api.answer(_LIST, self.a_task('success'))
        self.compute.wait_for_task(_TAG)
        self.assertEqual(1, self.api.sent.count(f'{_LIST}?wait=30'))
        self.assertEqual(sorted(self.pauses), self.pauses)
        self.assertEqual(0.5, self.pauses[0])
        self.assertEqual(10, self.pauses[-1])

    def test_an_api_that_cannot_wait_now(self) -> None:
        headers = {**base.VERSION, 'Retry-After': '2'}
        self.api.answer(_LIST, self.a_task('running'))
        waiting = f'{_LIST}?wait=30'
        self.api.answer(waiting, self.a_task('running'), headers=headers)
        self.api.answer(waiting, self.a_task('success'))
        self.compute.wait_for_task(_TAG)
        self.assertEqual([0.5, 2], self.pauses)

    def test_more_tasks_than_a_page_has(self) -> None:
        first = {**self.page, 'tasks': self.page['tasks'][:1]}
        marker = first['tasks'][0]['uuid']
        self.api.answer(_LIST, first)
        self.api.answer(
            f'{_LIST}?marker={marker}', {'tasks': self.page['tasks'][1:]}
        )
        self.assertEqual(3, len(self.compute.wait_for_task(_TAG)))

    def test_retry_after(self) -> None:
        self.api.answer(_LIST, self.a_task('running'))
        waiting = f'{_LIST}?wait=30'
        headers = {**base.VERSION, 'Retry-After': '7'}
        self.api.answer(waiting, {'serviceUnavailable': {}}, 503, headers)
        self.api.answer(waiting, self.a_task('success'))
        self.compute.wait_for_task(_TAG)
        self.assertEqual(7, self.pauses[-1])

    def test_the_api_is_unreachable_for_a_while(self) -> None:
        waiting = f'{_LIST}?wait=30'
        self.api.answer(_LIST, self.a_task('running'))
        self.api.answer(waiting, requests.ConnectionError())
        self.api.answer(waiting, requests.Timeout())
        self.api.answer(waiting, self.a_task('success'))
        [found] = self.compute.wait_for_task(_TAG)
        self.assertEqual('success', found.state)

    def test_the_api_is_unreachable_from_the_start(self) -> None:
        self.api.answer(_LIST, requests.ConnectionError())
        self.assertRaises(ConnectFailure, self.compute.wait_for_task, _TAG)

    def test_other_errors_end_it(self) -> None:
        self.api.answer(_LIST, self.a_task('running'))
        self.api.answer(f'{_LIST}?wait=30', {'forbidden': {}}, 403)
        self.assertRaises(
            exceptions.ForbiddenException, self.compute.wait_for_task, _TAG
        )

    def test_time_passes(self) -> None:
        self.api.answer(_LIST, self.a_task('running'))
        for seconds in range(10):
            self.api.answer(f'{_LIST}?wait={seconds}', self.a_task('running'))
        error = self.assertRaises(
            exceptions.ResourceTimeout, self.compute.wait_for_task, _TAG, 10
        )
        self.assertIn(_TAG, str(error))
        self.assertLessEqual(sum(self.pauses), 10)
