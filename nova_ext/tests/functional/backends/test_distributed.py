# SPDX-License-Identifier: Apache-2.0
"""A server's life when every part is a process, on a real broker."""

from nova_ext.tests.functional import user
from nova_ext.tests.functional.backends import database
from nova_ext.tests.functional.backends import deployment

load_tests = database.load_tests

CONDUCTOR = deployment.CONDUCTOR
NODE1, NODE2 = deployment.NODES
BOSS = 'boss:demo:admin,member,reader'


def steps(*pairs):
    return [(event, host, 'Success') for event, host in pairs]


class TestDistributed(deployment.DeploymentTestCase):
    def setUp(self):
        super().setUp()
        self.boss = user.User(self.deployment.url, BOSS)
        self.server_id = self.create_on(NODE1)

    def assertSteps(self, expected, request):
        found = self.admin.wait_for_end(self.server_id, request)
        self.assertEqual(expected, found)

    def assertMigration(self, migration, **expected):
        wanted = {'user_id': 'boss', 'project_id': 'demo', **expected}
        found = {name: migration[name] for name in wanted}
        self.assertEqual(wanted, found)

    def test_life(self):
        self.check_power()
        self.check_migration()
        self.check_live_migration()
        self.check_what_members_see()
        request = self.admin.delete(self.server_id)
        self.assertSteps(steps(('compute_terminate_instance', NODE1)), request)
        listed = [a['action'] for a in self.admin.actions(self.server_id)]
        self.assertEqual(
            'delete stop live-migration confirmResize migrate start stop '
            'create',
            ' '.join(listed),
        )

    def check_power(self):
        create = self.admin.actions(self.server_id)[-1]['request_id']
        self.assertSteps(
            steps(('compute__do_build_and_run_instance', NODE1)), create
        )
        for action, status in ('stop', 'SHUTOFF'), ('start', 'ACTIVE'):
            request = self.admin.act(self.server_id, f'os-{action}')
            self.admin.wait_for(self.server_id, status)
            self.assertSteps(
                steps((f'compute_{action}_instance', NODE1)), request
            )

    def check_migration(self):
        migrate = self.boss.act(self.server_id, 'migrate')
        self.admin.wait_for(self.server_id, 'VERIFY_RESIZE')
        self.assertSteps(
            steps(
                ('conductor_migrate_server', CONDUCTOR),
                ('cold_migrate', CONDUCTOR),
                ('compute_prep_resize', NODE2),
                ('compute_resize_instance', NODE1),
                ('compute_finish_resize', NODE2),
            ),
            migrate,
        )
        confirm = self.admin.act(self.server_id, 'confirmResize')
        self.admin.wait_for(self.server_id, 'ACTIVE')
        self.assertSteps(steps(('compute_confirm_resize', NODE1)), confirm)
        (migration,) = self.admin.migrations(self.server_id)
        self.assertMigration(
            migration,
            migration_type='migration',
            status='confirmed',
            source_compute=NODE1,
            dest_compute=NODE2,
        )

    def check_live_migration(self):
        request = self.boss.act(
            self.server_id,
            'os-migrateLive',
            {'host': None, 'block_migration': 'auto'},
        )
        self.admin.wait_for(self.server_id, 'ACTIVE')
        self.assertSteps(
            steps(
                ('conductor_live_migrate_instance', CONDUCTOR),
                ('compute_check_can_live_migrate_destination', NODE1),
                ('compute_check_can_live_migrate_source', NODE2),
                ('compute_live_migration', NODE2),
                ('compute_pre_live_migration', NODE1),
                ('compute_post_live_migration_at_destination', NODE1),
            ),
            request,
        )
        self.assertMigration(
            self.admin.migrations(self.server_id)[-1],
            migration_type='live-migration',
            status='completed',
            source_compute=NODE2,
            dest_compute=NODE1,
        )

    def check_what_members_see(self):
        alice = user.User(self.deployment.url, 'alice:demo')
        request = alice.act(self.server_id, 'os-stop')
        self.assertSteps(steps(('compute_stop_instance', NODE1)), request)
        (event,) = alice.action(self.server_id, request)['events']
        self.assertNotIn('host', event)
        server = alice.wait_for(self.server_id, 'SHUTOFF')
        self.assertEqual(server['hostId'], event['hostId'])
