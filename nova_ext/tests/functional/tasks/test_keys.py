# SPDX-License-Identifier: Apache-2.0
"""Idempotency keys when answers are lost, too long, secret or old."""

import contextlib
from unittest import mock

import sqlalchemy as sa

from ext_lib.testing import polling
from nova_ext.db import models
from nova_ext.db.api import task_key as task_key_db
from nova_ext.db.facade import facade
from nova_ext.middleware import tasks
from nova_ext.objects.task_purge import OldTasks
from nova_ext.tests.functional.tasks import base
from nova_ext.tests.functional.tasks import key_rules

_RETRY_AFTER = 'retry-after'


@contextlib.contextmanager
def _failing(name, does=False):
    """Let a statement fail; yields what is called instead.

    :param does: whether it takes effect first
    """
    right = getattr(task_key_db, name)

    def fail(*args):
        if does:
            right(*args)
        raise RuntimeError('no store')

    with mock.patch.object(
        task_key_db, name, autospec=True, side_effect=fail
    ) as failing:
        yield failing


class TestCase(key_rules.KeyTestCase, base.TestCase):
    """A test that looks into the store."""

    def filter(self):
        """Return the filter of the pipeline."""
        found = self.app.applications['/v2.1/+']
        while not isinstance(found, tasks.TasksFilter):
            found = found.application
        return found

    def keys(self):
        """Return all that is stored of keys."""
        with facade.get_engine().connect() as connection:
            rows = connection.execute(sa.select(models.TaskKey.__table__))
            return [dict(row._mapping) for row in rows]

    def broken(self, deed):
        """Have the application fail, after the deed or before it."""
        filtered = self.filter()
        inner = filtered.application

        def application(environ, start_response):
            if environ['REQUEST_METHOD'] == 'GET':
                return inner(environ, start_response)
            if deed:
                inner(environ, lambda *_: None)
            raise RuntimeError('gone')

        filtered.upstream.application = application
        return contextlib.closing(
            mock.Mock(
                close=lambda: setattr(filtered.upstream, 'application', inner)
            )
        )


class TestStored(TestCase):
    def test_nothing_secret_is_stored(self):
        secret = 'never-read-this'
        key, name = f'"{secret}-key"', self.new_tag()
        values = {'adminPass': f'{secret}-given', 'user_data': 'bmV2ZXI='}
        first = self.make(key, name, **values)
        self.assertEqual(202, first.status, first.text)
        self.assertEqual(f'{secret}-given', first.json['server']['adminPass'])
        self.assertSameServer(first, self.make(key, name, **values))
        [row] = self.keys()
        self.assertNotIn(secret, str(row))
        self.assertNotIn('adminPass', row['body'])
        self.assertEqual('["adminPass"]', row['omitted'])
        self.assertFault(422, self.make(key, name))

    def test_a_generated_password_is_not_stored(self):
        first = self.make(key_rules.new_key())
        [row] = self.keys()
        self.assertTrue(first.json['server']['adminPass'])
        self.assertNotIn(first.json['server']['adminPass'], str(row))

    def test_a_long_answer_is_rebuilt(self):
        self.filter().recorder.longest = 10
        key, name = key_rules.new_key(), self.new_tag()
        first = self.make(key, name)
        [row] = self.keys()
        self.assertIsNone(row['body'])
        again = self.make(key, name)
        self.assertReplayed(first, again, rebuilt=True)
        self.assertEqual('"adminPass"', again.headers[key_rules.OMITTED])
        made, shown = first.json['server'], again.json['server']
        for member in ('id', 'links', 'OS-DCF:diskConfig'):
            self.assertEqual(made[member], shown[member])
        self.assertNotIn('adminPass', shown)

    def test_a_request_without_a_key_leaves_none(self):
        self.act(self.booted(), {'lock': None})
        self.assertEqual([], self.keys())

    def test_a_url_that_leads_nowhere_leaves_none(self):
        server = self.booted()
        path = f'/servers/{server}/os-interface'
        answer = self.send('POST', path, {}, key=key_rules.new_key())
        self.assertEqual(404, answer.status)
        self.assertEqual([], self.keys())

    def test_keys_go_with_their_tasks(self):
        server = self.booted()
        key = key_rules.new_key()
        self.do(key, server, {'lock': None})
        self.ended(server)
        self.assertEqual(1, len(self.keys()))
        with facade.get_engine().connect() as connection:
            latest = sa.func.max(models.Task.ended_at)
            now = connection.execute(sa.select(latest)).scalar()
        now = now.replace(year=now.year + 1)
        removed = sum(OldTasks(now, now).purge(self.context, 100))
        self.assertEqual(2, removed)
        self.assertEqual([], self.keys())
        first = self.do(key, server, {'lock': None})
        self.assertNotIn(key_rules.REPLAYED, first.headers)

    def test_the_time_of_a_key_is_over(self):
        server, key = self.booted(), key_rules.new_key()
        self.do(key, server, {'lock': None})
        self.settings.set('tasks', key_lifetime=1)
        polling.wait_until(
            lambda: (
                key_rules.REPLAYED
                not in self.do(key, server, {'lock': None}).headers
            ),
            'the end of the key',
        )
        self.assertEqual(3, len(self.tasks(server)))

    def test_a_tag_may_protect_for_longer_than_a_key(self):
        server, tag = self.booted(), self.new_tag()
        key = key_rules.new_key()
        self.do(key, server, {'lock': None}, tag=tag)
        self.settings.set('tasks', key_lifetime=1)
        polling.wait_until(
            lambda: (
                self.do(key, server, {'lock': None}, tag=tag).status == 409
            ),
            'the end of the key',
        )
        self.assertEqual(1, len(self.tasks(tag)))


class TestUnknown(TestCase):
    """The first request has no answer, or its answer is lost."""

    def test_while_the_first_is_unanswered(self):
        self.settings.set('tasks', request_timeout=300)
        server, key = self.booted(), key_rules.new_key()
        inner = self.filter().upstream.application
        seen = []

        def application(environ, start_response):
            if environ['REQUEST_METHOD'] == 'POST' and not seen:
                seen.append(None)
                seen.append(self.do(key, server, {'lock': None}))
                seen.append(self.do(key, server, {'unlock': None}))
            return inner(environ, start_response)

        self.filter().upstream.application = application
        first = self.do(key, server, {'lock': None})
        self.filter().upstream.application = inner
        self.assertEqual(202, first.status, first.text)
        self.assertFault(409, seen[1])
        self.assertEqual('1', seen[1].headers[_RETRY_AFTER])
        self.assertEqual(first.headers['task-id'], seen[1].headers['task-id'])
        self.assertNotIn('task-repeat', seen[1].headers)
        self.assertFault(422, seen[2])
        self.assertReplayed(first, self.do(key, server, {'lock': None}))

    def test_the_answer_is_stored_when_the_store_is_back(self):
        self.settings.set('tasks', request_timeout=300)
        server, key = self.booted(), key_rules.new_key()
        with _failing('task_answer_with_key'):
            first = self.do(key, server, {'lock': None})
            self.assertEqual(202, first.status)
            again = self.do(key, server, {'lock': None})
            self.assertFault(409, again)
            self.assertIn(_RETRY_AFTER, again.headers)
        self.assertReplayed(first, self.do(key, server, {'lock': None}))

    def test_the_store_took_the_answer_and_did_not_say_so(self):
        self.settings.set('tasks', request_timeout=300)
        server, key = self.booted(), key_rules.new_key()
        with _failing('task_answer_with_key', does=True):
            first = self.do(key, server, {'lock': None})
        for _ in range(2):
            self.assertReplayed(first, self.do(key, server, {'lock': None}))

    def test_nothing_is_done_without_the_store(self):
        key, name = key_rules.new_key(), self.new_tag()
        for does in (False, True):
            with _failing('task_create_with_key', does=does):
                answer = self.make(key, name)
            message = self.assertFault(503, answer)
            self.assertIn('Idempotency-Key', message)
            self.assertEqual('10', answer.headers[_RETRY_AFTER])
            self.assertEqual([], self.servers(name))
        self.assertEqual(202, self.make(key, name).status)
        self.assertEqual(1, len(self.servers(name)))

    def test_an_exception_after_the_deed(self):
        key, name = key_rules.new_key(), self.new_tag()
        with self.broken(deed=True):
            self.assertEqual(500, self.make(key, name).status)
        again = self.make(key, name)
        self.assertEqual(202, again.status, again.text)
        self.assertEqual('true', again.headers[key_rules.REBUILT])
        [server] = self.servers(name)
        made = again.json['server']
        self.assertEqual(server, made['id'])
        self.assertEqual('"adminPass"', again.headers[key_rules.OMITTED])
        self.assertEqual('MANUAL', made['OS-DCF:diskConfig'])
        shown = self.ask('GET', f'/servers/{server}').json['server']
        self.assertEqual(shown['links'], made['links'])
        self.assertEqual(made['links'][0]['href'], again.headers['location'])
        self.assertIn('openstack-api-version', again.headers)
        self.ended(server)
        self.ask('DELETE', f'/servers/{server}')
        self.ended(server)
        gone = self.make(key, name)
        self.assertEqual(
            {'id': server, 'links': made['links']}, gone.json['server']
        )

    def test_several_servers_of_a_lost_answer(self):
        key, name = key_rules.new_key(), self.new_tag()
        values = {'max_count': 2, 'return_reservation_id': True}
        with self.broken(deed=True):
            self.assertEqual(500, self.make(key, name, **values).status)
        again = self.make(key, name, **values)
        self.assertEqual(202, again.status, again.text)
        [server, _other] = self.servers(name)
        admins = {'token': self.ADMIN, 'version': '2.3'}
        shown = self.ask('GET', f'/servers/{server}', **admins)
        self.assertEqual(
            shown.json['server']['OS-EXT-SRV-ATTR:reservation_id'],
            again.json['reservation_id'],
        )

    def test_an_exception_before_the_deed(self):
        key, name = key_rules.new_key(), self.new_tag()
        with self.broken(deed=False):
            self.assertEqual(500, self.make(key, name).status)
        first = self.make(key, name)
        self.assertEqual(202, first.status)
        self.assertNotIn(key_rules.REPLAYED, first.headers)
        self.assertSameServer(first, self.make(key, name))
        self.assertEqual(1, len(self.servers(name)))

    def test_lost_answers_without_a_body(self):
        server = self.booted()
        for body in ({'reboot': {'type': 'SOFT'}}, {'unlock': None}):
            key = key_rules.new_key()
            with self.broken(deed=True):
                self.assertEqual(500, self.do(key, server, body).status)
            again = self.do(key, server, body)
            self.assertEqual((202, ''), (again.status, again.text))
            self.assertEqual('true', again.headers[key_rules.REBUILT])
            self.assertNotIn(key_rules.OMITTED, again.headers)
            self.ended(server)
        key, path = key_rules.new_key(), f'/servers/{server}'
        with self.broken(deed=True):
            self.assertEqual(500, self.send('DELETE', path, key=key).status)
        self.assertEqual(204, self.send('DELETE', path, key=key).status)
