# SPDX-License-Identifier: Apache-2.0
"""The logs of all processes name the request, the server and the time."""

import re
import urllib.parse

from ext_lib.testing import polling
from nova_ext.tests.functional.backends import database
from nova_ext.tests.functional.backends import deployment

load_tests = database.load_tests

CONDUCTOR = deployment.CONDUCTOR
NODE1, NODE2 = deployment.NODES
LIVE = {'host': None, 'block_migration': 'auto'}

#: Steps by the host that takes them.
Steps = dict[str, list[str]]

MIGRATE = {
    CONDUCTOR: ['conductor_migrate_server', 'cold_migrate'],
    NODE1: ['compute_resize_instance'],
    NODE2: ['compute_prep_resize', 'compute_finish_resize'],
}
CONFIRM = {NODE1: ['compute_confirm_resize']}
LIVE_MIGRATE = {
    CONDUCTOR: ['conductor_live_migrate_instance'],
    NODE1: [
        'compute_check_can_live_migrate_destination',
        'compute_pre_live_migration',
        'compute_post_live_migration_at_destination',
    ],
    NODE2: [
        'compute_check_can_live_migrate_source',
        'compute_live_migration',
    ],
}
DELETE = {NODE1: ['compute_terminate_instance']}


class TestLogs(deployment.DeploymentTestCase):
    def test_every_step_on_every_host(self):
        server_id = self.create_on(NODE1)
        create = self.admin.actions(server_id)[-1]['request_id']
        self.check(
            server_id,
            create,
            {
                CONDUCTOR: ['conductor_schedule_and_build_instances'],
                NODE1: ['compute__do_build_and_run_instance'],
            },
        )
        migrate = self.admin.act(server_id, 'migrate')
        self.admin.wait_for(server_id, 'VERIFY_RESIZE')
        self.check(server_id, migrate, MIGRATE)
        confirm = self.admin.act(server_id, 'confirmResize')
        self.admin.wait_for(server_id, 'ACTIVE')
        self.check(server_id, confirm, CONFIRM)
        live = self.admin.act(server_id, 'os-migrateLive', LIVE)
        self.admin.wait_for(server_id, 'ACTIVE')
        self.check(server_id, live, LIVE_MIGRATE)
        delete = self.admin.delete(server_id)
        self.check(server_id, delete, DELETE)
        self.check_lives()

    def check(self, server_id: str, request: str, expected: Steps) -> None:
        """Compare what each process logged in the name of a request."""
        for host in CONDUCTOR, NODE1, NODE2:
            for step in expected.get(host, []):
                self.check_step(host, request, server_id, step)
            if host not in expected:
                self.assertEqual([], self.lines(host, request))
        # The API logs requests when they are answered.
        [line] = self.find(self.deployment.api, f'{request}.* status: 20[24]')
        self.assertIn('/v2.1/servers', line)

    def check_step(
        self, host: str, request: str, server_id: str, step: str
    ) -> None:
        what = f'Instance {server_id}: {step} on {host}: '

        def ends() -> list[str]:
            pattern = re.escape(what) + r'.* after \d+\.\d{3} s$'
            return [
                line
                for line in self.lines(host, request)
                if re.search(pattern, line)
            ]

        polling.wait_until(ends, f'the end of {step} in the log of {host}')
        [end] = ends()
        [begin] = [
            line
            for line in self.lines(host, request)
            if line.endswith(f'{what}begun')
        ]
        for line in begin, end:
            self.assertIn(' INFO ', line)

    def lines(self, host: str, request: str) -> list[str]:
        """Return what a service logged in the name of a request."""
        return self.find(self.program(host), re.escape(f'{request} '))

    def program(self, host: str):
        if host == CONDUCTOR:
            return self.deployment.conductor
        return self.computes[host]

    def find(self, program, pattern: str) -> list[str]:
        lines = program.output.read_text().splitlines()
        return [line for line in lines if re.search(pattern, line)]

    def check_lives(self) -> None:
        """Check what processes log at their start and at their end."""
        named = urllib.parse.urlsplit(self.url)
        for host in NODE1, NODE2, CONDUCTOR:
            self.assertEqual(0, self.program(host).stop())
        for host, name, database_name in (
            (CONDUCTOR, 'nova-ext-conductor', named.path.lstrip('/')),
            (NODE1, 'nova-ext-compute', 'of the conductors'),
            (NODE2, 'nova-ext-compute', 'of the conductors'),
        ):
            program = self.program(host)
            where = f'{name} on host {host}'
            [start] = self.find(program, f'Starting {name} ')
            self.assertRegex(
                start,
                rf'Starting {name} \d\S* on host {host}, broker rabbit://.*, '
                rf'database .*{database_name}$',
            )
            for text in 'Started', 'Stopping', 'Stopped':
                self.assertEqual(
                    1, len(self.find(program, f'{text} {where}')), text
                )
            secrets = [named.password, self.broker.password]
            for secret in filter(None, secrets):
                self.assertEqual([], self.find(program, f':{secret}@'))

    def find_broker(self) -> str:
        url = super().find_broker()
        self.broker = urllib.parse.urlsplit(url)
        return url
