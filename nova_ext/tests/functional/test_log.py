# SPDX-License-Identifier: Apache-2.0
"""The all-in-one logs what each of its services does, for which request."""

import pathlib
import re

from ext_lib.testing import polling
from nova_ext.tests.functional import test_restart

_SECONDS = r' after \d+\.\d{3} s$'


class TestLog(test_restart.RestartTestCase):
    def lines(self, pattern):
        text = pathlib.Path(self.state, 'nova-ext.log').read_text()
        return [s for s in text.splitlines() if re.search(pattern, s)]

    def wait_for(self, pattern):
        polling.wait_until(lambda: self.lines(pattern), pattern)

    def check(self, server_id, request, step, end='done'):
        """Check that a step is logged in the name of its request."""
        what = re.escape(f'Instance {server_id}: {step}: ')
        begun = rf' INFO .*{request} .*{what}begun$'
        ended = rf' (INFO|WARNING) .*{request} .*{what}{end}{_SECONDS}'
        if end != 'done':
            ended = ended.replace(_SECONDS, r' after \d+\.\d{3} s: ')
        self.wait_for(ended)
        self.assertEqual((1, 1), (
            len(self.lines(begun)), len(self.lines(ended)),
        ))  # fmt: skip

    def test_steps(self):
        self.start()
        server_id = self.admin.create(
            'one', {'fake:fail': 'power_off'}, host='host1'
        )
        self.admin.wait_for(server_id, 'ACTIVE')
        [create] = self.admin.actions(server_id)
        self.check(
            server_id,
            create['request_id'],
            'compute__do_build_and_run_instance on host1',
        )
        live = self.admin.act(
            server_id,
            'os-migrateLive',
            {'host': None, 'block_migration': 'auto'},
        )
        self.admin.wait_for_end(server_id, live)
        for step in (
            'conductor_live_migrate_instance on controller',
            'compute_live_migration on host1',
            'compute_pre_live_migration on host2',
            'compute_post_live_migration_at_destination on host2',
        ):
            self.check(server_id, live, step)
        self.admin.wait_for(server_id, 'ACTIVE')
        stop = self.admin.act(server_id, 'os-stop')
        step = 'compute_stop_instance on host2'
        self.check(server_id, stop, step, 'failed')

    def test_what_is_done_again_after_a_crash(self):
        self.start(OS_FAKE__SECONDS='600')
        server_id = self.admin.create('one', host='host1')
        [create] = self.admin.actions(server_id)
        request = create['request_id']
        step = 'compute__do_build_and_run_instance'
        self.admin.wait_for_step(server_id, request, step, 'host1')
        self.service.kill()
        self.start()
        self.admin.wait_for(server_id, 'ACTIVE')
        self.wait_for(rf'{request} .*Instance {server_id}: resuming {step}')
        self.wait_for(
            rf'{request} .*Instance {server_id}: {step} on host1: '
            rf'done{_SECONDS}'
        )

    def test_services(self):
        self.start()
        self.assertEqual(0, self.service.stop())
        for name, host in (
            ('nova-ext-conductor', 'controller'),
            ('nova-ext-compute', 'host1'),
            ('nova-ext-compute', 'host2'),
        ):
            [line] = self.lines(rf'Starting {name} \S+ on host {host}, ')
            self.assertRegex(
                line,
                r' broker fake:///, database sqlite:///.*nova_ext\.sqlite$',
            )
            for text in 'Started', 'Stopping', 'Stopped':
                pattern = f'{text} {name} on host {host}'
                self.assertEqual(1, len(self.lines(pattern)), pattern)
