# SPDX-License-Identifier: Apache-2.0
"""The rules of idempotency keys, before any compute API.

A test case inherits KeyRules as it does Rules.
"""

import uuid

from nova_ext.tests.functional.tasks import rules

REPLAYED = 'idempotency-replayed'
REBUILT = 'idempotency-rebuilt'
REQUEST_ID = 'idempotency-request-id'
OMITTED = 'idempotency-omitted'


def new_key():
    """Return a value of the header."""
    return f'"{uuid.uuid4()}"'


class KeyTestCase(rules.TasksTestCase):
    """Base of tests that send keys."""

    def send(self, method, path, body=None, *, key, **kwargs):
        """Send a request with a key."""
        headers = {'Idempotency-Key': key, **kwargs.pop('headers', {})}
        return self.ask(method, path, body, headers=headers, **kwargs)

    def make(self, key, name='one', *, tag=None, token=None, **values):
        """Send a request for a server."""
        body = self.server_body(name, **values)
        return self.send(
            'POST', '/servers', body, key=key, tag=tag, token=token
        )

    def do(self, key, server, action, **kwargs):
        """Send a request for an action."""
        path = f'/servers/{server}/action'
        return self.send('POST', path, action, key=key, **kwargs)

    def assertReplayed(self, first, again, rebuilt=False):
        """Check that an answer is the first one, and says so."""
        self.assertEqual(first.status, again.status, again.text)
        self.assertEqual('true', again.headers[REPLAYED])
        self.assertEqual(
            'true' if rebuilt else None, again.headers.get(REBUILT)
        )
        self.assertEqual(
            first.headers['x-openstack-request-id'], again.headers[REQUEST_ID]
        )
        self.assertNotEqual(
            first.headers['x-openstack-request-id'],
            again.headers['x-openstack-request-id'],
        )
        for name in ('task-id', 'task-tag', 'location'):
            self.assertEqual(
                first.headers.get(name), again.headers.get(name), name
            )

    def assertSameServer(self, first, again, rebuilt=False):
        """Check that a repeat got the answer of a request for a server."""
        self.assertReplayed(first, again, rebuilt)
        made = first.json['server']
        self.assertNotIn('adminPass', again.text)
        self.assertEqual('"adminPass"', again.headers[OMITTED])
        made.pop('adminPass')
        self.assertEqual(made, again.json['server'])

    def assertFault(self, status, answer):
        self.assertEqual(status, answer.status, answer.text)
        self.assertNotIn(REPLAYED, answer.headers)
        [fault] = answer.json.values()
        self.assertEqual(status, fault['code'])
        return fault['message']


class KeyRules(KeyTestCase):
    """One test or more for each rule."""

    def test_a_repeat_gets_the_first_answer(self):
        key, name = new_key(), self.new_tag()
        first = self.make(key, name)
        self.assertEqual(202, first.status, first.text)
        self.assertNotIn(REPLAYED, first.headers)
        self.assertIn('task-id', first.headers)
        for _ in range(2):
            again = self.make(key, name)
            self.assertSameServer(first, again)
            self.assertEqual(
                first.headers['content-type'], again.headers['content-type']
            )
        server = first.json['server']['id']
        [task] = self.ended(server)
        self.assertIsNone(task['tag'])
        self.assertSameServer(first, self.make(key, name))
        self.assertEqual([server], self.servers(name))

    def test_it_is_in_the_form_of_the_first(self):
        server, key = self.booted(), new_key()
        first = self.do(key, server, {'lock': None}, version='2.37')
        again = self.do(key, server, {'lock': None}, version='2.42')
        self.assertReplayed(first, again)
        self.assertIn('2.37', first.headers['openstack-api-version'])
        self.assertEqual(
            first.headers['openstack-api-version'],
            again.headers['openstack-api-version'],
        )

    def test_answers_without_a_body(self):
        server = self.booted()
        key = new_key()
        first = self.do(key, server, {'lock': None})
        self.assertEqual(202, first.status)
        again = self.do(key, server, {'lock': None})
        self.assertReplayed(first, again)
        self.assertEqual('', again.text)
        self.assertNotIn(OMITTED, again.headers)
        self.act(server, {'unlock': None})
        key = new_key()
        first = self.send('DELETE', f'/servers/{server}', key=key)
        self.assertEqual(204, first.status)
        self.assertReplayed(
            first, self.send('DELETE', f'/servers/{server}', key=key)
        )
        self.ended(server)
        self.assertReplayed(
            first, self.send('DELETE', f'/servers/{server}', key=key)
        )

    def test_changes_that_the_application_does_not_record(self):
        server, key = self.booted(), new_key()
        path = f'/servers/{server}'
        body = {'server': {'name': 'two'}}
        first = self.send('PUT', path, body, key=key)
        self.assertEqual(200, first.status, first.text)
        again = self.send('PUT', path, body, key=key)
        self.assertReplayed(first, again)
        self.assertEqual(first.json, again.json)
        other = {'server': {'name': 'three'}}
        self.assertFault(422, self.send('PUT', path, other, key=key))
        names = [task['task'] for task in self.ended(server)]
        self.assertEqual(['update', 'create'], names)

    def test_what_says_the_same_is_a_repeat(self):
        server, key = self.booted(), new_key()
        first = self.do(key, server, b'{"reboot": {"type": "SOFT"}}')
        self.assertEqual(202, first.status, first.text)
        text = b'{ "reboot" :\n{"type":"\\u0053OFT"} }'
        # A parameter of the field has no meaning.
        self.assertReplayed(first, self.do(f'{key};a=1 ', server, text))

    def test_another_request_needs_another_key(self):
        key, name = new_key(), self.new_tag()
        first = self.make(key, name)
        self.assertFault(422, self.make(key, f'{name}-2'))
        server = first.json['server']['id']
        self.assertFault(422, self.do(key, server, {'lock': None}))
        self.assertFault(
            422, self.send('DELETE', f'/servers/{server}', key=key)
        )
        self.assertSameServer(first, self.make(key, name))
        self.ended(server)
        self.assertFault(422, self.make(key, f'{name}-2'))
        self.assertEqual(['create'], [t['task'] for t in self.tasks(server)])

    def test_a_refused_request_leaves_its_key(self):
        server, key = self.booted(), new_key()
        for _ in range(2):
            self.assertFault(409, self.do(key, server, {'unpause': None}))
        self.assertFault(400, self.do(key, server, {'reboot': {'type': 1}}))
        first = self.do(key, server, {'lock': None})
        self.assertEqual(202, first.status, first.text)
        self.assertReplayed(first, self.do(key, server, {'lock': None}))

    def test_each_project_and_user_has_keys_of_their_own(self):
        key, name = new_key(), self.new_tag()
        first = self.make(key, name)
        for token in (self.OTHER, self.ADMIN):
            other = self.make(key, name, token=token)
            self.assertEqual(202, other.status, other.text)
            self.assertNotIn(REPLAYED, other.headers)
            self.assertNotEqual(first.json['server'], other.json['server'])
        self.assertSameServer(first, self.make(key, name))
        self.assertEqual(1, len(self.servers(name)))

    def test_keys_differ_by_case(self):
        key, name = '"key-' + self.new_tag() + '"', self.new_tag()
        first = self.make(key, name)
        other = self.make(key.upper(), name)
        self.assertEqual(202, other.status)
        self.assertNotEqual(first.json['server'], other.json['server'])

    def test_keys_that_can_be_none(self):
        server = self.booted()
        for key in (
            '', 'abc', '""', '"', '"a', '"a"x', '"a", "b"', '"a\xe4"', "'a'",
            '1', '?1', ':YQ==:', '"a";', '"\\a"', f'"{"x" * 256}"',
            str(uuid.uuid4()),
        ):  # fmt: skip
            message = self.assertFault(
                400, self.do(key, server, {'os-stop': None})
            )
            self.assertIn('Invalid Idempotency-Key', message, key)
        self.assertEqual(1, len(self.tasks(server)))
        longest = f'"{uuid.uuid4().hex}{"x" * 223}"'
        self.assertEqual(202, self.do(longest, server, {'lock': None}).status)

    def test_requests_without_a_task(self):
        server = self.booted()
        key = new_key()
        path = f'/servers/{server}'
        message = self.assertFault(
            400, self.send('PUT', '/os-services/enable', {}, key=key)
        )
        self.assertIn('Idempotency-Key is not supported', message)
        nowhere = self.send('POST', '/nowhere', {}, key=key)
        self.assertEqual(404, nowhere.status)
        for one in (key, 'abc'):
            answer = self.send('GET', path, key=one)
            self.assertEqual(200, answer.status)
            self.assertEqual('one', answer.json['server']['name'])

    def test_with_a_tag(self):
        key, tag = new_key(), self.new_tag()
        first = self.make(key, tag, tag=tag)
        self.assertEqual(202, first.status, first.text)
        self.assertEqual(tag, first.headers['task-tag'])
        # The key replays, with the tag or without it.
        self.assertSameServer(first, self.make(key, tag, tag=tag))
        self.assertSameServer(first, self.make(key, tag))
        # The tag refuses, without the key or with a new one.
        self.assertRepeated(first, self.create(tag, name=tag))
        self.assertRepeated(first, self.make(new_key(), tag, tag=tag))
        # Another tag contradicts the key.
        message = self.assertFault(
            400, self.make(key, tag, tag=self.new_tag())
        )
        self.assertIn('Task-tag', message)
        self.assertFault(422, self.make(key, f'{tag}-2', tag=tag))
        [task] = self.ended(tag)
        self.assertEqual([task['resource']['server']], self.servers(tag))

    def test_a_tag_groups_requests_with_keys(self):
        server, tag = self.booted(), self.new_tag()
        for action in ('lock', 'unlock'):
            key = new_key()
            first = self.do(key, server, {action: None}, tag=tag)
            self.assertEqual(202, first.status, first.text)
            self.assertReplayed(
                first, self.do(key, server, {action: None}, tag=tag)
            )
        names = [task['task'] for task in self.ended(tag)]
        self.assertEqual(['unlock', 'lock'], names)

    def test_a_tag_comes_too_late(self):
        key, tag = new_key(), self.new_tag()
        self.assertEqual(202, self.make(key, tag).status)
        self.assertFault(400, self.make(key, tag, tag=tag))

    def test_a_refused_request_leaves_both(self):
        server, tag, key = self.booted(), self.new_tag(), new_key()
        for _ in range(2):
            answer = self.do(key, server, {'unpause': None}, tag=tag)
            self.assertFault(409, answer)
            self.assertNotIn('task-repeat', answer.headers)
        other = self.do(key, server, {'lock': None}, tag=self.new_tag())
        self.assertEqual(202, other.status)

    def test_bad_names_of_both_kinds(self):
        server = self.booted()
        for key, tag, why in (
            ('abc', 'a,b', 'Task-tag'),
            ('abc', 'a', 'Idempotency-Key'),
            ('"a"', 'a,b', 'Task-tag'),
        ):
            answer = self.do(key, server, {'lock': None}, tag=tag)
            self.assertIn(f'Invalid {why}', self.assertFault(400, answer))

    def test_several_servers(self):
        for extra in ({}, {'return_reservation_id': True}):
            key, name = new_key(), self.new_tag()
            values = {'min_count': 2, 'max_count': 2, **extra}
            first = self.make(key, name, **values)
            self.assertEqual(202, first.status, first.text)
            again = self.make(key, name, **values)
            if extra:
                self.assertReplayed(first, again)
                self.assertEqual(first.json, again.json)
            else:
                self.assertSameServer(first, again)
            self.assertEqual(2, len(self.servers(name)))
