# SPDX-License-Identifier: Apache-2.0
"""Changes of servers that the application records nowhere."""

import contextlib
import json
import re
from typing import Any

import sqlalchemy as sa

from nova_ext.db.facade import facade
from nova_ext.tests.functional.tasks import key_rules
from nova_ext.tests.functional.tasks import test_keys

_TASKS = re.compile(r'\btasks\b')
_UNKNOWN = (
    'The request was not answered, and no record is kept of such requests: '
    'it is not known whether it was carried out.'
)
#: Requests that the application of this service does not have; answers like
#: those of nova.
_CHANGES: tuple[tuple[str, str, str, int, Any], ...] = (
    ('update_metadata', 'POST', 'metadata', 200, {'metadata': {'a': 'b'}}),
    ('replace_metadata', 'PUT', 'metadata', 200, {'metadata': {}}),
    ('update_metadata', 'PUT', 'metadata/a', 200, {'meta': {'a': 'b'}}),
    ('delete_metadata', 'DELETE', 'metadata/a', 204, None),
    ('replace_tags', 'PUT', 'tags', 200, {'tags': ['a']}),
    ('delete_tags', 'DELETE', 'tags', 204, None),
    ('add_tag', 'PUT', 'tags/a', 201, None),
    ('delete_tag', 'DELETE', 'tags/a', 204, None),
    ('clear_password', 'DELETE', 'os-server-password', 204, None),
    (
        'update_volume_attachment',
        'PUT',
        'os-volume_attachments/v',
        202,
        {'volumeAttachment': {'volumeId': 'v'}},
    ),
)


@contextlib.contextmanager
def statements():
    """Yield a list of the statements on tasks, grown meanwhile."""
    found = []

    def note(_connection, _cursor, statement, *_):
        if _TASKS.search(statement):
            found.append(statement)

    with contextlib.ExitStack() as stack:
        for engine in facade.get_engines():
            listener = (engine, 'before_cursor_execute', note)
            sa.event.listen(*listener)
            stack.callback(sa.event.remove, *listener)
        yield found


class TestUnrecorded(test_keys.TestCase):
    """Their outcome is that of the answer."""

    def setUp(self):
        super().setUp()
        self.server = self.booted()
        self.path = f'/servers/{self.server}'

    def rename(self, name='two', **kwargs):
        headers = {}
        if 'key' in kwargs:
            headers['Idempotency-Key'] = kwargs.pop('key')
        body = {'server': {'name': name}}
        return self.ask('PUT', self.path, body, headers=headers, **kwargs)

    def newest(self):
        return self.tasks(self.server, '?limit=1')[0]

    def test_costs(self):
        """A change costs no more statements than an action does."""
        for _ in range(2):
            with statements() as changed:
                self.assertEqual(200, self.rename().status)
            with statements() as acted:
                answer = self.act(self.server, {'lock': None})
            self.assertEqual(202, answer.status)
        self.assertEqual((1, 1), (len(acted), len(changed)), changed)
        self.assertIn('INSERT INTO tasks', changed[0])
        with statements() as read:
            self.ask('GET', self.path)
        self.assertEqual([], read)
        # That of the action is found out, and of the change it is known.
        self.tasks(self.server)
        self.rename()
        with statements() as read:
            self.assertEqual('success', self.newest()['state'])
        self.assertEqual([], [s for s in read if s.startswith('UPDATE')])

    def test_a_lost_answer(self):
        for deed in (False, True):
            for names in (
                {'tag': self.new_tag()},
                {'key': key_rules.new_key()},
            ):
                with self.broken(deed):
                    self.assertEqual(500, self.rename(**names).status)
                again = self.rename(**names)
                self.assertEqual(200, again.status, again.text)
                self.assertEqual('two', again.json['server']['name'])
                lost, done = self.tasks(self.server)[1::-1]
                self.assertEqual(('error', 500), (lost['state'], lost['code']))
                self.assertEqual(_UNKNOWN, lost['message'])
                self.assertEqual('success', done['state'])
                if 'tag' in names:
                    self.assertRepeated(again, self.rename(**names))

    def test_a_body_that_is_too_long_to_store(self):
        self.filter().recorder.longest = 10
        key = key_rules.new_key()
        first = self.rename(key=key)
        again = self.rename(key=key)
        self.assertEqual((200, ''), (again.status, again.text))
        self.assertEqual('true', again.headers[key_rules.REBUILT])
        self.assertEqual(first.headers['task-id'], again.headers['task-id'])

    def test_all(self):
        """Each has a task of its own name, which ends with the answer."""
        calls: list[str] = []

        def application(environ, start_response):
            if environ['REQUEST_METHOD'] == 'GET':
                return inner(environ, start_response)
            calls.append(environ['PATH_INFO'])
            start_response(f'{status} Right', [('OpenStack-API-Version', 'x')])
            return [json.dumps(body).encode() if body else b'']

        upstream = self.filter().upstream
        inner = upstream.application
        upstream.application = application
        self.addCleanup(setattr, upstream, 'application', inner)
        for name, method, path, status, body in _CHANGES:
            calls.clear()
            tag, key = self.new_tag(), {'Idempotency-Key': key_rules.new_key()}
            url = f'{self.path}/{path}'
            untagged = self.ask(method, url, body)
            tagged = self.ask(method, url, body, tag=tag)
            first = self.ask(method, url, body, headers=key)
            for answer in (untagged, tagged, first):
                self.assertEqual(status, answer.status, path)
            again = self.ask(method, url, body, tag=tag)
            self.assertEqual(409, again.status)
            self.assertEqual('true', again.headers['task-repeat'])
            again = self.ask(method, url, body, headers=key)
            self.assertEqual((status, first.text), (again.status, again.text))
            self.assertEqual('true', again.headers[key_rules.REPLAYED])
            self.assertEqual(3, len(calls), path)
            found = self.tasks(self.server, '?limit=3')
            ids = [a.headers['task-id'] for a in (first, tagged, untagged)]
            self.assertEqual(ids, [task['uuid'] for task in found])
            for task in found:
                self.assertEqual(
                    (name, 'success', status),
                    (task['task'], task['state'], task['code']),
                )
