# SPDX-License-Identifier: Apache-2.0
"""openstacksdk and novaclient, as programs use them."""

from typing import Any

from keystoneauth1 import session
from keystoneauth1 import token_endpoint
from novaclient import client as novaclient
import openstack

from ext_lib.testing import polling
from nova_ext.tests.functional.clients import base


class LibrariesTest(base.ClientTestCase):
    """A server's life and its audit trail through both libraries."""

    def setUp(self) -> None:
        super().setUp()
        self.sdk = self._connection(base.ADMIN)
        self.nova = self._novaclient('admin:demo')

    def _connection(self, cloud: str) -> Any:
        connection = openstack.connection.from_config(
            cloud=cloud,
            load_envvars=False,
            options=None,
            config=openstack.config.OpenStackConfig(
                config_files=[str(self.clouds)], load_envvars=False
            ).get_one(cloud),
        )
        self.addCleanup(connection.close)
        return connection

    def _novaclient(self, token: str) -> Any:
        auth = token_endpoint.Token(self.service.url, token)
        return novaclient.Client('2.80', session=session.Session(auth=auth))

    def test_openstacksdk(self) -> None:
        """Resources carry what 2.62 and 2.80 brought."""
        compute = self.sdk.compute
        server = self._created()
        compute.migrate_server(server)
        self._wait_for(server, 'VERIFY_RESIZE')
        compute.confirm_server_resize(server)
        self._wait_for(server, 'ACTIVE')
        actions = {a.action: a for a in compute.server_actions(server)}
        self.assertEqual({'create', 'migrate', 'confirmResize'}, set(actions))
        action = compute.get_server_action(
            actions['confirmResize'].request_id, server
        )
        (event,) = action.events
        self.assertEqual('compute_confirm_resize', event.event)
        (migration,) = compute.migrations(
            server_id=server.id, user_id='admin', project_id='demo'
        )
        self.assertEqual(('admin', 'demo'), _initiator(migration))
        self.assertEqual(migration.source_compute, event.host)
        self.assertEqual([], list(compute.migrations(user_id='other')))

    def test_openstacksdk_pages(self) -> None:
        """Lists are followed to their end, page by page."""
        compute = self.sdk.compute
        server = self._created()
        for _ in range(4):
            compute.lock_server(server)
            compute.unlock_server(server)
        actions = list(compute.server_actions(server, limit=2))
        self.assertEqual(9, len(actions))
        self.assertEqual('create', actions[-1].action)

    def test_openstacksdk_pages_of_migrations(self) -> None:
        """After a page with no next one it continues from a number."""
        compute = self.sdk.compute
        server = self._created()
        for _ in range(3):
            compute.migrate_server(server)
            self._wait_for(server, 'VERIFY_RESIZE')
            compute.confirm_server_resize(server)
            self._wait_for(server, 'ACTIVE')
        for limit in (1, 2, 3, 5):
            found = list(compute.migrations(server_id=server.id, limit=limit))
            self.assertEqual(3, len({m.uuid for m in found}))
            self.assertEqual(3, len(found))

    def test_openstacksdk_steers_a_live_migration(self) -> None:
        """One that takes long is watched, and aborted."""
        compute = self.sdk.compute
        server = self._created(metadata={'fake:seconds': '0.5'})
        compute.live_migrate_server(server, block_migration='auto')
        migration = self._running(server)
        self.assertEqual(('admin', 'demo'), _initiator(migration))
        compute.abort_server_migration(migration, server)
        self._wait_for(server, 'ACTIVE')
        polling.wait_until(
            lambda: not list(compute.server_migrations(server)),
            'the migration to end',
        )
        (ended,) = compute.migrations(server_id=server.id)
        self.assertEqual('cancelled', ended.status)

    def _created(self, **columns: Any) -> Any:
        server = self.sdk.compute.create_server(
            name='one',
            flavor_id='1',
            image_id=base.IMAGE,
            networks='none',
            **columns,
        )
        return self._wait_for(server, 'ACTIVE')

    def _wait_for(self, server: Any, status: str) -> Any:
        return self.sdk.compute.wait_for_server(
            server, status=status, interval=0.1
        )

    def _running(self, server: Any) -> Any:
        found: list[Any] = []

        def runs() -> bool:
            found[:] = [
                migration
                for migration in self.sdk.compute.server_migrations(server)
                if migration.status == 'running'
            ]
            return bool(found)

        polling.wait_until(runs, 'the migration to run')
        return found[0]

    def test_novaclient(self) -> None:
        """Managers take the parameters of 2.58, 2.66 and 2.80."""
        server = self.nova.servers.create('one', base.IMAGE, '1', nics='none')
        self._wait(server, 'ACTIVE')
        server.stop()
        self._wait(server, 'SHUTOFF')
        newest = self.nova.instance_action.list(server, limit=1)
        self.assertEqual(['stop'], [action.action for action in newest])
        action = self.nova.instance_action.get(server, newest[0].request_id)
        self.assertEqual('compute_stop_instance', action.events[0]['event'])
        self.assertIn(action.events[0]['host'], ('host1', 'host2'))
        server.migrate()
        self._wait(server, 'VERIFY_RESIZE')
        (mine,) = self.nova.migrations.list(
            user_id='admin', instance_uuid=server.id
        )
        self.assertEqual(('admin', 'demo'), _initiator(mine))
        server.confirm_resize()
        self._wait(server, 'SHUTOFF')

    def _wait(self, server: Any, status: str) -> None:
        def reached() -> bool:
            server.get()
            task = getattr(server, 'OS-EXT-STS:task_state')
            return bool(server.status == status and task is None)

        polling.wait_until(reached, f'the server to be {status}')


def _initiator(migration: Any) -> tuple[str, str]:
    return migration.user_id, migration.project_id
