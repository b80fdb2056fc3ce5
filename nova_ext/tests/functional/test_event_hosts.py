# SPDX-License-Identifier: Apache-2.0
"""Each event says on which host it happened, whatever is done to a server."""

import hashlib
from typing import Any

from ext_lib import context
from ext_lib.testing import polling
from nova_ext import action_events
from nova_ext.tests import base as tests_base
from nova_ext.tests.functional import base
from nova_ext.tests.functional import cloud
from nova_ext.tests.functional import rows

_CONDUCTOR = cloud.CONTROLLER
_LIVE = {'host': None, 'block_migration': 'auto'}

#: An event without its prefix, and where it happened.
Step = tuple[str, str]


def _conductor(*names: str) -> list[Step]:
    return [(name, _CONDUCTOR) for name in names]


def _host_id(project: str, host: str) -> str:
    return hashlib.sha224(f'{project}{host}'.encode()).hexdigest()


class EventHostsTestCase(base.OperationsTestCase):
    """Compares the events of actions."""

    def assertSteps(
        self,
        expected: list[Step],
        server_id: str,
        request_id: str,
        failed: tuple[str, ...] = (),
    ) -> None:
        """Compare names and hosts, and whether each step was a success."""
        found = self.events(server_id, request_id)
        self.assertEqual(
            [
                (name, host, 'Error' if name in failed else 'Success')
                for name, host in expected
            ],
            [(e['event'], e['host'], e['result']) for e in found],
        )


class SuccessesTest(EventHostsTestCase):
    """Operations that end well, on a server of host1."""

    def setUp(self) -> None:
        super().setUp()
        self.server = self.create_server()

    def _check(
        self,
        action: str,
        argument: Any,
        *expected: Step,
        token: str = base.MEMBER,
    ) -> None:
        request_id = self.act(self.server, action, argument, token=token)
        self.assertSteps(list(expected), self.server, request_id)

    def test_create(self) -> None:
        [create] = self.actions(self.server)
        self.assertSteps(
            [('compute__do_build_and_run_instance', 'host1')],
            self.server,
            create['request_id'],
        )

    def test_delete(self) -> None:
        request_id = self.delete_server(self.server)
        self.assertSteps(
            [('compute_terminate_instance', 'host1')], self.server, request_id
        )

    def test_power(self) -> None:
        for action, argument, name in (
            ('os-stop', None, 'stop'),
            ('os-start', None, 'start'),
            ('reboot', {'type': 'SOFT'}, 'reboot'),
            ('pause', None, 'pause'),
            ('unpause', None, 'unpause'),
            ('suspend', None, 'suspend'),
            ('resume', None, 'resume'),
        ):
            self._check(
                action, argument, (f'compute_{name}_instance', 'host1')
            )

    def test_lock(self) -> None:
        """Steps of the API itself, on the host of the API."""
        self._check('lock', None, ('api_lock', _CONDUCTOR))
        self._check('unlock', None, ('api_unlock', _CONDUCTOR))

    def test_reset_state(self) -> None:
        """Nothing happens to the server itself."""
        state = {'state': 'active'}
        self._check('os-resetState', state, token=base.ADMIN)

    def test_rebuild(self) -> None:
        self._check(
            'rebuild',
            {'imageRef': base.IMAGE},
            *_conductor('rebuild_server'),
            ('compute_rebuild_instance', 'host1'),
        )

    def _check_move(self, action: str, argument: Any, token: str) -> None:
        self._check(
            action,
            argument,
            *_conductor('conductor_migrate_server', 'cold_migrate'),
            ('compute_prep_resize', 'host2'),
            ('compute_resize_instance', 'host1'),
            ('compute_finish_resize', 'host2'),
            token=token,
        )

    def test_resize_and_revert(self) -> None:
        self._check_move('resize', {'flavorRef': '2'}, base.MEMBER)
        self._check(
            'revertResize',
            None,
            ('compute_revert_resize', 'host2'),
            ('compute_finish_revert_resize', 'host1'),
        )

    def test_migrate_and_confirm(self) -> None:
        self._check_move('migrate', None, base.ADMIN)
        self._check('confirmResize', None, ('compute_confirm_resize', 'host1'))

    def test_live_migrate(self) -> None:
        self._check(
            'os-migrateLive',
            _LIVE,
            *_conductor('conductor_live_migrate_instance'),
            ('compute_check_can_live_migrate_destination', 'host2'),
            ('compute_check_can_live_migrate_source', 'host1'),
            ('compute_live_migration', 'host1'),
            ('compute_pre_live_migration', 'host2'),
            ('compute_post_live_migration_at_destination', 'host2'),
            token=base.ADMIN,
        )

    def test_evacuate(self) -> None:
        self.cloud.kill('host1')
        self.force_down('host1')
        self._check(
            'evacuate',
            {},
            *_conductor('rebuild_server'),
            ('compute_rebuild_instance', 'host2'),
            token=base.ADMIN,
        )

    def _migrate_slowly(self) -> int:
        """Begin a live migration without end; return its number."""
        self.settings.set('fake', seconds=600.0)
        self.act(
            self.server,
            'os-migrateLive',
            _LIVE,
            token=base.ADMIN,
            is_awaited=False,
        )
        path = f'/servers/{self.server}/migrations'
        polling.wait_until(
            lambda: 'running' in str(self.get(path)), 'the migration'
        )
        return int(self.get(path)['migrations'][0]['id'])

    def _check_steering(
        self, method: str, path: str, body: Any, expected: str
    ) -> None:
        number = self._migrate_slowly()
        response = self.request(
            method,
            f'/servers/{self.server}/migrations/{number}{path}',
            version='2.80',
            body=body,
        )
        self.wait_until_idle(self.server)
        request_id = response.headers['x-compute-request-id']
        self.assertSteps([(expected, 'host1')], self.server, request_id)

    def test_force_complete(self) -> None:
        self._check_steering(
            'POST',
            '/action',
            {'force_complete': None},
            'compute_live_migration_force_complete',
        )

    def test_abort(self) -> None:
        self._check_steering(
            'DELETE', '', None, 'compute_live_migration_abort'
        )


class FailuresTest(EventHostsTestCase):
    """Operations that fail, on a server of host1."""

    def _server(self, method: str) -> str:
        return self.create_server(metadata={'fake:fail': method})

    def _check(
        self,
        server: str,
        request_id: str,
        steps: list[Step],
        failed: tuple[str, ...],
    ) -> None:
        """Compare the steps; what failed keeps its traceback."""
        self.assertSteps(steps, server, request_id, failed)
        path = f'/servers/{server}/os-instance-actions/{request_id}'
        action = self.get(path)['instanceAction']
        self.assertEqual('Error', action['message'])
        for event in action['events']:
            if event['event'] in failed:
                self.assertIn('  File "', event['traceback'])
                self.assertIn(', in ', event['traceback'])
            else:
                self.assertIsNone(event['traceback'])
        self._check_hidden(path)

    def _check_hidden(self, path: str) -> None:
        """Users see that it failed and nothing of what happened inside."""
        action = self.get(path, token=base.READER)['instanceAction']
        self.assertEqual('Error', action['message'])
        for event in action['events']:
            self.assertEqual(
                [
                    'event', 'start_time', 'finish_time', 'result', 'hostId',
                ],
                list(event),
            )  # fmt: skip

    def test_stop(self) -> None:
        server = self._server('power_off')
        name = 'compute_stop_instance'
        request_id = self.act(server, 'os-stop')
        self._check(server, request_id, [(name, 'host1')], (name,))

    def test_create(self) -> None:
        server = self._server('spawn')
        [create] = self.actions(server)
        name = 'compute__do_build_and_run_instance'
        self._check(server, create['request_id'], [(name, 'host1')], (name,))

    def test_create_without_hosts(self) -> None:
        """Scheduling shows only when it fails."""
        for host in cloud.HOSTS:
            self.force_down(host)
        server = self.create_server()
        [create] = self.actions(server)
        names = ('conductor_schedule_and_build_instances',)
        steps = _conductor(*names)
        self._check(server, create['request_id'], steps, names)

    def test_migrate_to_nowhere(self) -> None:
        server = self.create_server()
        self.force_down('host2')
        request_id = self.act(server, 'migrate', token=base.ADMIN)
        names = ('conductor_migrate_server', 'cold_migrate')
        self._check(server, request_id, _conductor(*names), names)

    def test_resize(self) -> None:
        server = self._server('migrate')
        request_id = self.act(server, 'resize', {'flavorRef': '2'})
        self._check(
            server,
            request_id,
            [
                *_conductor('conductor_migrate_server', 'cold_migrate'),
                ('compute_prep_resize', 'host2'),
                ('compute_resize_instance', 'host1'),
            ],
            ('compute_resize_instance',),
        )

    def test_live_migrate(self) -> None:
        server = self._server('live_migration')
        request_id = self.act(
            server, 'os-migrateLive', _LIVE, token=base.ADMIN
        )
        last = 'compute_rollback_live_migration_at_destination'
        polling.wait_until(
            lambda: last in str(self.events(server, request_id)), last
        )
        self.wait_until_idle(server)
        self._check(
            server,
            request_id,
            [
                *_conductor('conductor_live_migrate_instance'),
                ('compute_check_can_live_migrate_destination', 'host2'),
                ('compute_check_can_live_migrate_source', 'host1'),
                ('compute_live_migration', 'host1'),
                ('compute_pre_live_migration', 'host2'),
                (last, 'host2'),
            ],
            ('compute_live_migration',),
        )


class HostIdTest(EventHostsTestCase):
    """The host as those see it who may not know it."""

    def _host_ids(self, server: str, request_id: str) -> list[str]:
        return [
            event['hostId']
            for event in self.events(server, request_id, token=base.READER)
        ]

    def test_project_of_the_caller(self) -> None:
        server = self.create_server()
        own = self.act(server, 'os-stop')
        other = self.act(server, 'os-start', token=base.OTHER_ADMIN)
        self.assertEqual(
            [_host_id(tests_base.PROJECT, 'host1')],
            self._host_ids(server, own),
        )
        self.assertEqual(
            [_host_id('e' * 32, 'host1')], self._host_ids(server, other)
        )

    def test_project_of_the_server(self) -> None:
        """It is used for actions that the service itself began."""
        server = self.add(rows.server()).uuid
        action = self.add(rows.action(server, user_id=None, project_id=None))
        self.add(rows.event(action.id))
        self.assertEqual(
            [_host_id(tests_base.PROJECT, 'host1')],
            self._host_ids(server, action.request_id),
        )

    def test_periodic_event(self) -> None:
        """Without a request of its own it joins the newest action."""
        server = self.create_server()
        stop = self.act(server, 'os-stop')
        service = context.get_admin_context()
        with action_events.Step(
            service, server, 'compute_power_update', 'host2'
        ).recorded():
            pass
        self.assertSteps(
            [
                ('compute_stop_instance', 'host1'),
                ('compute_power_update', 'host2'),
            ],
            server,
            stop,
        )
        self.assertEqual(
            _host_id(tests_base.PROJECT, 'host2'),
            self._host_ids(server, stop)[-1],
        )

    def test_no_host(self) -> None:
        """Events of old have none."""
        server = self.add(rows.server()).uuid
        action = self.add(rows.action(server))
        self.add(rows.event(action.id, host=None))
        [event] = self.events(server, action.request_id)
        self.assertEqual((None, ''), (event['host'], event['hostId']))
