# SPDX-License-Identifier: Apache-2.0
"""Requests that are refused while a compute host is down, and others."""

from typing import Any

from ext_lib.testing import polling
from nova_ext.tests.functional import base

_DOWN = 'Service is unavailable at this time.'
_NO_HOST = 'No valid host was found. There are not enough hosts available.'
_DELETED = 'cannot be deleted: its host has'
#: Versions before and from which a live migration is only accepted.
_CHECKED, _UNCHECKED = '2.33', '2.34'


def _live(host: str | None, **parameters: Any) -> dict[str, Any]:
    return {'host': host, 'block_migration': False, **parameters}


class HostsDownTestCase(base.OperationsTestCase):
    """A server of host1."""

    def setUp(self) -> None:
        super().setUp()
        self.server = self.create_server()

    def ask(
        self, action: str, argument: Any = None, version: str = '2.80'
    ) -> Any:
        """Ask for an action as an administrator; return the answer."""
        return self.request(
            'POST',
            f'/servers/{self.server}/action',
            version=version,
            body={action: argument},
        )

    def assertRefused(
        self,
        status: int,
        message: str,
        action: str,
        argument: Any = None,
        version: str = '2.80',
    ) -> None:
        """Check the answer, and that nothing was recorded or changed."""
        path = f'/servers/{self.server}'
        before = self.get(path), self.actions(self.server)
        response = self.ask(action, argument, version)
        self.assertEqual(status, response.status_int, response.text)
        [fault] = response.json.values()
        self.assertEqual(
            {'code': status, 'message': message},
            {name: fault[name] for name in ('code', 'message')},
        )
        self.assertEqual(before, (self.get(path), self.actions(self.server)))

    def kill(self, host: str) -> None:
        """End a host, and declare it dead."""
        self.cloud.kill(host)
        self.force_down(host)

    def mark(self, host: str, is_down: bool, status: int = 200) -> Any:
        """Mark a host as down or up from 2.53 on; return the answer."""
        [service] = self.get(f'/os-services?host={host}')['services']
        response = self.request(
            'PUT',
            f'/os-services/{service["id"]}',
            version='2.53',
            body={'forced_down': is_down},
        )
        self.assertEqual(status, response.status_int, response.text)
        return response.json


class MovesTest(HostsDownTestCase):
    """Moves that take a host which is down."""

    def test_move_from_a_host_that_is_down(self) -> None:
        self.force_down('host1')
        for action, argument in (
            ('migrate', None),
            ('migrate', {'host': 'host2'}),
            ('resize', {'flavorRef': '2'}),
        ):
            self.assertRefused(409, _DOWN, action, argument)

    def test_it_is_possible_again_when_the_host_is_back(self) -> None:
        self.force_down('host1')
        self.assertRefused(409, _DOWN, 'migrate')
        self.mark('host1', False)
        self.act(self.server, 'migrate', token=base.ADMIN)
        self.assertEqual('VERIFY_RESIZE', self.status())

    def status(self) -> str:
        """Return the status of the server."""
        return str(self.get(f'/servers/{self.server}')['server']['status'])

    def test_the_state_of_the_server_counts_first(self) -> None:
        """A user who may not move it learns nothing of its host."""
        self.act(self.server, 'pause')
        self.force_down('host1')
        for action, argument in ('migrate', None), ('confirmResize', None):
            response = self.ask(action, argument)
            self.assertEqual(409, response.status_int)
            self.assertIn(f"Cannot '{action}' instance", response.text)

    def test_confirm_with_source_down(self) -> None:
        self.act(self.server, 'migrate', token=base.ADMIN)
        self.kill('host1')
        self.assertRefused(409, _DOWN, 'confirmResize')
        self.assertEqual('VERIFY_RESIZE', self.status())
        [migration] = self.get('/os-migrations')['migrations']
        self.assertEqual('finished', migration['status'])
        # It can be confirmed after all, or deleted without its old host.
        self.cloud.start('host1')
        self.mark('host1', False)
        self.act(self.server, 'confirmResize')
        self.assertEqual('ACTIVE', self.status())

    def test_delete_with_source_down(self) -> None:
        self.act(self.server, 'migrate', token=base.ADMIN)
        self.kill('host1')
        self.delete_server(self.server)
        path = f'/servers/{self.server}'
        self.assertEqual(404, self.request('GET', path).status_int)

    def test_live_migration_from_a_host_that_is_down(self) -> None:
        self.force_down('host1')
        message = 'Compute service of host1 is unavailable at this time.'
        self.assertRefused(
            400, message, 'os-migrateLive', _live('host2'), '2.25'
        )
        request_id = self.act(
            self.server,
            'os-migrateLive',
            _live('host2'),
            token=base.ADMIN,
            version=_UNCHECKED,
        )
        [event] = self.events(self.server, request_id)
        self.assertEqual('Error', event['result'])

    def test_live_migration_to_its_own_host(self) -> None:
        message = (
            f'Unable to migrate instance ({self.server}) to current host '
            '(host1).'
        )
        old = {'disk_over_commit': False}
        for version, parameters in (
            ('2.1', old), ('2.24', old), ('2.25', {}), (_CHECKED, {}),
        ):  # fmt: skip
            self.assertRefused(
                400,
                message,
                'os-migrateLive',
                _live('host1', **parameters),
                version,
            )
        self.act(
            self.server,
            'os-migrateLive',
            _live('host1'),
            token=base.ADMIN,
            version=_UNCHECKED,
        )
        shown = self.get(f'/servers/{self.server}/os-instance-actions')
        newest = shown['instanceActions'][0]
        self.assertEqual('Error', newest['message'])
        self.assertEqual('ACTIVE', self.status())

    def test_live_migration_to_nowhere(self) -> None:
        for host in None, 'host2':
            self.force_down('host2')
            self.assertRefused(
                400, _NO_HOST, 'os-migrateLive', _live(host), _CHECKED
            )

    def test_live_migration_before_2_34(self) -> None:
        """Requests that pass the checks are carried out."""
        self.act(
            self.server,
            'os-migrateLive',
            _live('host2'),
            token=base.ADMIN,
            version=_CHECKED,
        )
        server = self.get(f'/servers/{self.server}')['server']
        self.assertEqual('host2', server['OS-EXT-SRV-ATTR:host'])

    def test_all_else_waits_for_the_host(self) -> None:
        """It is accepted, and done when the host is back."""
        self.act(self.server, 'migrate', token=base.ADMIN)
        self.kill('host2')
        response = self.ask('revertResize')
        self.assertEqual(202, response.status_int, response.text)
        self.cloud.start('host2')
        self.wait_until_idle(self.server)
        server = self.get(f'/servers/{self.server}')['server']
        self.assertEqual(
            ('ACTIVE', 'host1'),
            (server['status'], server['OS-EXT-SRV-ATTR:host']),
        )


class ServicesTest(HostsDownTestCase):
    """Services that are in use are neither deleted nor marked as up."""

    def delete(self, host: str, version: str = '2.80') -> Any:
        """Ask for a service to be deleted; return the answer."""
        path = f'/os-services?host={host}'
        [service] = self.get(path, version)['services']
        return self.request(
            'DELETE', f'/os-services/{service["id"]}', version=version
        )

    def assertInUse(self, host: str, reason: str) -> None:
        """Check that a service stays, whatever version is spoken."""
        for version in '2.1', '2.52', '2.53', '2.80':
            response = self.delete(host, version)
            self.assertEqual(409, response.status_int, response.text)
            self.assertIn(reason, response.text)
            self.assertIn('conflictingRequest', response.json)
        [service] = self.get(f'/os-services?host={host}')['services']
        self.assertEqual(host, service['host'])

    def test_a_host_with_servers(self) -> None:
        self.kill('host1')
        self.assertInUse('host1', f'{_DELETED} servers')
        self.act(self.server, 'evacuate', {}, token=base.ADMIN)
        self.assertEqual(204, self.delete('host1').status_int)

    def test_a_host_with_moves_under_way(self) -> None:
        self.act(self.server, 'migrate', token=base.ADMIN)
        self.kill('host1')
        self.assertInUse('host1', f'{_DELETED} migrations')
        self.delete_server(self.server)
        self.assertEqual(204, self.delete('host1').status_int)

    def test_a_host_that_is_up(self) -> None:
        self.assertInUse('host2', 'it is enabled and up')
        self.force_down('host2')
        self.assertEqual(204, self.delete('host2').status_int)

    def test_a_host_is_up_after_it_was_cleaned(self) -> None:
        """Until it is restarted it may still run what was evacuated."""
        self.kill('host1')
        self.act(self.server, 'evacuate', {}, token=base.ADMIN)
        answer = self.mark('host1', False, 400)
        self.assertIn('host1 cannot be marked as up', str(answer))
        response = self.request(
            'PUT',
            '/os-services/force-down',
            version='2.52',
            body={
                'host': 'host1',
                'binary': 'nova-compute',
                'forced_down': 'false',
            },
        )
        self.assertEqual(400, response.status_int, response.text)
        self.cloud.start('host1')
        polling.wait_until(
            lambda: 'completed' in str(self.get('/os-migrations')),
            'the host to be cleaned',
        )
        answer = self.mark('host1', False)
        self.assertEqual('up', answer['service']['state'])
