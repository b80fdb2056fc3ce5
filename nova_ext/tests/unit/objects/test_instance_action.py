# SPDX-License-Identifier: Apache-2.0
"""Actions are stored and listed, newest first."""

from oslo_utils import fixture as time_fixture
from oslo_utils import timeutils

from ext_lib import context
from ext_lib import exception as ext_exception
from nova_ext import exception
from nova_ext.objects.fields import ActionName
from nova_ext.objects.instance import Instance
from nova_ext.objects.instance_action import InstanceAction
from nova_ext.objects.instance_action import InstanceActionList
from nova_ext.objects.instance_action_event import InstanceActionEvent
from nova_ext.tests import base


class ActionTestCase(base.DatabaseTestCase):
    def setUp(self):
        super().setUp()
        # Not every database keeps fractions of a second.
        now = timeutils.utcnow().replace(microsecond=0)
        self.time = self.useFixture(time_fixture.TimeFixture(now))
        self.context.timestamp = now
        instance = Instance(self.context, project_id=self.context.project_id)
        instance.create()
        self.uuid = instance.uuid

    def request(self):
        """Return the context of another request, a second later."""
        self.time.advance_time_seconds(1)
        return context.RequestContext(
            user_id=self.context.user_id,
            project_id=self.context.project_id,
        )

    def start(self, request=None, name=ActionName.STOP):
        request = request or self.request()
        return InstanceAction.action_start(request, self.uuid, name)


class TestInstanceAction(ActionTestCase):
    def test_fields_of_a_new_action(self):
        action = self.start(self.context)
        self.assertEqual('stop', action.action)
        self.assertEqual(self.uuid, action.instance_uuid)
        self.assertEqual(self.context.request_id, action.request_id)
        self.assertEqual(self.context.user_id, action.user_id)
        self.assertEqual(self.context.project_id, action.project_id)
        self.assertEqual(self.context.timestamp, action.start_time)
        self.assertEqual(self.context.timestamp, action.updated_at)
        self.assertIsNone(action.finish_time)
        self.assertIsNone(action.message)

    def test_it_is_found_by_its_request(self):
        started = self.start(self.context)
        found = InstanceAction.get_by_request_id(
            self.context, self.uuid, self.context.request_id
        )
        assert found is not None
        self.assertEqual(started.id, found.id)

    def test_a_request_that_did_nothing_has_none(self):
        found = InstanceAction.get_by_request_id(
            self.context, self.uuid, 'req-nothing'
        )
        self.assertIsNone(found)

    def test_the_result_can_be_left_there(self):
        started = InstanceAction.action_start(
            self.context, self.uuid, ActionName.STOP, want_result=False
        )
        self.assertIsNone(started)

    def test_it_finishes(self):
        self.start(self.context)
        action = InstanceAction.action_finish(self.context, self.uuid)
        self.assertEqual(action.finish_time, action.updated_at)
        self.assertEqual(timeutils.utcnow(), action.finish_time)

    def test_what_did_not_start_cannot_finish(self):
        self.assertRaises(
            exception.InstanceActionNotFound,
            InstanceAction.action_finish,
            self.context,
            self.uuid,
        )


class TestInstanceActionList(ActionTestCase):
    def setUp(self):
        super().setUp()
        self.requests = [self.request() for _ in range(3)]
        self.ids = [self.start(request).id for request in self.requests]

    def get(self, **kwargs):
        actions = InstanceActionList.get_by_instance_uuid(
            self.context, self.uuid, **kwargs
        )
        return [action.id for action in actions]

    def test_the_newest_is_first(self):
        self.assertEqual(self.ids[::-1], self.get())

    def test_it_comes_in_pages(self):
        marker = self.requests[2].request_id
        self.assertEqual([self.ids[1]], self.get(limit=1, marker=marker))

    def test_an_unknown_marker_is_an_error(self):
        self.assertRaises(
            ext_exception.MarkerNotFound, self.get, marker='req-nothing'
        )

    def test_it_can_be_filtered_by_time(self):
        when = self.requests[1].timestamp
        self.assertEqual(
            self.ids[:0:-1], self.get(filters={'changes-since': when})
        )
        self.assertEqual(
            self.ids[1::-1], self.get(filters={'changes-before': when})
        )

    def test_another_server_has_other_actions(self):
        self.uuid = 'another'
        self.assertEqual([], self.get())

    def test_a_page_takes_two_statements(self):
        before = len(self.statements)
        self.get(limit=2, marker=self.requests[2].request_id)
        self.assertEqual(2, len(self.statements) - before)


class TestRecovery(ActionTestCase):
    """Actions with open steps of a service that starts."""

    def begin(self, request, host='host1', event='compute_stop_instance'):
        InstanceActionEvent.event_start(request, self.uuid, event, host=host)

    def finish(self, request, host='host1', event='compute_stop_instance'):
        InstanceActionEvent.event_finish_with_failure(
            request, self.uuid, event, host=host
        )

    def test_what_was_never_begun(self):
        begun, accepted = self.request(), self.request()
        self.start(begun)
        self.begin(begun)
        waiting = self.start(accepted)
        found = InstanceActionList.get_without_events(self.context, self.uuid)
        self.assertEqual([waiting.id], [action.id for action in found])

    def test_what_a_host_did_not_end(self):
        ended, running, elsewhere = (self.request() for _ in range(3))
        self.start(ended)
        self.begin(ended)
        self.finish(ended)
        wanted = self.start(running)
        self.begin(running)
        self.begin(running, event='compute_detach')
        self.start(elsewhere)
        self.begin(elsewhere, host='host2')
        found = InstanceActionList.get_unfinished_by_host(
            self.context, 'host1'
        )
        self.assertEqual([wanted.id], [action.id for action in found])
