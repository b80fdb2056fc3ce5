# SPDX-License-Identifier: Apache-2.0
"""The openstack client, from a server's creation to its audit trail."""

from typing import Any

from nova_ext.tests.functional.clients import base

_MOVES = {
    'conductor_migrate_server': 'controller',
    'cold_migrate': 'controller',
    'compute_prep_resize': 'host2',
    'compute_resize_instance': 'host1',
    'compute_finish_resize': 'host2',
}
_ALWAYS = {'event', 'start_time', 'finish_time', 'result'}


class OpenstackClientTest(base.ClientTestCase):
    """Records of one server, for an operator and for a member."""

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.create('one', '--availability-zone', 'nova:host1', cloud='admin')
        cls.create('two', '--property', 'fake:fail=power_off')
        cls.openstack('server', 'stop', 'one')
        cls.wait_for('one', 'SHUTOFF')
        cls.openstack('server', 'start', 'one')
        cls.wait_for('one', 'ACTIVE')
        cls.openstack('server', 'migrate', 'one')
        cls.wait_for('one', 'VERIFY_RESIZE')
        cls.openstack('server', 'migration', 'confirm', 'one')
        cls.wait_for('one', 'ACTIVE')
        cls.openstack('server', 'migrate', 'one', '--live-migration')
        cls.wait_for('one', 'ACTIVE')
        cls.openstack('server', 'stop', 'two', cloud=base.MEMBER)
        cls.wait_for('two', 'ACTIVE')

    def test_who_did_what_on_which_host(self) -> None:
        """An action tells its steps, where they ran and who asked."""
        requests = self.actions('one')
        self.assertEqual(
            {
                'create',
                'stop',
                'start',
                'migrate',
                'confirmResize',
                'live-migration',
            },
            set(requests),
        )
        move = self._event('one', requests['migrate'])
        hosts = {event['event']: event['host'] for event in move['events']}
        self.assertEqual(_MOVES, hosts)
        self.assertEqual('admin', move['user_id'])
        self.assertEqual('demo', move['project_id'])

    def test_a_failure_shows_where_and_why(self) -> None:
        """The host and the traceback are for operators only."""
        stop = self.actions('two')['stop']
        (event,) = self._event('two', stop)['events']
        self.assertEqual('Error', event['result'])
        self.assertIn('power_off', event['traceback'])
        self.assertIn(event['host'], ('host1', 'host2'))
        member = self._event('two', stop, cloud=base.MEMBER)
        self.assertEqual('Error', member['message'])
        (seen,) = member['events']
        self.assertIsNone(seen['traceback'])
        self.assertIsNone(seen['host'])
        self.assertEqual(event['host_id'], seen['host_id'])
        self.assertRegex(seen['host_id'], '^[0-9a-f]{56}$')

    def test_versions_show_what_they_brought(self) -> None:
        """Events for members from 2.51, hosts from 2.62."""
        stop = self.actions('two')['stop']
        for version, cloud, keys in (
            ('2.21', base.ADMIN, {'traceback'}),
            ('2.51', base.ADMIN, {'traceback'}),
            ('2.51', base.MEMBER, set()),
            ('2.62', base.ADMIN, {'traceback', 'host', 'host_id'}),
            ('2.62', base.MEMBER, {'host_id'}),
        ):
            shown = self._event('two', stop, cloud=cloud, version=version)
            (event,) = shown['events']
            there = {key for key, value in event.items() if value is not None}
            self.assertEqual(
                _ALWAYS | keys, there - {'id'}, f'{version} as {cloud}'
            )

    def test_members_saw_no_events_before(self) -> None:
        """Below 2.51; the client itself fails on that, so ask without it."""
        uuid = self.openstack('server', 'show', 'two')['id']
        stop = self.actions('two')['stop']
        path = f'/servers/{uuid}/os-instance-actions/{stop}'
        action = self.get(path, 'alice:demo', '2.50')['instanceAction']
        self.assertNotIn('events', action)

    def test_a_deleted_server_keeps_its_story(self) -> None:
        """Its project can read it from 2.21, another cannot at all."""
        uuid = self.create('three')['id']
        self.openstack('server', 'delete', 'three', '--wait')
        self.assertEqual(
            {'create', 'delete'},
            set(self.actions(uuid, cloud=base.MEMBER, version='2.21')),
        )
        for cloud, version in ((base.MEMBER, '2.20'), (base.OTHER, '2.21')):
            refused = self.try_openstack(
                *('server', 'event', 'list', uuid),
                cloud=cloud,
                version=version,
            )
            self.assertNotEqual(0, refused.returncode)
            self.assertIn('404', refused.stderr)

    def test_who_migrated(self) -> None:
        """Migrations name who requested them, and can be found by that."""
        mine = self._migrations('--user', 'admin', '--project', 'demo')
        self.assertEqual(
            [('live-migration', 'completed'), ('migration', 'confirmed')],
            [(row['Type'], row['Status']) for row in mine],
        )
        for row in mine:
            self.assertEqual(('admin', 'demo'), (row['User'], row['Project']))
        self.assertEqual([], self._migrations('--user', 'other'))
        plain = self._migrations()
        self.assertEqual(2, len(plain))
        self.assertNotIn('User', plain[0])

    def _migrations(self, *options: str) -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = self.openstack(
            'server', 'migration', 'list', *options
        )
        return listed

    def _event(self, name: str, request_id: str, **kwargs: Any) -> Any:
        return self.openstack(
            'server', 'event', 'show', name, request_id, **kwargs
        )
