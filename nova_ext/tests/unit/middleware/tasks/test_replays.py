# SPDX-License-Identifier: Apache-2.0
"""Unit tests of what is stored of an answer."""

import json
from typing import Any

from nova_ext.middleware.tasks import replays
from nova_ext.middleware.tasks import upstream
from nova_ext.objects.task import Task
from nova_ext.tests import base


def answer(body, headers=()):
    """Return an answer of the application."""
    return upstream.Answer('202 Accepted', list(headers), None, body)


class TestStored(base.TestCase):
    def stored(self, body: Any, headers=(), longest=100):
        if not isinstance(body, bytes):
            body = json.dumps(body).encode()
        return replays.stored(answer(body, headers), longest)

    def test_a_body_without_secrets_stays_as_it_is(self):
        for body in (b'', b'{ "a":\n1.0}', '{"a": "\xe4"}'.encode()):
            found = self.stored(body)
            self.assertEqual(body.decode(), found['body'])
            self.assertEqual('[]', found['omitted'])
            self.assertEqual('202 Accepted', found['status'])

    def test_secrets_are_left_out(self):
        found = self.stored({'server': {'id': 'a', 'adminPass': 'secret'}})
        self.assertEqual({'server': {'id': 'a'}}, json.loads(found['body']))
        self.assertEqual(['adminPass'], json.loads(found['omitted']))

    def test_of_what_is_no_text_of_json_nothing_is_stored(self):
        for body in (b'adminPass=secret', b'\xff', b'{', b'[' * 10**5):
            found = self.stored(body, longest=10**6)
            self.assertIsNone(found['body'])
            self.assertEqual('202 Accepted', found['status'])

    def test_so_many_bytes_and_no_more(self):
        body = '"\xe4"'
        raw = body.encode()
        self.assertEqual(body, self.stored(raw, longest=4)['body'])
        self.assertIsNone(self.stored(raw, longest=3)['body'])
        self.assertEqual('', self.stored(b'', longest=0)['body'])

    def test_few_headers_are_stored(self):
        found = self.stored(
            b'',
            [
                ('Location', 'http://a'),
                ('content-type', 'application/json'),
                ('Content-Length', '2'),
                ('X-Subject-Token', 'secret'),
                ('Set-Cookie', 'secret'),
            ],
        )
        self.assertEqual(
            {'Location': 'http://a', 'content-type': 'application/json'},
            json.loads(found['headers']),
        )


class TestMarks(base.TestCase):
    def test_names_that_clients_made_up_forge_no_header(self):
        task = Task(request_id='req-1', uuid=base.PROJECT, tag=None)
        names = [
            'password\r\nX: 1',
            'pass"word\\',
            '\u20ac-password',
            'p' * 99,
        ]
        marks = replays._marks(task, names * 10)
        omitted = marks[replays.OMITTED]
        self.assertTrue(omitted.isascii())
        self.assertTrue(omitted.isprintable())
        self.assertTrue(
            omitted.startswith(
                '"password??X: 1", "pass\\"word\\\\", "?-password", "'
            )
        )
        self.assertEqual(20, len(omitted.split('", "')))
