# SPDX-License-Identifier: Apache-2.0
"""A compute host that waits for a conductor heeds signals meanwhile."""

import signal
import socket

import fixtures
from oslotest import base

from ext_lib.testing import process

#: Seconds for a busy machine; a service that ends amid its start has 30.
TIMEOUT = 15


class TestWaitingHost(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        listener = socket.create_server(('127.0.0.1', 0))
        self.addCleanup(listener.close)
        listener.settimeout(TIMEOUT)
        port = listener.getsockname()[1]
        url = f'rabbit://127.0.0.1:{port}/'
        self.host = self.useFixture(
            process.Process(
                'nova_ext.cmd.compute',
                ['--config-dir', self.useFixture(fixtures.TempDir()).path],
                self.useFixture(fixtures.TempDir()).path,
                {'OS_DEFAULT__TRANSPORT_URL': url},
            )
        )
        # It says hello to a broker that will never answer.
        connection, _address = listener.accept()
        self.addCleanup(connection.close)

    def check_end(self, *numbers):
        for number in numbers:
            self.host.process.send_signal(number)
        status = self.host.process.wait(TIMEOUT)
        self.assertEqual(0, status, self.host.output.read_text())

    def test_sigterm_ends_it_at_once(self):
        self.check_end(signal.SIGTERM)

    def test_sighup_does_not_end_it(self):
        self.check_end(signal.SIGHUP, signal.SIGTERM)
