# SPDX-License-Identifier: Apache-2.0
"""Guarantees while the store fails, clocks differ and processes die."""

import contextlib
import datetime
from unittest import mock

import fixtures
from oslo_utils import timeutils

from ext_lib.testing import polling
from nova_ext.db import models
from nova_ext.db.api import task as task_db
from nova_ext.db.api import task_list as task_list_db
from nova_ext.db.facade import facade
from nova_ext.middleware import tasks
from nova_ext.objects.task import Task
from nova_ext.tests.functional.tasks import base


@contextlib.contextmanager
def _failing(name, does=False):
    """Let a question to the database fail; yields what is called instead.

    :param does: whether it is answered first, and just the answer is lost
    """
    right = getattr(task_db, name)

    def fail(*args):
        if does:
            right(*args)
        raise RuntimeError('no store')

    with mock.patch.object(
        task_db, name, autospec=True, side_effect=fail
    ) as failing:
        yield failing


class TestStoreDown(base.TestCase):
    """Rule 11."""

    def setUp(self) -> None:
        super().setUp()
        self.server = self.booted()
        self.log.logger.output  # noqa: B018 - from here on

    def test_tagged_requests_are_refused_before_they_act(self):
        with _failing('task_create'):
            answer = self.create('tag', name='never')
        self.assertEqual(503, answer.status)
        self.assertIn('serviceUnavailable', answer.json)
        self.assertEqual([], self.servers('never'))

    def test_untagged_requests_go_through(self):
        with _failing('task_create_answered'):
            answer = self.act(self.server, {'lock': None})
        self.assertEqual(202, answer.status)
        self.assertNotIn('task-id', answer.headers)
        self.assertIn('The task of request', self.log.output)

    def test_a_url_that_leads_nowhere_still_does(self):
        path = f'/servers/{self.server}/os-interface'
        with _failing('task_destroy'):
            answer = self.ask('POST', path, {}, tag=self.new_tag())
        self.assertEqual(404, answer.status)
        self.assertIn('is about no server', self.log.output)

    def test_an_outcome_is_stored_when_the_store_is_back(self):
        self.settings.set('tasks', request_timeout=300)
        tag = self.new_tag()
        with _failing('task_answer') as failing:
            answer = self.act(self.server, {'lock': None}, tag)
            self.assertEqual(202, answer.status)
            again = self.act(self.server, {'lock': None}, tag)
            self.assertEqual(409, again.status)
            [task] = self.tasks(tag)
            self.assertIsNone(task['code'])
            self.assertEqual(3, failing.call_count)
        self.assertEqual(1, self.log.output.count('is stored later'))
        [task] = self.tasks(tag)
        self.assertEqual((202, 'success'), (task['code'], task['state']))

    def test_a_refusal_is_stored_when_the_store_is_back(self):
        self.settings.set('tasks', request_timeout=300)
        tag = self.new_tag()
        with _failing('task_answer'):
            answer = self.act(self.server, {'unpause': None}, tag)
        self.assertEqual(409, answer.status)
        again = self.act(self.server, {'unpause': None}, tag)
        self.assertEqual(409, again.status)
        self.assertNotIn('task-repeat', again.headers)

    def test_a_refused_request_leaves_no_reservation(self):
        self.settings.set('tasks', request_timeout=300)
        tag = self.new_tag()
        with _failing('task_create', does=True):
            self.assertEqual(503, self.create(tag, name=tag).status)
        self.assertEqual(202, self.create(tag, name=tag).status)
        [task] = self.tasks(tag)
        self.assertEqual([task['resource']['server']], self.servers(tag))

    def test_misconfigured(self):
        path = self.useFixture(fixtures.TempDir()).join('tasks.conf')
        for text in (None, '[database\n', '[database]\nconnection = x://y'):
            if text is not None:
                with open(path, 'w') as file:
                    file.write(text)
            make = tasks.filter_factory({}, config_file=path)
            self.addCleanup(facade.configure, self.conf)
            self.assertIsNotNone(make(mock.Mock()))
        self.assertIn('Tasks are not configured', self.log.output)


class TestUnknownOutcomes(base.TestCase):
    """Rules 6, 7 and 10: the answer is lost, or the tag's time is over."""

    def fail_after(self, error):
        """Let the application do its work, and then fail."""
        filtered = self.filter()
        inner = filtered.upstream.application

        def broken(environ, start_response):
            if environ['REQUEST_METHOD'] == 'GET':
                return inner(environ, start_response)
            inner(environ, lambda *_: None)
            raise error

        filtered.upstream.application = broken
        self.addCleanup(setattr, filtered.upstream, 'application', inner)

    def filter(self):
        """Return the filter of the pipeline."""
        found = self.app.applications['/v2.1/+']
        while not isinstance(found, tasks.TasksFilter):
            found = found.application
        return found

    def test_an_exception_after_the_deed(self):
        tag = self.new_tag()
        self.fail_after(RuntimeError('gone'))
        self.assertEqual(500, self.create(tag, name=tag).status)
        self.doCleanups_of_filter()
        self.assertEqual(409, self.create(tag, name=tag).status)
        [task] = self.ended(tag)
        self.assertEqual('success', task['state'])
        self.assertEqual([task['resource']['server']], self.servers(tag))

    def doCleanups_of_filter(self):
        filtered = self.filter()
        filtered.upstream.application = filtered.application

    def test_an_exception_before_the_deed(self):
        tag = self.new_tag()
        filtered = self.filter()

        def broken(environ, start_response):
            raise RuntimeError('at once')

        filtered.upstream.application = broken
        self.assertEqual(500, self.create(tag, name=tag).status)
        filtered.upstream.application = filtered.application
        self.assertEqual(202, self.create(tag, name=tag).status)
        states = sorted(t['state'] for t in self.ended(tag))
        self.assertEqual(['error', 'success'], states)
        self.assertEqual(1, len(self.servers(tag)))

    def test_the_application_and_the_store_fail_together(self):
        self.settings.set('tasks', request_timeout=300)
        tag = self.new_tag()
        self.fail_after(RuntimeError('gone'))
        with _failing('task_answer'):
            self.assertEqual(500, self.create(tag, name=tag).status)
        self.doCleanups_of_filter()
        self.assertEqual(409, self.create(tag, name=tag).status)
        [task] = self.ended(tag)
        self.assertEqual((500, 'success'), (task['code'], task['state']))
        self.assertEqual([task['resource']['server']], self.servers(tag))

    def test_the_time_of_a_tag_is_over(self):
        tag, server = self.new_tag(), self.booted()
        self.act(server, {'lock': None}, tag)
        self.ended(tag)
        self.assertEqual(409, self.act(server, {'lock': None}, tag).status)
        self.settings.set('tasks', tag_lifetime=1)
        polling.wait_until(
            lambda: self.act(server, {'lock': None}, tag).status == 202,
            'the end of the tag',
        )
        self.assertEqual(2, len(self.tasks(tag)))

    def pending(self, **values):
        """Leave a task as one whose request is being worked on."""
        tag = self.new_tag()

        def stop(step):
            if step == tasks.RESERVED:
                raise KeyboardInterrupt

        tasks.crash_observers.append(stop)
        try:
            self.create(tag, name=tag)
        except KeyboardInterrupt:
            pass
        finally:
            tasks.crash_observers.remove(stop)
        row = models.Task
        task = task_list_db.task_get_all_by_filters(
            self.context, {'key': tag}
        )[0]
        found = Task.from_row(self.context, task)
        found.change(**values)
        self.assertEqual(row.__tablename__, 'tasks')
        return tag

    def test_while_its_owner_lives_it_is_pending(self):
        self.settings.set('tasks', request_timeout=300)
        tag = self.pending()
        self.assertEqual(409, self.create(tag, name=tag).status)
        [task] = self.tasks(tag)
        self.assertEqual('pending', task['state'])
        self.assertIsNone(task['code'])

    def test_resolved_at_once_when_its_owner_is_down(self):
        self.settings.set('tasks', request_timeout=300)
        tag = self.pending()
        owner = task_list_db.task_get_all_by_filters(
            self.context, {'key': tag}
        )[0].owner
        again = self.pending(owner=f'{owner}0')
        self.assertEqual(202, self.create(again, name=again).status)
        self.assertEqual(409, self.create(tag, name=tag).status)

    def test_when_its_owner_is_elsewhere_it_takes_the_timeout(self):
        self.settings.set('tasks', request_timeout=1)
        tag = self.pending(owner='elsewhere/1.1')
        polling.wait_until(
            lambda: self.create(tag, name=tag).status == 202, 'the timeout'
        )
        self.assertEqual(1, len(self.servers(tag)))

    def test_the_clock_of_this_machine_does_not_matter(self):
        self.settings.set('tasks', request_timeout=300)
        tag = self.pending(owner='elsewhere/1.1')
        for hours in (-5, 5):
            then = timeutils.utcnow() + datetime.timedelta(hours=hours)
            with mock.patch.object(
                timeutils, 'utcnow', autospec=True, return_value=then
            ):
                answer = self.create(tag, name=tag)
            self.assertEqual(409, answer.status)
        self.assertEqual([], self.servers(tag))
