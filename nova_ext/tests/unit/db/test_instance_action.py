# SPDX-License-Identifier: Apache-2.0
"""Queries for actions."""

import datetime

from ext_lib import exception as ext_exception
from ext_lib.paging import Page
from nova_ext import exception
from nova_ext.db.api import instance as instance_db
from nova_ext.db.api import instance_action as instance_action_db
from nova_ext.db.api import instance_action_event as instance_action_event_db
from nova_ext.tests.unit.db import base


class ActionTestCase(base.TestCase):
    def setUp(self):
        super().setUp()
        self.server = self.instance()

    def start(self, request_id, **values):
        return self.action(self.server, request_id=request_id, **values)


class TestInstanceActionStart(ActionTestCase):
    def test_what_is_stored(self):
        row = self.assertAsks(
            1,
            self.start,
            'req-1',
            action='stop',
            user_id='u',
            project_id='p',
            start_time=base.minutes(5),
        )
        self.assertIsNotNone(row.created_at)
        self.assertEqual(
            ('stop', 'u', 'p', base.minutes(5), base.minutes(5), None, None),
            (
                row.action,
                row.user_id,
                row.project_id,
                row.start_time,
                row.updated_at,
                row.finish_time,
                row.message,
            ),
        )


class TestInstanceActionFinish(ActionTestCase):
    def finish(self, **values):
        ours = {
            'instance_uuid': self.server.uuid,
            'request_id': 'req-1',
            'finish_time': base.minutes(9),
            'updated_at': base.minutes(9),
        }
        return instance_action_db.action_finish(self.context, ours | values)

    def test_what_is_stored(self):
        self.start('req-1')
        row = self.finish()
        self.assertEqual(
            (base.minutes(9), base.minutes(9)),
            (row.finish_time, row.updated_at),
        )

    def test_there_must_be_an_action(self):
        self.start('req-2')
        self.assertRaises(exception.InstanceActionNotFound, self.finish)


class TestGetByRequestId(ActionTestCase):
    def get(self, request_id, server=None):
        uuid = (server or self.server).uuid
        return instance_action_db.action_get_by_request_id(
            self.context, uuid, request_id
        )

    def test_one_statement(self):
        row = self.start('req-1')
        found = self.assertAsks(1, self.get, 'req-1')
        self.assertEqual(row.id, found.id)

    def test_none(self):
        self.start('req-1')
        for request_id in ('req-2', '999', '', 'req-1\0'):
            self.assertIsNone(self.get(request_id))
        self.assertIsNone(self.get('req-1', self.instance()))

    def test_of_several_the_newest(self):
        self.start('req-1', created_at=base.minutes(9))
        self.start('req-1', created_at=base.minutes(3))
        self.assertEqual(base.minutes(9), self.get('req-1').created_at)


class TestGetAll(ActionTestCase):
    def setUp(self):
        super().setUp()
        for i in range(5):
            self.start(f'req-{i}', start_time=base.minutes(100 + i))
        self.action(self.instance(), request_id='req-x')

    def get(self, page=None, filters=None):
        rows = instance_action_db.actions_get(
            self.context, self.server.uuid, page, filters
        )
        return [row.request_id[-1] for row in rows]

    def test_newest_first(self):
        self.assertEqual(list('43210'), self.assertAsks(1, self.get))

    def test_pages(self):
        self.assertEqual(list('43'), self.get(Page(limit=2)))
        page = Page(limit=2, marker='req-3')
        self.assertEqual(list('21'), self.assertAsks(2, self.get, page))
        self.assertEqual([], self.get(Page(limit=2, marker='req-0')))

    def test_nothing_is_asked_for_nothing(self):
        self.assertEqual([], self.assertAsks(0, self.get, Page(limit=0)))

    def test_markers_of_this_server_only(self):
        for marker in ('req-x', 'unknown', '\0'):
            error = self.assertRaises(
                ext_exception.MarkerNotFound, self.get, Page(marker=marker)
            )
            self.assertIn(marker, str(error))

    def test_changes(self):
        second = base.minutes(102)
        self.assertEqual(
            list('432'), self.get(None, {'changes-since': second})
        )
        self.assertEqual(
            list('210'), self.get(None, {'changes-before': second})
        )
        later = second + datetime.timedelta(minutes=1)
        both = {'changes-since': second, 'changes-before': later}
        self.assertEqual(list('3'), self.get(Page(limit=1), both))

    def test_actions_of_a_deleted_server(self):
        instance_db.instance_destroy(self.context, self.server.uuid)
        self.assertEqual(list('43210'), self.get())


class TestWithoutEvents(ActionTestCase):
    def test_only_what_was_never_begun(self):
        waiting = self.start('req-1')
        newer = self.start('req-2')
        self.start('req-3', finish_time=base.minutes(9))
        self.start('req-4')
        instance_action_event_db.action_event_start(
            self.context,
            {
                'instance_uuid': self.server.uuid,
                'request_id': 'req-4',
                'event': 'compute_stop_instance',
                'host': 'host1',
                'start_time': base.minutes(9),
            },
        )
        found = instance_action_db.actions_without_events(
            self.admin, self.server.uuid
        )
        self.assertEqual([newer.id, waiting.id], base.ids(found))

    def test_of_all_servers_but_only_the_newest(self):
        self.start('req-1')
        newer = self.start('req-2')
        self.start('req-3', finish_time=base.minutes(9))
        instance_db.instance_destroy(self.context, self.server.uuid)
        self.assertEqual(
            2, len(instance_action_db.actions_not_begun(self.admin, 9))
        )
        found = instance_action_db.actions_not_begun(self.admin, 2)
        self.assertEqual([newer.id], base.ids(found))
        self.assertEqual(
            [], instance_action_db.actions_not_begun(self.admin, 1)
        )
