# SPDX-License-Identifier: Apache-2.0
"""The all-in-one says in one line why it does not start."""

import pathlib
import socket

from ext_lib.testing import failing_start

FAILED, MISCONFIGURED = 1, 2


class TestFailingAllInOne(failing_start.StartTestCase):
    PROGRAM = 'nova-ext-allinone'

    def check_it(self, status, texts, *arguments):
        free = ('--compute-port', '0', '--data-processing-port', '0')
        for name in list(self.variables):
            del self.variables[name]
        self.check(self.PROGRAM, status, texts, *free, *arguments)

    def test_a_port_in_use(self):
        listener = socket.create_server(('127.0.0.1', 0))
        self.addCleanup(listener.close)
        port = str(listener.getsockname()[1])
        for option in ('--compute-port', '--data-processing-port'):
            self.check_it(FAILED, (port, 'in use'), option, port)

    def test_a_port_that_is_none(self):
        for option in ('--compute-port', '--data-processing-port'):
            for port in ('65536', '-1', 'http'):
                self.check_it(MISCONFIGURED, (option, port), option, port)

    def test_a_directory_that_is_not_writable(self):
        for directory in ('/proc/state', '/dev/null/state'):
            self.check_it(FAILED, (directory,), '--state-dir', directory)

    def test_corrupt_databases(self):
        for name in ('nova_ext', 'sahara_ext'):
            state = pathlib.Path(self.directory, name)
            # Others' files in a directory open to all are left alone.
            state.mkdir(mode=0o700)
            (state / f'{name}.sqlite').write_text('No database. ' * 99)
            self.check_it(
                FAILED,
                (f'{name}.sqlite', 'not a database'),
                '--state-dir',
                str(state),
            )
