# SPDX-License-Identifier: Apache-2.0
"""Recovery after the death of one of the processes amid its work."""

from ext_lib.testing import polling
from nova_ext.tests.functional.backends import database
from nova_ext.tests.functional.backends import deployment

load_tests = database.load_tests

CONDUCTOR = deployment.CONDUCTOR
NODE1, NODE2 = deployment.NODES
STOP = 'compute_stop_instance'
MIGRATE = 'compute_resize_instance'
DELETE = 'compute_terminate_instance'


class TestDeadHost(deployment.DeploymentTestCase):
    """A compute host dies; its servers are evacuated, or it comes back."""

    def kill_amid(self, host, *begun):
        """Kill a host as soon as it has begun each (server, request, step)."""
        for server_id, request, step in begun:
            self.admin.wait_for_step(server_id, request, step, host)
        self.computes[host].kill()

    def wait_until_down(self, host):
        polling.wait_until(
            lambda: self.admin.services()[host]['state'] == 'down',
            f'{host} to be down',
        )

    def evacuate(self, server_id):
        return self.admin.ask(
            'POST', f'/servers/{server_id}/action', {'evacuate': {}}
        )

    def test_evacuation(self):
        stopping = self.create_on(NODE1, 'stopping')
        leaving = self.create_on(NODE1, 'leaving')
        self.slow_down(NODE1)
        stop = self.admin.act(stopping, 'os-stop')
        migrate = self.admin.act(leaving, 'migrate')
        begun = (stopping, stop, STOP), (leaving, migrate, MIGRATE)
        # As long as it may be alive, its servers must stay there.
        self.assertEqual(400, self.evacuate(stopping).status_code)
        self.kill_amid(NODE1, *begun)
        self.check_natural_death(stopping, stop)
        self.check_forced_death(leaving, migrate)
        self.check_return(stopping, leaving)

    def check_natural_death(self, server_id, stop):
        self.wait_until_down(NODE1)
        self.check_evacuation(server_id)
        self.check_interrupted(server_id, stop, STOP)

    def check_forced_death(self, server_id, migrate):
        self.admin.force_down(NODE1, True)
        self.check_evacuation(server_id)
        self.check_interrupted(server_id, migrate, MIGRATE)
        cold = self.admin.migrations(server_id)[0]
        self.assertEqual('error', cold['status'])

    def check_evacuation(self, server_id):
        answer = self.evacuate(server_id)
        self.assertEqual(200, answer.status_code, answer.text)
        request = answer.headers['x-compute-request-id']
        server = self.admin.wait_for(server_id, 'ACTIVE')
        self.assertEqual(NODE2, server['OS-EXT-SRV-ATTR:host'])
        self.assertEqual(
            [
                ('rebuild_server', CONDUCTOR, 'Success'),
                ('compute_rebuild_instance', NODE2, 'Success'),
            ],
            self.admin.wait_for_end(server_id, request),
        )
        self.assertEvacuation(server_id, 'done')

    def assertEvacuation(self, server_id, status):
        migration = self.admin.migrations(server_id)[-1]
        self.assertEqual(
            ('evacuation', status, NODE1, NODE2, 'admin'),
            (
                migration['migration_type'],
                migration['status'],
                migration['source_compute'],
                migration['dest_compute'],
                migration['user_id'],
            ),
        )

    def check_interrupted(self, server_id, request, step):
        """Make sure that the history says what became of the step."""
        steps = self.admin.wait_for_end(server_id, request)
        self.assertEqual((step, NODE1, 'Error'), steps[-1])
        action = self.admin.action(server_id, request)
        self.assertEqual('Error', action['message'])
        newest = action['events'][0]
        self.assertIn('evacuated', newest['traceback'])

    def check_return(self, *evacuated):
        """Make sure that the host removes what it has no more."""
        self.deployment.start(NODE1)
        for server_id in evacuated:
            self.wait_until_removed(server_id)
            self.assertEvacuation(server_id, 'completed')
            server = self.admin.wait_for(server_id, 'ACTIVE')
            self.assertEqual(NODE2, server['OS-EXT-SRV-ATTR:host'])
        self.admin.force_down(NODE1, False)
        self.deployment.wait_until_up(NODE1)
        self.create_on(NODE1, 'new')

    def wait_until_removed(self, server_id):
        polling.wait_until(
            lambda: (
                self.admin.migrations(server_id)[-1]['status'] == 'completed'
            ),
            'the guest to be removed',
        )

    def test_return_without_evacuation(self):
        names = ('stopping', 'leaving', 'dying')
        stopping, leaving, dying = (self.create_on(NODE1, n) for n in names)
        self.slow_down(NODE1)
        building = self.admin.create('building', host=NODE1)
        build = self.admin.actions(building)[0]['request_id']
        stop = self.admin.act(stopping, 'os-stop')
        migrate = self.admin.act(leaving, 'migrate')
        delete = self.admin.delete(dying)
        self.kill_amid(
            NODE1,
            (building, build, 'compute__do_build_and_run_instance'),
            (stopping, stop, STOP),
            (leaving, migrate, MIGRATE),
            (dying, delete, DELETE),
        )
        self.deployment.restart(NODE1)
        # Idempotent steps are resumed, and recorded once.
        self.admin.wait_for(building, 'ACTIVE')
        self.admin.wait_for(stopping, 'SHUTOFF')
        polling.wait_until(lambda: self.admin.is_gone(dying), 'its end')
        for server_id, request in (
            (building, build),
            (stopping, stop),
            (dying, delete),
        ):
            ((_, host, result),) = self.admin.wait_for_end(server_id, request)
            self.assertEqual((NODE1, 'Success'), (host, result))
        self.admin.wait_for(leaving, 'ACTIVE')
        steps = self.admin.wait_for_end(leaving, migrate)
        self.assertEqual((MIGRATE, NODE1, 'Error'), steps[-1])
        (migration,) = self.admin.migrations(leaving)
        self.assertEqual('error', migration['status'])
