# SPDX-License-Identifier: Apache-2.0
"""A compute host of the last release beside a conductor of this one."""

from nova_ext.tests.functional.backends import database
from nova_ext.tests.functional.backends import deployment

load_tests = database.load_tests

CONDUCTOR = deployment.CONDUCTOR
OLD, NEW = deployment.NODES
PROGRAM = 'nova_ext.tests.functional.backends.old_compute'


def steps(*pairs):
    return [(event, host, 'Success') for event, host in pairs]


class TestOldCompute(deployment.DeploymentTestCase):
    """Its operations succeed; what it recorded has no host."""

    def setUp(self):
        super().setUp()
        self.assertEqual(0, self.computes[OLD].stop())
        self.deployment.restart(OLD, PROGRAM)
        self.server_id = self.create_on(OLD)

    def assertSteps(self, expected, request):
        found = self.admin.wait_for_end(self.server_id, request)
        self.assertEqual(expected, found)

    def test_its_operations(self):
        create = self.admin.actions(self.server_id)[-1]['request_id']
        self.assertSteps(
            steps(('compute__do_build_and_run_instance', None)), create
        )
        stop = self.admin.act(self.server_id, 'os-stop')
        self.admin.wait_for(self.server_id, 'SHUTOFF')
        self.assertSteps(steps(('compute_stop_instance', None)), stop)
        (event,) = self.admin.action(self.server_id, stop)['events']
        self.assertEqual('', event['hostId'])
        self.check_migration()
        self.assertNotIn('Traceback', self.computes[OLD].output.read_text())
        self.check_failure()

    def check_migration(self):
        """The objects of a move cross the wire between both releases."""
        migrate = self.admin.act(self.server_id, 'migrate')
        self.admin.wait_for(self.server_id, 'VERIFY_RESIZE')
        self.assertSteps(
            steps(
                ('conductor_migrate_server', CONDUCTOR),
                ('cold_migrate', CONDUCTOR),
                ('compute_prep_resize', NEW),
                ('compute_resize_instance', None),
                ('compute_finish_resize', NEW),
            ),
            migrate,
        )
        revert = self.admin.act(self.server_id, 'revertResize')
        self.admin.wait_for(self.server_id, 'SHUTOFF')
        self.assertSteps(
            steps(
                ('compute_revert_resize', NEW),
                ('compute_finish_revert_resize', None),
                ('compute_stop_instance', None),
            ),
            revert,
        )
        (migration,) = self.admin.migrations(self.server_id)
        # The old host stored it many times and knew nothing of a user.
        self.assertEqual(
            ('reverted', 'admin', 'demo'),
            (
                migration['status'],
                migration['user_id'],
                migration['project_id'],
            ),
        )

    def check_failure(self):
        server_id = self.admin.create('bad', {'fake:fail': 'spawn'}, host=OLD)
        self.admin.wait_for(server_id, 'ERROR')
        (action,) = self.admin.actions(server_id)
        self.assertEqual('Error', action['message'])
        (event,) = self.admin.action(server_id, action['request_id'])['events']
        self.assertEqual(('Error', None), (event['result'], event['host']))
        self.assertIn('spawn', event['traceback'])
