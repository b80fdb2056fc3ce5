# SPDX-License-Identifier: Apache-2.0
"""Many hosts write at once and none of them loses anything."""

from concurrent import futures

from ext_lib import context
from nova_ext import exception
from nova_ext.db.api import instance as instance_db
from nova_ext.db.api import instance_action as instance_action_db
from nova_ext.db.api import instance_action_event as instance_action_event_db
from nova_ext.db.facade import facade
from nova_ext.db.migration import schema
from nova_ext.tests.functional.backends import database

load_tests = database.load_tests

HOSTS = 8
ROUNDS = 10


class TestConcurrency(database.ServerTestCase):
    def setUp(self):
        super().setUp()
        self.conf.set_override('connection', self.url, 'database')
        facade.configure(self.conf)
        self.addCleanup(facade.reset)
        schema.sync(facade.get_engine())
        self.admin = context.get_admin_context()
        values = {'uuid': 'server', 'vm_state': 'active', 'project_id': 'p'}
        instance_db.instance_create(self.admin, values)

    def on_hosts(self, work):
        with futures.ThreadPoolExecutor(HOSTS) as pool:
            return list(pool.map(work, range(HOSTS)))

    def test_events_of_one_action(self):
        identity = {'instance_uuid': 'server', 'request_id': 'req'}
        action = instance_action_db.action_start(self.admin, identity)

        def work(number):
            event = {**identity, 'event': 'live', 'host': f'host{number}'}
            caller = context.get_admin_context()
            now = caller.timestamp
            for _ in range(ROUNDS):
                instance_action_event_db.action_event_start(
                    caller, {**event, 'start_time': now}
                )
                instance_action_event_db.action_event_finish(
                    caller,
                    {**event, 'finish_time': now, 'result': 'Success'},
                )

        self.on_hosts(work)
        events = instance_action_event_db.action_events_get(
            self.admin, action.id
        )
        self.assertEqual(HOSTS * ROUNDS, len(events))
        self.assertEqual({'Success'}, {event.result for event in events})

    def test_states_of_one_server(self):
        def work(number):
            caller = context.get_admin_context()
            won = 0
            for _ in range(ROUNDS):
                try:
                    self.take_and_give_back(caller, f'host{number}')
                except exception.UnexpectedTaskStateError:
                    continue
                won += 1
            return won

        self.assertGreater(sum(self.on_hosts(work)), 0)
        row = instance_db.instance_get_by_uuid(self.admin, 'server')
        self.assertIsNone(row.task_state)
        self.assertEqual(['last'], list(row.metadata))

    def take_and_give_back(self, caller, host):
        values = {'task_state': host, 'metadata': {'last': host}}
        instance_db.instance_update(
            caller, 'server', values, expected_task_state=[None]
        )
        row = instance_db.instance_update(
            caller,
            'server',
            {'task_state': None},
            expected_task_state=[host],
        )
        assert row.task_state is None

    def test_a_server_is_deleted_once(self):
        def work(_number):
            try:
                instance_db.instance_destroy(
                    context.get_admin_context(), 'server'
                )
            except exception.InstanceNotFound:
                return 0
            return 1

        self.assertEqual(1, sum(self.on_hosts(work)))
