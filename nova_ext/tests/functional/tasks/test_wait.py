# SPDX-License-Identifier: Apache-2.0
"""Requests for tasks that wait until one of them changes."""

import contextlib
import threading
import time

import sqlalchemy as sa
import webob

from ext_lib.testing import polling
from ext_lib.wsgi import request
from nova_ext.db.facade import facade
from nova_ext.tests.functional.tasks import base

#: Longer than any answer takes that does not wait.
_LONG = 20
_RETRY_AFTER = 'Retry-After'


class Connections:
    """The connections to the database that are in use."""

    def __init__(self, test):
        self.used = 0
        self._lock = threading.Lock()
        for engine in facade.get_engines():
            for name, step in (('checkout', 1), ('checkin', -1)):
                listener = self._counter(step)
                sa.event.listen(engine.pool, name, listener)
                test.addCleanup(sa.event.remove, engine.pool, name, listener)

    def _counter(self, step):
        def count(*_args):
            with self._lock:
                self.used += step

        return count


class TestWait(base.TestCase):
    """Servers whose operations take as long as a test wants."""

    def setUp(self):
        super().setUp()
        self.settings.set('tasks', request_timeout=300)
        self.server = self.booted()

    def read(self, key, query='', multithread=True, stopping=None):
        """Return the answer to a request for tasks."""
        req = webob.Request.blank(f'/v2.1/servers/{key}/tasks{query}')
        req.headers['X-Auth-Token'] = self.MEMBER
        req.environ['wsgi.multithread'] = multithread
        if stopping is not None:
            req.environ[request.STOPPING] = stopping
        return req.get_response(self.app)

    @contextlib.contextmanager
    def reading(self, *args, **kwargs):
        """Send a request meanwhile; yields a list for the answer."""
        answers = []
        thread = threading.Thread(
            target=lambda: answers.append(self.read(*args, **kwargs))
        )
        thread.start()
        try:
            yield answers
        finally:
            thread.join(60)
        self.assertEqual(1, len(answers))

    def begin(self, seconds):
        """Let a task be under way for so long; return its tag."""
        self.settings.set('fake', seconds=float(seconds))
        tag = self.new_tag()
        answer = self.act(self.server, {'os-stop': None}, tag)
        self.assertEqual(202, answer.status, answer.text)
        return tag

    def states(self, answer):
        self.assertEqual(200, answer.status_int, answer.text)
        return [task['state'] for task in answer.json['tasks']]

    def test_what_has_ended_is_answered_at_once(self):
        began = time.monotonic()
        answer = self.read(self.server, f'?wait={_LONG}')
        self.assertEqual(['success'], self.states(answer))
        self.assertLess(time.monotonic() - began, _LONG)
        self.assertNotIn(_RETRY_AFTER, answer.headers)

    def test_the_end_is_waited_for(self):
        tag = self.begin(2)
        for query in ('', '&state=success', '&limit=1'):
            answer = self.read(tag, f'?wait={_LONG}{query}')
            self.assertEqual(['success'], self.states(answer), query)
        self.assertEqual(['success'], self.states(self.read(tag)))

    def test_tasks_of_other_pages_are_waited_for(self):
        tag = self.begin(2)
        self.act(self.server, {'unpause': None}, tag)
        answer = self.read(tag, f'?wait={_LONG}&limit=1')
        self.assertEqual(['error'], self.states(answer))
        answer = self.read(tag)
        self.assertEqual(['error', 'success'], self.states(answer))

    def test_a_change_is_answered(self):
        tag = self.begin(_LONG)
        with self.reading(tag, f'?wait={_LONG}') as answers:
            polling.wait_until(self.is_waiting, 'the request to wait')
            self.act(self.server, {'unpause': None}, tag)
        self.assertEqual(['error', 'running'], self.states(answers[0]))

    def test_the_time_is_over(self):
        tag = self.begin(_LONG)
        answer = self.read(tag, '?wait=1')
        self.assertEqual(['running'], self.states(answer))
        self.assertNotIn(_RETRY_AFTER, answer.headers)

    def waiting(self):
        """Return what the requests of this process wait with."""
        found = self.app.applications['/v2.1/+']
        while not hasattr(found, 'refusals'):
            found = found.application
        (_path, methods), *_others = found.tasks.table
        return methods['GET'].__self__.pages.waiting

    def is_waiting(self):
        return self.waiting()._places._value < self.conf.tasks.max_waiting

    def test_no_longer_than_the_operator_allows(self):
        tag = self.begin(_LONG)
        self.waiting().longest = 1
        began = time.monotonic()
        answer = self.read(tag, '?wait=999999999')
        self.assertEqual(['running'], self.states(answer))
        self.assertLess(time.monotonic() - began, _LONG)

    def test_where_none_may_wait(self):
        tag = self.begin(_LONG)
        self.waiting().longest = 0
        answer = self.read(tag, f'?wait={_LONG}')
        self.assertEqual(['running'], self.states(answer))
        self.assertEqual('2', answer.headers[_RETRY_AFTER])

    def test_a_worker_of_one_thread_does_not_wait(self):
        tag = self.begin(_LONG)
        answer = self.read(tag, f'?wait={_LONG}', multithread=False)
        self.assertEqual(['running'], self.states(answer))
        self.assertEqual('2', answer.headers[_RETRY_AFTER])

    def test_so_many_wait_at_a_time(self):
        tag = self.begin(_LONG)
        most = self.conf.tasks.max_waiting
        stopping = threading.Event()
        with contextlib.ExitStack() as stack:
            for _ in range(most):
                stack.enter_context(
                    self.reading(tag, f'?wait={_LONG}', stopping=stopping)
                )
            polling.wait_until(
                lambda: self.waiting()._places._value == 0, 'all to wait'
            )
            answer = self.read(tag, f'?wait={_LONG}')
            self.assertEqual(['running'], self.states(answer))
            self.assertEqual('2', answer.headers[_RETRY_AFTER])
            # Others are served.
            self.assertEqual(['running'], self.states(self.read(tag)))
            stopping.set()
        self.assertEqual(most, self.waiting()._places._value)

    def test_the_end_of_the_process_ends_the_wait(self):
        tag = self.begin(_LONG)
        stopping = threading.Event()
        began = time.monotonic()
        with self.reading(tag, f'?wait={_LONG}', stopping=stopping) as answers:
            polling.wait_until(self.is_waiting, 'the request to wait')
            stopping.set()
        self.assertEqual(['running'], self.states(answers[0]))
        self.assertLess(time.monotonic() - began, _LONG)

    def test_no_connection_is_held(self):
        tag = self.begin(_LONG)
        # Of the hosts and the conductor nothing is to be counted.
        connections = Connections(self)
        stopping = threading.Event()
        with self.reading(tag, f'?wait={_LONG}', stopping=stopping):
            polling.wait_until(self.is_waiting, 'the request to wait')
            polling.wait_until(
                lambda: connections.used == 0, 'no connection to be in use'
            )
            stopping.set()

    def test_what_cannot_be_asked(self):
        for value in ('', '-1', '1.5', 'x', '%201', '1' * 10, '%D9%A1'):
            answer = self.read(self.server, f'?wait={value}')
            self.assertEqual(400, answer.status_int, value)
        answer = self.read(self.server, '?wait=1&wait=2')
        self.assertEqual(400, answer.status_int)
        path = f'{self.server}/tasks/{self.tasks(self.server)[0]["uuid"]}'
        answer = self.ask('GET', f'/servers/{path}?wait=1')
        self.assertEqual(400, answer.status)

    def test_nothing_there(self):
        answer = self.read('no-such-tag', f'?wait={_LONG}')
        self.assertEqual(404, answer.status_int)

    def test_links_to_more_do_not_wait(self):
        answer = self.read(self.server, '?wait=1&limit=1')
        [link] = answer.json['tasks_links']
        self.assertNotIn('wait', link['href'])
