# SPDX-License-Identifier: Apache-2.0
"""A conductor is killed amid a step, and another takes its place.

On queues of the kind that a broker of several nodes needs: nothing else here
depends on the kind.
"""

from ext_lib.testing import broker
from ext_lib.testing import polling
from nova_ext.tests.functional.backends import database
from nova_ext.tests.functional.backends import deployment

load_tests = database.load_tests

CONDUCTOR = deployment.CONDUCTOR
NODE1, NODE2 = deployment.NODES
HEIR = 'heir'
STEP = 'conductor_live_migrate_instance'


class TestSuccession(deployment.DeploymentTestCase):
    # What conductors do is the same on any database.
    scenarios = deployment.DeploymentTestCase.scenarios[:1]
    options = {
        'conductor': {'lost_after': '5'},
        'oslo_messaging_rabbit': {
            'rabbit_quorum_queue': 'true',
            'rabbit_transient_quorum_queue': 'true',
        },
    }

    def test_succession(self):
        server_id = self.create_on(NODE1)
        self.check_queues()
        # Is taken for alive for a while, so that the conductor asks it.
        self.computes[NODE2].kill()
        request = self.admin.act(
            server_id,
            'os-migrateLive',
            {'host': NODE2, 'block_migration': 'auto'},
        )
        self.admin.wait_for_step(server_id, request, STEP, CONDUCTOR)
        # The step stores it soon after it has begun.
        polling.wait_until(
            lambda: self.admin.migrations(server_id), 'the migration'
        )
        self.deployment.conductor.kill()
        self.deployment.start_conductor(HEIR)
        self.admin.wait_for(server_id, 'ACTIVE')
        self.assertEqual(
            [(STEP, CONDUCTOR, 'Error')],
            self.admin.wait_for_end(server_id, request),
        )
        (migration,) = self.admin.migrations(server_id)
        self.assertEqual('error', migration['status'])
        self.check_work(server_id)

    def check_queues(self):
        """Make sure that all are of the kind the options ask for."""
        kinds = self.broker.queues()
        self.assertEqual({'quorum'}, set(kinds.values()), str(kinds))
        for topic in ('conductor', 'conductor-objects'):
            self.assertIn(f'{topic}.{CONDUCTOR}', kinds)
        self.assertIn(f'compute.{NODE1}', kinds)

    def check_work(self, server_id):
        """Make sure that the heir does what is asked from now on."""
        self.deployment.restart(NODE2)
        request = self.admin.act(server_id, 'migrate', {'host': NODE2})
        self.admin.wait_for(server_id, 'VERIFY_RESIZE')
        steps = self.admin.wait_for_end(server_id, request)
        self.assertIn(('cold_migrate', HEIR, 'Success'), steps)

    def find_broker(self):
        self.broker = self.useFixture(broker.VirtualHost())
        return self.broker.url
