# SPDX-License-Identifier: Apache-2.0
"""The steps of actions begin and end, each its own."""

import threading

from ext_lib import context
from nova_ext import exception
from nova_ext.db.api import instance_action as instance_action_db
from nova_ext.db.api import instance_action_event as instance_action_event_db
from nova_ext.tests.unit.db import base

EVENT = 'compute_stop_instance'


class EventTestCase(base.TestCase):
    def setUp(self):
        super().setUp()
        self.server = self.instance()
        self.parent = self.action(self.server, start_time=base.minutes(1))

    def values(self, **values):
        defaults = {
            'instance_uuid': self.server.uuid,
            'request_id': self.context.request_id,
            'event': EVENT,
            'host': 'host1',
        }
        return defaults | values

    def start(self, minute=10, context=None, **values):
        values = self.values(start_time=base.minutes(minute), **values)
        return instance_action_event_db.action_event_start(
            context or self.context, values
        )

    def finish(self, minute=20, context=None, result='Success', **values):
        values = self.values(
            finish_time=base.minutes(minute), result=result, **values
        )
        return instance_action_event_db.action_event_finish(
            context or self.context, values
        )

    def events(self):
        return instance_action_event_db.action_events_get(
            self.context, self.parent.id
        )

    def action_now(self):
        return instance_action_db.action_get_by_request_id(
            self.context, self.server.uuid, self.parent.request_id
        )


class TestInstanceActionEventStart(EventTestCase):
    def test_what_is_stored(self):
        row = self.assertAsks(3, self.start)
        self.assertEqual(
            (self.parent.id, EVENT, 'host1', base.minutes(10), None, None),
            (
                row.action_id,
                row.event,
                row.host,
                row.start_time,
                row.finish_time,
                row.result,
            ),
        )

    def test_the_action_was_changed_then(self):
        self.start(minute=10)
        self.assertEqual(base.minutes(10), self.action_now().updated_at)

    def test_service_without_host(self):
        self.assertIsNone(self.start(host=None).host)

    def test_action_of_another_project(self):
        self.assertRaises(
            exception.InstanceActionNotFound, self.start, request_id='req-x'
        )


class TestInstanceActionEventFinish(EventTestCase):
    def test_what_is_stored(self):
        self.start()
        row = self.assertAsks(4, self.finish, minute=20)
        self.assertEqual(
            ('Success', base.minutes(20), 'host1', None),
            (row.result, row.finish_time, row.host, row.traceback),
        )
        self.assertEqual(base.minutes(20), self.action_now().updated_at)
        self.assertIsNone(self.action_now().message)

    def test_a_failure_shows_on_the_action(self):
        self.start()
        row = self.finish(result='Error', traceback='frames', details='why')
        self.assertEqual(
            ('Error', 'frames', 'why'),
            (row.result, row.traceback, row.details),
        )
        self.assertEqual('Error', self.action_now().message)

    def test_a_later_success_does_not_hide_it(self):
        self.start()
        self.finish(result='Error')
        self.start(event='other')
        self.finish(event='other')
        self.assertEqual('Error', self.action_now().message)

    def test_the_end_of_a_long_traceback_is_kept(self):
        self.start()
        row = self.finish(result='Error', traceback='ü' * 70_000 + 'last')
        [kept] = self.events()
        self.assertEqual(row.traceback, kept.traceback)
        self.assertTrue(kept.traceback.startswith('…\nü'))
        self.assertTrue(kept.traceback.endswith('üüülast'))
        self.assertLessEqual(len(kept.traceback.encode()), 65_535)

    def test_text_no_database_takes_is_taken(self):
        self.start()
        self.finish(result='Error', traceback='\ud800\0 frames')
        self.assertIn('frames', self.events()[0].traceback)


class TestRepeatedEvent(EventTestCase):
    def test_the_last_begun_ends(self):
        first, second = self.start(), self.start()
        self.assertEqual(second.id, self.finish().id)
        [newest, oldest] = self.events()
        self.assertEqual(
            (second.id, 'Success', first.id, None),
            (newest.id, newest.result, oldest.id, oldest.result),
        )

    def test_then_the_one_before(self):
        first = self.start()
        self.start()
        self.finish(result='Error', traceback='frames')
        row = self.finish()
        self.assertEqual((first.id, 'Success', None),
                         (row.id, row.result, row.traceback))  # fmt: skip

    def test_each_host_ends_its_own(self):
        here = self.start(host='host1')
        there = self.start(host='host2')
        nowhere = self.start(host=None)
        self.assertEqual(here.id, self.finish(host='host1').id)
        self.assertEqual(nowhere.id, self.finish(host=None).id)
        self.assertEqual(there.id, self.finish(host='host2').id)

    def test_what_has_ended_does_not_end_again(self):
        self.start()
        self.finish(result='Error')
        self.assertRaises(
            exception.InstanceActionEventNotFound, self.finish, minute=30
        )
        self.assertEqual('Error', self.events()[0].result)
        self.assertEqual(base.minutes(20), self.action_now().updated_at)

    def test_what_never_began_does_not_end(self):
        self.start()
        self.assertRaises(
            exception.InstanceActionEventNotFound, self.finish, event='x'
        )

    def test_many_at_once_end_one_each(self):
        events = [self.start() for _ in range(6)]
        ended = []

        def end():
            caller = context.RequestContext.from_dict(self.context.to_dict())
            ended.append(self.finish(context=caller).id)

        threads = [threading.Thread(target=end) for _ in events]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(sorted(base.ids(events)), sorted(ended))


class TestServiceOfItsOwnAccord(EventTestCase):
    """A context without a project, as of a periodic task or a restart."""

    def setUp(self):
        super().setUp()
        self.newest = self.action(
            self.server, request_id='req-new', start_time=base.minutes(2)
        )

    def test_events_join_the_newest_action(self):
        row = self.start(context=self.admin, request_id='req-unknown')
        self.assertEqual(self.newest.id, row.action_id)

    def test_its_time_of_change_is_left_alone(self):
        self.start(context=self.admin, request_id='req-unknown')
        self.finish(context=self.admin, request_id='req-unknown')
        found = instance_action_db.actions_get(self.context, self.server.uuid)
        self.assertEqual(base.minutes(2), found[0].updated_at)

    def test_a_failure_shows_all_the_same(self):
        self.start(context=self.admin, request_id='req-unknown')
        self.finish(
            context=self.admin, request_id='req-unknown', result='Error'
        )
        found = instance_action_db.actions_get(self.context, self.server.uuid)
        self.assertEqual(
            ('Error', base.minutes(2)),
            (found[0].message, found[0].updated_at),
        )

    def test_a_request_it_knows_counts_first(self):
        row = self.start(context=self.admin, request_id=self.parent.request_id)
        self.assertEqual(self.parent.id, row.action_id)

    def test_without_any_action(self):
        self.assertRaises(
            exception.InstanceActionNotFound,
            self.start,
            context=self.admin,
            instance_uuid=self.instance().uuid,
        )


class TestInstanceActionEventGet(EventTestCase):
    def test_newest_first_in_one_statement(self):
        events = [self.start(event=f'e{i}') for i in range(3)]
        found = self.assertAsks(1, self.events)
        self.assertEqual(base.ids(reversed(events)), base.ids(found))

    def test_none(self):
        self.assertEqual(
            [], instance_action_event_db.action_events_get(self.context, 0)
        )


class TestGetUnfinished(EventTestCase):
    def test_what_a_host_began_and_did_not_end(self):
        first = self.start()
        self.start(host='host2')
        self.start(event='done')
        self.finish(event='done')
        last = self.start(event='later')
        found = self.assertAsks(
            1,
            instance_action_event_db.actions_get_unfinished,
            self.admin,
            'host1',
        )
        self.assertEqual(
            [(first.id, self.parent.id), (last.id, self.parent.id)],
            [(event.id, action.id) for event, action in found],
        )
