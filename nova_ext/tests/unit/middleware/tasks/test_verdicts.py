# SPDX-License-Identifier: Apache-2.0
"""Unit tests of verdicts on requests."""

import datetime

from oslo_utils import timeutils

from nova_ext.middleware.tasks import verdicts
from nova_ext.tests import base

_TIMEOUT = datetime.timedelta(seconds=300)


def at(seconds):
    moment = timeutils.utcnow() - datetime.timedelta(seconds=100 - seconds)
    return moment.isoformat(timespec='microseconds')


def event(name, start, finish=None, result='Success', **more):
    return {
        'event': name,
        'start_time': at(start),
        'finish_time': finish and at(finish),
        'result': finish and result,
        **more,
    }


def action(*events, message=None, age=0):
    """Return an action; ``events`` are the newest first."""
    updated = timeutils.utcnow() - datetime.timedelta(seconds=age)
    return {
        'events': list(events),
        'message': message,
        'updated_at': updated.isoformat(timespec='microseconds'),
    }


def server(task_state=None, status='ACTIVE', **more):
    return {'OS-EXT-STS:task_state': task_state, 'status': status, **more}


class TestJudge(base.TestCase):
    def assertJudged(self, state, name, action, server):
        verdict = verdicts.judge(name, action, server, _TIMEOUT)
        self.assertEqual(state, verdict.state)
        return verdict

    def test_between_two_events(self):
        done = action(event('conductor_live_migrate_instance', 1, 2))
        self.assertJudged(
            'running', 'live-migration', done, server('migrating')
        )
        self.assertJudged('success', 'live-migration', done, server())

    def test_accepted_and_not_begun(self):
        self.assertJudged('running', 'stop', action(), server('powering-off'))
        self.assertJudged('running', 'confirmResize', action(), server())

    def test_the_server_is_busy_with_something_else(self):
        done = action(event('compute_reboot_instance', 1, 2))
        self.assertJudged('success', 'reboot', done, server('powering-off'))

    def test_an_event_runs(self):
        running = action(event('compute_attach_volume', 1))
        self.assertJudged('running', 'attach_volume', running, server())

    def test_of_two_with_one_name_the_wrong_one_was_ended(self):
        twice = action(
            event('compute__do_build_and_run_instance', 5),
            event('compute__do_build_and_run_instance', 1, 9),
        )
        self.assertJudged('success', 'create', twice, server())

    def test_a_build_that_succeeds_on_the_second_host(self):
        name = 'compute__do_build_and_run_instance'
        tries = action(
            event(name, 3, 4),
            event(name, 1, 2, 'Error'),
            message='Error',
        )
        self.assertJudged('running', 'create', tries, server('scheduling'))
        self.assertJudged(
            'running', 'create', tries, server(None, status='BUILD')
        )
        self.assertJudged('success', 'create', tries, server())

    def test_failures_have_a_reason(self):
        failed = action(
            event('compute_stop_instance', 1, 2, 'Error'), message='Error'
        )
        verdict = self.assertJudged('error', 'stop', failed, server())
        self.assertEqual('compute_stop_instance failed.', verdict.message)
        broken = server(status='ERROR', fault={'message': 'No host.'})
        verdict = self.assertJudged('error', 'stop', failed, broken)
        self.assertEqual('No host.', verdict.message)
        failed['events'][0]['details'] = 'Too hot.'
        verdict = self.assertJudged('error', 'stop', failed, broken)
        # Which only administrators may read.
        self.assertEqual('No host.', verdict.message)

    def test_it_ended_when_its_last_event_did(self):
        done = action(event('b', 3, 4), event('a', 1, 2))
        verdict = self.assertJudged('success', 'stop', done, server())
        self.assertEqual(
            done['events'][0]['finish_time'],
            verdict.ended_at.isoformat(timespec='microseconds'),
        )

    def test_the_server_is_gone(self):
        self.assertJudged('success', 'delete', None, None)
        self.assertJudged('success', 'delete', action(), None)
        self.assertJudged('error', 'stop', None, None)
        running = action(event('compute_stop_instance', 1))
        verdict = self.assertJudged('error', 'stop', running, None)
        self.assertEqual('The server was deleted.', verdict.message)
        done = action(event('compute_stop_instance', 1, 2))
        self.assertJudged('success', 'stop', done, None)

    def test_the_server_is_about_to_go(self):
        leaving = server(status='DELETED')
        running = action(event('compute_terminate_instance', 1))
        self.assertJudged('running', 'delete', running, leaving)
        self.assertJudged('pending', 'delete', None, leaving)
        kept = server(status='SOFT_DELETED')
        self.assertJudged('success', 'delete', None, kept)

    def test_without_events(self):
        self.assertJudged('success', 'resetState', action(), server())
        self.assertJudged('success', 'addSecurityGroup', None, server())

    def test_nothing_is_recorded_yet(self):
        self.assertJudged('pending', 'create', None, server(status='BUILD'))

    def test_given_up(self):
        old = action(event('compute_stop_instance', 1), age=400)
        self.assertJudged('running', 'stop', old, server('powering-off'))
        verdict = self.assertJudged('error', 'stop', old, server())
        self.assertIn('never finished', verdict.message)

    def test_several_servers(self):
        pending, running = verdicts.PENDING, verdicts.RUNNING
        success = verdicts.SUCCESS
        error = verdicts.Verdict('error', 'why')
        for state, found in (
            ('pending', [success, pending, running]),
            ('running', [success, running, error]),
            ('error', [success, error]),
            ('success', [success, success]),
        ):
            self.assertEqual(state, verdicts.combine(found).state)
