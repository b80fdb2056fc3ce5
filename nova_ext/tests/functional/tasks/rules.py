# SPDX-License-Identifier: Apache-2.0
"""The rules of the Task API, as any compute API behind the filter has them.

A test case inherits Rules and defines how to reach its API: ``ask``, the body
of a request for a server, and the tokens.
"""

import base64
import dataclasses
import json
from typing import Any
import uuid

import testtools

from ext_lib.testing import polling

ENDED = ('success', 'error')


@dataclasses.dataclass
class Answer:
    """An answer as a client sees it; names of headers in lower case."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


class TasksTestCase(testtools.TestCase):
    """Base of tests that reach a compute API behind the filter."""

    #: Tokens of two users of a project, of another project, of an admin.
    MEMBER: str
    OTHER: str
    ADMIN: str
    #: Id of a flavor to resize to.
    BIGGER: str

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        tag: str | None = None,
        token: str | None = None,
        version: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """Send a request below ``/v2.1`` and return the answer."""
        raise NotImplementedError

    def server_body(self, name, **values):
        """Return a request for a server."""
        raise NotImplementedError

    def new_tag(self):
        return f'tag-{uuid.uuid4().hex}'

    def create(self, tag=None, name='one', **values):
        body = self.server_body(name, **values)
        return self.ask('POST', '/servers', body, tag=tag)

    def act(self, server, action, tag=None, **kwargs):
        path = f'/servers/{server}/action'
        return self.ask('POST', path, action, tag=tag, **kwargs)

    def tasks(self, key, query='', **kwargs):
        answer = self.ask('GET', f'/servers/{key}/tasks{query}', **kwargs)
        self.assertEqual(200, answer.status, answer.text)
        return answer.json['tasks']

    def ended(self, key, **kwargs):
        """Return the tasks of a server or tag once all have ended."""

        def all_ended():
            found = self.tasks(key, **kwargs)
            return all(task['state'] in ENDED for task in found)

        polling.wait_until(all_ended, f'the tasks of {key}')
        return self.tasks(key, **kwargs)

    def booted(self, **values):
        """Return the id of a server that runs."""
        tag = self.new_tag()
        answer = self.create(tag, **values)
        self.assertEqual(202, answer.status, answer.text)
        [task] = self.ended(tag)
        self.assertEqual('success', task['state'], task)
        return task['resource']['server']

    def servers(self, name, **kwargs):
        """Return the ids of the servers of a name."""
        answer = self.ask('GET', f'/servers?name={name}', **kwargs)
        return [server['id'] for server in answer.json['servers']]

    def assertRepeated(self, first, again):
        self.assertEqual(409, again.status, again.text)
        fault = again.json['conflictingRequest']
        self.assertEqual('That request is already accepted.', fault['message'])
        self.assertEqual('true', again.headers['task-repeat'])
        self.assertEqual(first.headers['task-id'], again.headers['task-id'])
        self.assertEqual(first.headers['task-tag'], again.headers['task-tag'])


class Rules(TasksTestCase):
    """One test or more for each rule."""

    def test_1_every_change_makes_one_task(self):
        server = self.booted()
        self.assertEqual(202, self.act(server, {'os-stop': None}).status)
        self.ended(server)
        self.assertEqual(202, self.act(server, {'os-start': None}).status)
        self.ended(server)
        self.assertEqual(204, self.ask('DELETE', f'/servers/{server}').status)
        names = [task['task'] for task in self.ended(server)]
        self.assertEqual(['delete', 'start', 'stop', 'create'], names)

    def test_1_untagged_requests_have_a_task_id_only(self):
        answer = self.create()
        self.assertIn('task-id', answer.headers)
        self.assertNotIn('task-tag', answer.headers)
        server = answer.json['server']['id']
        [task] = self.ended(server)
        self.assertEqual(answer.headers['task-id'], task['uuid'])
        self.assertIsNone(task['tag'])

    def test_1_changes_that_the_application_does_not_record(self):
        server = self.booted()
        path = f'/servers/{server}'
        answer = self.ask('PUT', path, {'server': {'name': 'two'}})
        self.assertEqual(200, answer.status, answer.text)
        self.assertEqual('two', answer.json['server']['name'])
        # It is over with the answer, and stays so without the server.
        self.ask('DELETE', path)
        task = self.tasks(server)[1]
        self.assertEqual(answer.headers['task-id'], task['uuid'])
        self.assertEqual(('update', 'success'), (task['task'], task['state']))
        self.assertEqual((200, None), (task['code'], task['message']))
        self.assertEqual({'server': server}, task['resource'])

    def test_1_what_only_reads_makes_no_task(self):
        server = self.booted()
        for tag in (None, self.new_tag(), 'a,b'):
            # Whether there is a console or not.
            answer = self.act(server, {'os-getConsoleOutput': {}}, tag)
            self.assertNotIn('task-id', answer.headers)
            self.assertNotIn('task-tag', answer.headers)
        self.assertEqual(1, len(self.tasks(server)))

    def test_2_the_tag_comes_back_at_every_version(self):
        for version in (None, '2.37', '2.80'):
            tag = self.new_tag()
            answer = self.ask(
                'POST',
                '/servers/00000000-0000-4000-8000-000000000000/action',
                {'os-stop': None},
                tag=tag,
                version=version,
            )
            self.assertEqual(404, answer.status)
            self.assertEqual(tag, answer.headers['task-tag'])
            self.assertIn('task-id', answer.headers)

    def test_2_tags_that_can_be_none(self):
        server = self.booted()
        long = 'x' * 256
        for tag in (
            '', 'a,b', 'a b', 'a/b', 'a?b', 'a#b', '.', '..', 'detail',
            '%41', '\xe4', long,
        ):  # fmt: skip
            answer = self.act(server, {'os-stop': None}, tag)
            self.assertEqual(400, answer.status, tag)
            self.assertIn('badRequest', answer.json)
        self.assertEqual(1, len(self.tasks(server)))

    def test_2_requests_without_a_task(self):
        server = self.booted()
        answer = self.ask('PUT', '/os-services/enable', {}, tag='t')
        self.assertEqual(400, answer.status)
        self.assertEqual(404, self.ask('POST', '/nowhere', {}, tag='t').status)
        for tag in ('t', 'a,b'):
            answer = self.ask('GET', f'/servers/{server}', tag=tag)
            self.assertEqual(200, answer.status)
            self.assertNotIn('task-tag', answer.headers)

    def test_4_a_repeat_is_refused(self):
        tag = self.new_tag()
        first = self.create(tag, name=tag)
        self.assertEqual(202, first.status, first.text)
        self.assertRepeated(first, self.create(tag, name=tag))
        self.ended(tag)
        again = self.create(tag, name=tag)
        self.assertRepeated(first, again)
        self.assertIn(
            f'/servers/{tag}/tasks>; rel="tasks"', again.headers['link']
        )
        self.assertEqual(1, len(self.servers(tag)))

    def test_4_equal_requests_are_repeats(self):
        server, tag = self.booted(), self.new_tag()
        path = f'/servers/{server}/action'
        first = self.ask(
            'POST', path, b'{"reboot": {"type": "SOFT"}}', tag=tag
        )
        self.assertEqual(202, first.status, first.text)
        text = b'{ "reboot" :\n{"type":"\\u0053OFT"} }'
        for version in (None, '2.37'):
            again = self.ask('POST', path, text, tag=tag, version=version)
            self.assertRepeated(first, again)

    def test_4_a_rename_is_made_once(self):
        server, tag = self.booted(), self.new_tag()
        path = f'/servers/{server}'
        two, three = ({'server': {'name': n}} for n in ('two', 'three'))
        first = self.ask('PUT', path, two, tag=tag)
        self.assertEqual(200, first.status, first.text)
        self.assertEqual(200, self.ask('PUT', path, three).status)
        # A repeat would undo that.
        self.assertRepeated(first, self.ask('PUT', path, two, tag=tag))
        shown = self.ask('GET', path).json['server']
        self.assertEqual('three', shown['name'])
        [task] = self.tasks(tag)
        self.assertEqual(('update', 'success'), (task['task'], task['state']))

    def test_4_a_refused_rename_may_be_made_again(self):
        server, tag = self.booted(), self.new_tag()
        body = {'server': {'name': ''}}
        for _ in range(2):
            answer = self.ask('PUT', f'/servers/{server}', body, tag=tag)
            self.assertEqual(400, answer.status)
            self.assertNotIn('task-repeat', answer.headers)
        self.assertEqual([400] * 2, [t['code'] for t in self.tasks(tag)])

    def test_4_a_deletion_is_made_once(self):
        server, tag = self.booted(), self.new_tag()
        path = f'/servers/{server}'
        first = self.ask('DELETE', path, tag=tag)
        self.assertEqual(204, first.status)
        self.assertRepeated(first, self.ask('DELETE', path, tag=tag))
        self.ended(tag)
        self.assertRepeated(first, self.ask('DELETE', path, tag=tag))
        # Without the tag there is nothing to delete any more.
        self.assertEqual(404, self.ask('DELETE', path).status)

    def test_5_a_tag_groups_different_requests(self):
        server, tag = self.booted(), self.new_tag()
        self.assertEqual(202, self.act(server, {'os-stop': None}, tag).status)
        self.ended(tag)
        self.assertEqual(202, self.act(server, {'os-start': None}, tag).status)
        names = [task['task'] for task in self.ended(tag)]
        self.assertEqual(['start', 'stop'], names)

    def test_6_what_is_stored_of_a_refusal_has_no_secrets(self):
        secret = 'never-read-this'
        data = base64.b64encode(secret.encode()).decode()
        for values in (
            {'unknown': 1},
            {'networks': [{'uuid': secret}]},
            {'name': {'first': 'one'}},
        ):
            tag = self.new_tag()
            answer = self.create(
                tag, **{'adminPass': secret, 'user_data': data, **values}
            )
            self.assertEqual(400, answer.status, answer.text)
            [task] = self.tasks(tag)
            self.assertEqual('error', task['state'])
            self.assertNotIn(secret, task['message'])
            self.assertNotIn(data, task['message'])

    def test_6_a_refused_request_may_be_made_again(self):
        server, tag = self.booted(), self.new_tag()
        for _ in range(2):
            answer = self.act(server, {'unpause': None}, tag)
            self.assertEqual(409, answer.status)
            self.assertNotIn('task-repeat', answer.headers)
        tasks = self.tasks(tag)
        self.assertEqual(['error'] * 2, [task['state'] for task in tasks])
        self.assertEqual(409, tasks[0]['code'])
        self.assertIn("Cannot 'unpause'", tasks[0]['message'])
        self.assertEqual({'server': server}, tasks[0]['resource'])

    def test_6_a_request_for_what_is_not_there(self):
        tag = self.new_tag()
        path = f'/servers/{uuid.uuid4()}'
        ids = set()
        for _ in range(2):
            answer = self.ask('DELETE', path, tag=tag)
            self.assertEqual(404, answer.status)
            ids.add(answer.headers['task-id'])
        tasks = self.tasks(tag)
        self.assertEqual(ids, {task['uuid'] for task in tasks})
        self.assertEqual([404] * 2, [task['code'] for task in tasks])

    def test_7_states_are_found_out_on_reading(self):
        tag = self.new_tag()
        answer = self.create(tag)
        [task] = self.tasks(tag)
        self.assertIn(task['state'], ('pending', 'running', 'success'))
        [task] = self.ended(tag)
        self.assertEqual('success', task['state'])
        self.assertEqual(202, task['code'])
        self.assertIsNone(task['message'])
        server = answer.json['server']['id']
        self.assertEqual({'server': server}, task['resource'])

    def test_7_a_resize_has_ended_when_it_waits_for_its_user(self):
        server = self.booted()
        body = {'resize': {'flavorRef': self.BIGGER}}
        self.assertEqual(202, self.act(server, body).status)
        task = self.ended(server)[0]
        self.assertEqual(('resize', 'success'), (task['task'], task['state']))
        shown = self.ask('GET', f'/servers/{server}').json['server']
        self.assertEqual('VERIFY_RESIZE', shown['status'])
        self.act(server, {'confirmResize': None})
        task = self.ended(server)[0]
        self.assertEqual('confirmResize', task['task'])
        self.assertEqual('success', task['state'])

    def test_7_a_live_migration(self):
        server = self.booted()
        body = {'os-migrateLive': {'host': None, 'block_migration': 'auto'}}
        answer = self.act(server, body, token=self.ADMIN, version='2.30')
        self.assertEqual(202, answer.status, answer.text)
        admins = {'query': '?all_tenants=1', 'token': self.ADMIN}
        task = self.ended(server, **admins)[0]
        self.assertEqual('live-migration', task['task'])
        self.assertEqual('success', task['state'], task)

    def test_7_actions_without_events(self):
        server = self.booted()
        body = {'os-resetState': {'state': 'active'}}
        answer = self.act(server, body, token=self.ADMIN)
        self.assertEqual(202, answer.status, answer.text)
        tasks = self.ended(server, query='?all_tenants=1', token=self.ADMIN)
        self.assertEqual('resetState', tasks[0]['task'])
        self.assertEqual('success', tasks[0]['state'])
        self.assertEqual(202, self.act(server, {'lock': None}).status)
        self.assertEqual('success', self.ended(server)[0]['state'])

    def test_7_a_server_that_is_deleted_meanwhile(self):
        tag = self.new_tag()
        server = self.create(tag).json['server']['id']
        self.assertEqual(
            204, self.ask('DELETE', f'/servers/{server}', tag=tag).status
        )
        gone, made = self.ended(tag)
        self.assertEqual(('delete', 'success'), (gone['task'], gone['state']))
        self.assertEqual('create', made['task'])

    def test_8_who_sees_what(self):
        tag = self.new_tag()
        self.create(tag)
        [task] = self.ended(tag)
        server = task['resource']['server']
        path = f'/servers/{tag}/tasks/{task["uuid"]}'
        answer = self.ask('GET', path)
        self.assertEqual(tag, answer.headers['task-tag'])
        self.assertEqual(task['uuid'], answer.json['task']['uuid'])
        for key in (tag, server, f'{tag}/tasks/{task["uuid"]}'):
            path = f'/servers/{key}'
            path += '' if 'tasks' in key else '/tasks'
            answer = self.ask('GET', path, token=self.OTHER)
            self.assertEqual(404, answer.status)
        self.assertEqual([], self.tasks(server, token=self.ADMIN))
        all_tenants = {'query': '?all_tenants=1', 'token': self.ADMIN}
        self.assertEqual(1, len(self.tasks(server, **all_tenants)))
        path = f'/servers/{server}/tasks?all_tenants=1'
        self.assertEqual(403, self.ask('GET', path).status)

    def test_8_the_same_tag_in_another_project(self):
        tag = self.new_tag()
        self.assertEqual(202, self.create(tag).status)
        body = self.server_body('one')
        answer = self.ask('POST', '/servers', body, tag=tag, token=self.OTHER)
        self.assertEqual(202, answer.status)
        self.assertEqual(1, len(self.tasks(tag)))

    def test_8_pages(self):
        server, tag = self.booted(), self.new_tag()
        for _ in range(3):
            self.act(server, {'unpause': None}, tag)
        ids = [task['uuid'] for task in self.tasks(tag)]
        path = f'/servers/{tag}/tasks?limit=2'
        body = self.ask('GET', path).json
        self.assertEqual(ids[:2], [task['uuid'] for task in body['tasks']])
        [link] = body['tasks_links']
        rest = link['href'].partition(f'/servers/{tag}/tasks')[2]
        self.assertEqual(ids[2:], [t['uuid'] for t in self.tasks(tag, rest)])
        self.assertEqual([], self.tasks(tag, '?limit=0'))
        self.assertEqual([], self.tasks(tag, '?state=running'))
        self.assertEqual(3, len(self.tasks(tag, '?state=error')))
        self.assertEqual([], self.tasks(tag, '?changes-since=2999-01-01'))

    def test_8_what_cannot_be_asked(self):
        tag = self.new_tag()
        self.act(uuid.uuid4(), {'unpause': None}, tag)
        for query in (
            'x=1', 'state=done', 'limit=-1', 'marker=x', 'changes-since=x',
            f'marker={uuid.uuid4()}', 'all_tenants=perhaps',
        ):  # fmt: skip
            answer = self.ask('GET', f'/servers/{tag}/tasks?{query}')
            self.assertEqual(400, answer.status, query)

    def test_8_nothing_there(self):
        for key in ('no-such-tag', uuid.uuid4()):
            answer = self.ask('GET', f'/servers/{key}/tasks')
            self.assertEqual(404, answer.status)
            path = f'/servers/{key}/tasks/{uuid.uuid4()}'
            self.assertEqual(404, self.ask('GET', path).status)

    def test_8_tags_that_look_like_servers(self):
        server = self.booted()
        self.act(server, {'lock': None}, tag=server)
        other = self.booted(name='two')
        self.act(other, {'lock': None}, tag=server)
        tasks = self.ended(server)
        self.assertEqual(
            ['lock', 'lock', 'create'], [task['task'] for task in tasks]
        )
        answer = self.ask('GET', f'/servers/{server}/tasks')
        self.assertEqual(server, answer.headers['task-tag'])

    def test_8_tags_differ_by_case(self):
        tag = self.new_tag()
        server = self.booted()
        for one in (tag, tag.upper()):
            answer = self.act(server, {'lock': None}, one)
            self.assertEqual(202, answer.status)
            self.assertEqual(1, len(self.tasks(one)))

    def test_9_several_servers_are_one_task(self):
        for extra in ({}, {'return_reservation_id': True}):
            tag = self.new_tag()
            answer = self.create(
                tag, name=tag, min_count=3, max_count=3, **extra
            )
            self.assertEqual(202, answer.status, answer.text)
            [task] = self.ended(tag)
            self.assertEqual('success', task['state'], task)
            self.assertEqual(
                sorted(self.servers(tag)), sorted(task['servers'])
            )
            self.assertEqual(3, len(task['servers']))
            self.assertEqual(task['servers'][0], task['resource']['server'])
            for server in task['servers']:
                self.assertEqual([task], self._same(server, task))

    def _same(self, server, task):
        """Return a server's tasks with the links of another list."""
        return [{**t, 'links': task['links']} for t in self.tasks(server)]

    def test_tasks_of_deleted_servers_stay(self):
        server = self.booted()
        self.ask('DELETE', f'/servers/{server}', tag=self.new_tag())
        tasks = self.ended(server)
        self.assertEqual(['delete', 'create'], [t['task'] for t in tasks])
        self.assertEqual(['success'] * 2, [t['state'] for t in tasks])
