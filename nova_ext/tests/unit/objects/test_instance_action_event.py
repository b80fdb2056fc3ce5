# SPDX-License-Identifier: Apache-2.0
"""The steps of an action tell who took them and how they ended."""

import sys

from oslo_utils import fixture as time_fixture
from oslo_utils import timeutils

from nova_ext import exception
from nova_ext.objects.fields import EventResult
from nova_ext.objects.instance import Instance
from nova_ext.objects.instance_action import InstanceAction
from nova_ext.objects.instance_action_event import InstanceActionEvent
from nova_ext.objects.instance_action_event import InstanceActionEventList
from nova_ext.tests import base

EVENT = 'compute_stop_instance'


class EventTestCase(base.DatabaseTestCase):
    def setUp(self):
        super().setUp()
        # Not every database keeps fractions of a second.
        now = timeutils.utcnow().replace(microsecond=0)
        self.time = self.useFixture(time_fixture.TimeFixture(now))
        instance = Instance(self.context, project_id=self.context.project_id)
        instance.create()
        self.uuid = instance.uuid
        self.action = InstanceAction.action_start(
            self.context, self.uuid, 'stop'
        )

    def start(self, event=EVENT, host='host1', **kwargs):
        return InstanceActionEvent.event_start(
            self.context, self.uuid, event, host=host, **kwargs
        )

    def finish(self, event=EVENT, host='host1', **kwargs):
        self.time.advance_time_seconds(1)
        return InstanceActionEvent.event_finish_with_failure(
            self.context, self.uuid, event, host=host, **kwargs
        )

    def get_action(self):
        return InstanceAction.get_by_request_id(
            self.context, self.uuid, self.context.request_id
        )

    def events(self):
        return InstanceActionEventList.get_by_action(
            self.context, self.action.id
        )


class TestStart(EventTestCase):
    def test_fields_of_a_new_event(self):
        event = self.start()
        self.assertEqual(EVENT, event.event)
        self.assertEqual('host1', event.host)
        self.assertEqual(self.action.id, event.action_id)
        self.assertIsNotNone(event.start_time)
        self.assertIsNone(event.finish_time)
        self.assertIsNone(event.result)

    def test_the_action_has_changed(self):
        event = self.start()
        self.assertEqual(event.start_time, self.get_action().updated_at)

    def test_a_request_without_an_action_has_no_steps(self):
        self.context.request_id = 'req-nothing'
        self.assertRaises(exception.InstanceActionNotFound, self.start)

    def test_the_result_can_be_left_there(self):
        self.assertIsNone(self.start(want_result=False))


class TestFinish(EventTestCase):
    def test_without_a_traceback_it_went_well(self):
        self.start()
        event = self.finish(exc_val=ValueError('of no account'))
        self.assertEqual(EventResult.SUCCESS, event.result)
        self.assertIsNone(event.traceback)
        self.assertEqual('host1', event.host)
        self.assertGreater(event.finish_time, event.start_time)
        self.assertEqual(event.finish_time, self.get_action().updated_at)
        self.assertIsNone(self.get_action().message)

    def test_no_failure_means_success(self):
        self.start()
        event = InstanceActionEvent.event_finish_with_failure(
            self.context, self.uuid, EVENT, host='host1'
        )
        self.assertEqual(EventResult.SUCCESS, event.result)

    def assertEndsWith(self, text, end):
        self.assertEqual(end, text[-len(end) :])

    def fail_in_a_frame(self):
        try:
            raise ValueError('secret')
        except ValueError:
            _, error, frames = sys.exc_info()
        return self.finish(exc_val=error, exc_tb=frames)

    def test_a_failure_keeps_its_frames_and_then_its_message(self):
        self.start()
        event = self.fail_in_a_frame()
        self.assertEqual(EventResult.ERROR, event.result)
        self.assertIn('in fail_in_a_frame', event.traceback)
        self.assertEndsWith(event.traceback, '\nValueError: secret\n')

    def test_details_of_a_foreign_error_are_its_class(self):
        self.start()
        self.assertEqual('ValueError', self.fail_in_a_frame().details)

    def test_details_of_an_own_error_are_its_message(self):
        error = exception.NoValidHost(reason='None\nis up.')
        self.start()
        event = self.finish(exc_val=error, exc_tb='frames')
        self.assertEqual('No valid host was found. None is up.', event.details)

    def test_details_fit_what_nova_shows(self):
        self.start()
        error = exception.NoValidHost('ü\0' * 200)
        event = self.finish(exc_val=error, exc_tb='frames')
        self.assertEqual(255, len(event.details))
        self.assertNotIn('\0', event.details)

    def test_success_has_no_details(self):
        self.start()
        self.assertIsNone(self.finish(exc_val=ValueError()).details)

    def test_a_failure_marks_the_action(self):
        self.start()
        self.fail_in_a_frame()
        self.assertEqual('Error', self.get_action().message)

    def test_frames_may_be_text_already(self):
        self.start()
        event = self.finish(exc_val='what', exc_tb='frames')
        self.assertEqual('frames', event.traceback)
        # Nor is the text of a peer told, which may be of a foreign error.
        self.assertIsNone(event.details)

    def test_of_two_steps_of_a_name_the_later_one_ends(self):
        first, second = self.start(), self.start()
        self.assertEqual(second.id, self.finish().id)
        self.assertEqual(first.id, self.finish().id)

    def test_each_host_ends_its_own(self):
        here, _ = self.start(host='host1'), self.start(host='host2')
        self.assertEqual(here.id, self.finish(host='host1').id)

    def test_a_step_that_does_not_run_cannot_end(self):
        self.start()
        self.finish()
        self.assertRaises(exception.InstanceActionEventNotFound, self.finish)


class TestInstanceActionEventList(EventTestCase):
    def test_the_newest_is_first(self):
        ids = [self.start(name).id for name in ('one', 'two')]
        self.assertEqual(ids[::-1], [event.id for event in self.events()])

    def test_a_host_knows_what_it_did_not_end(self):
        self.start('ended')
        self.finish('ended')
        running = self.start('running')
        self.start('elsewhere', host='host2')
        found = InstanceActionEventList.get_unfinished_by_host(
            self.context, 'host1'
        )
        self.assertEqual([running.id], [event.id for event in found])
