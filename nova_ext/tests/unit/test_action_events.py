# SPDX-License-Identifier: Apache-2.0
"""Steps are recorded once, with their host, and end even after a crash."""

import contextlib

from ext_lib.db import fixture
from nova_ext import action_events
from nova_ext import exception
from nova_ext.db.facade import facade
from nova_ext.objects.fields import ActionName
from nova_ext.objects.instance_action import InstanceAction
from nova_ext.objects.instance_action_event import InstanceActionEventList
from nova_ext.tests import base
from nova_ext.tests.unit import servers
from nova_ext.virt.driver import Interrupted

_NAME = 'compute_stop_instance'
_OPEN = (_NAME, 'host1', None)
_DONE = (_NAME, 'host1', 'Success')
_FAILED = (_NAME, 'host1', 'Error')


class EventsTestCase(base.DatabaseTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.instance = servers.make_instance()
        self.request = servers.make_action(self.instance)

    def begin(self, host: str = 'host1') -> None:
        action_events.Step(
            self.request, self.instance.uuid, _NAME, host
        ).begin()

    def record(
        self, host: str = 'host1', is_resumed: bool = False
    ) -> contextlib.AbstractContextManager[None]:
        return action_events.Step(
            self.request, self.instance.uuid, _NAME, host, is_resumed
        ).recorded()

    def steps(self) -> list[servers.Step]:
        return servers.steps(self.instance, self.request)

    def action(self) -> InstanceAction:
        found = InstanceAction.get_by_request_id(
            self.request, self.instance.uuid, self.request.request_id
        )
        assert found is not None
        return found


class RecordedTestCase(EventsTestCase):
    def test_step_is_open_while_it_runs(self) -> None:
        with self.record():
            self.assertEqual([_OPEN], self.steps())
        self.assertEqual([_DONE], self.steps())
        self.assertIsNone(self.action().message)

    def test_failure_keeps_its_trace_and_marks_the_action(self) -> None:
        error = ValueError('secret')

        def fail() -> None:
            with self.record():
                raise error

        self.assertRaises(ValueError, fail)
        self.assertEqual([_FAILED], self.steps())
        self.assertEqual('Error', self.action().message)
        event = InstanceActionEventList.get_by_action(
            self.request, self.action().id
        )[0]
        self.assertIn('in fail', str(event.traceback))
        self.assertIn('\nValueError: secret\n', str(event.traceback))
        self.assertEqual('ValueError', event.details)

    def test_error_without_traceback(self) -> None:
        error = exception.OperationInterrupted(host='host1')
        action_events.Step(
            self.request, self.instance.uuid, _NAME, 'host1'
        ).fail(error)
        event = InstanceActionEventList.get_by_action(
            self.request, self.action().id
        )[0]
        self.assertIn('host1 ended amid', str(event.traceback))
        self.assertEqual(str(error), event.details)

    def test_end_of_the_process_is_no_failure(self) -> None:
        def end() -> None:
            with self.record():
                raise Interrupted()

        self.assertRaises(Interrupted, end)
        self.assertEqual([_OPEN], self.steps())

    def test_step_another_service_has_ended_stays_ended(self) -> None:
        with self.record():
            action_events.end_open(
                self.request,
                self.instance.uuid,
                'host1',
                exception.HostEvacuated(host='host1'),
            )
        self.assertEqual([_FAILED], self.steps())


class RepeatedTestCase(EventsTestCase):
    def is_repeated(
        self, host: str = 'host1', is_resumed: bool = False
    ) -> bool:
        return action_events.Step(
            self.request, self.instance.uuid, _NAME, host, is_resumed
        ).is_repeated()

    def test_message_is_new_until_its_step_begins(self) -> None:
        self.assertFalse(self.is_repeated())
        self.begin()
        self.assertTrue(self.is_repeated())

    def test_other_hosts_take_steps_of_their_own(self) -> None:
        self.begin('host2')
        self.assertFalse(self.is_repeated())

    def test_open_step_is_continued(self) -> None:
        self.begin()
        self.assertFalse(self.is_repeated(is_resumed=True))
        with self.record(is_resumed=True):
            pass
        self.assertEqual([_DONE], self.steps())

    def test_ended_step_is_not_continued(self) -> None:
        with self.record():
            pass
        self.assertTrue(self.is_repeated(is_resumed=True))


class EndTestCase(EventsTestCase):
    def test_open_steps_of_a_host_end_with_an_error(self) -> None:
        self.begin()
        self.begin('host2')
        other = servers.make_instance()
        request = servers.make_action(other)
        action_events.Step(request, other.uuid, _NAME, 'host1').begin()
        action_events.end_open(
            servers.new_request(),
            self.instance.uuid,
            'host1',
            exception.HostEvacuated(host='host1'),
        )
        self.assertEqual([_FAILED, (_NAME, 'host2', None)], self.steps())
        self.assertEqual([_OPEN], servers.steps(other, request))

    def test_open_steps_are_read_in_two_questions(self) -> None:
        self.begin()
        for _ in range(5):
            other = servers.make_instance()
            request = servers.make_action(other)
            action_events.Step(request, other.uuid, _NAME, 'host1').begin()
        asked = self.useFixture(fixture.Statements(facade))
        steps = action_events.open_steps(servers.new_request(), 'host1')
        self.assertEqual(6, len(steps))
        self.assertEqual(2, len(asked.statements))

    def test_what_was_overtaken_ends_with_an_error(self) -> None:
        later = servers.new_request()
        action_events.end_superseded(later, self.instance.uuid, 'host1')
        self.assertEqual([_FAILED], self.steps())

    def test_what_came_later_was_not_overtaken(self) -> None:
        earlier = servers.new_request()
        earlier.timestamp = self.request.timestamp
        action_events.end_superseded(earlier, self.instance.uuid, 'host1')
        self.assertEqual([], self.steps())

    def test_deletion_needs_no_step(self) -> None:
        request = servers.make_action(self.instance, ActionName.DELETE)
        action_events.end_superseded(
            servers.new_request(), self.instance.uuid, 'host1'
        )
        self.assertEqual([], servers.steps(self.instance, request))

    def test_lost_action_fails_in_its_next_step(self) -> None:
        request = servers.make_action(self.instance, ActionName.MIGRATE)
        action = InstanceAction.get_by_request_id(
            request, self.instance.uuid, request.request_id
        )
        assert action is not None
        for step in ('conductor_migrate_server', 'compute_prep_resize'):
            self.assertEqual(step, action_events.next_step(request, action))
            with action_events.Step(
                request, self.instance.uuid, step, 'host2'
            ).recorded():
                pass
        action_events.fail_lost(action, 'controller')
        self.assertEqual(
            ('compute_resize_instance', 'controller', 'Error'),
            servers.steps(self.instance, request)[-1],
        )

    def test_action_that_never_began_fails_in_its_first_step(self) -> None:
        for name, step in (
            (ActionName.CREATE, 'conductor_schedule_and_build_instances'),
            (ActionName.MIGRATE, 'conductor_migrate_server'),
            (ActionName.PAUSE, 'compute_pause_instance'),
        ):
            request = servers.make_action(self.instance, name)
            action = InstanceAction.get_by_request_id(
                request, self.instance.uuid, request.request_id
            )
            assert action is not None
            action_events.fail_lost(action, 'controller')
            self.assertEqual(
                [(step, 'controller', 'Error')],
                servers.steps(self.instance, request),
            )
