# SPDX-License-Identifier: Apache-2.0
"""Ctrl-C at the terminal of an all-in-one."""

import contextlib
import os
import pathlib
import pty
import resource
import subprocess
import sys
import time

import fixtures

from ext_lib.testing import polling
from nova_ext.tests import base

_INTERRUPT = b'\x03'
_COMMAND = (
    *(sys.executable, '-W', 'ignore', '-m', 'nova_ext.cmd.allinone'),
    *('--compute-port', '0', '--data-processing-port', '0', '--state-dir'),
)
#: Of processor time, which does not depend on what else the machine does.
_CPU_SECONDS = 0.25
#: On the clock, on a machine that is busy with other tests.
_SECONDS = 10


class TestInterrupt(base.TestCase):
    def setUp(self) -> None:
        super().setUp()
        state = self.useFixture(fixtures.TempDir()).path
        ours, theirs = pty.openpty()
        self.addCleanup(os.close, ours)
        os.set_blocking(ours, False)
        self.terminal = ours
        self.output = b''
        # In a session of its own, the terminal becomes its own.
        self.process = subprocess.Popen(
            [sys.executable, '-c', _WITH_TERMINAL, *_COMMAND, state],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        self.addCleanup(self.process.wait)
        self.addCleanup(self.process.kill)
        os.close(theirs)

    def read(self) -> bytes:
        # There may be no output yet, or no process any more.
        with contextlib.suppress(OSError):
            self.output += os.read(self.terminal, 65536)
        return self.output

    def cpu_seconds(self) -> float:
        text = pathlib.Path(f'/proc/{self.process.pid}/stat').read_text()
        ticks = text.rpartition(')')[2].split()[11:13]
        return sum(map(int, ticks)) / os.sysconf('SC_CLK_TCK')

    def test_idle_program_ends_at_once(self) -> None:
        polling.wait_until(
            lambda: b'ready\r\n' in self.read(), 'the service to be ready'
        )
        before = self.cpu_seconds()
        own = resource.getrusage(resource.RUSAGE_CHILDREN)
        began = time.monotonic()
        os.write(self.terminal, _INTERRUPT)
        self.assertEqual(0, self.process.wait(_SECONDS))
        elapsed = time.monotonic() - began
        now = resource.getrusage(resource.RUSAGE_CHILDREN)
        used = now.ru_utime + now.ru_stime - own.ru_utime - own.ru_stime
        self.assertLess(used - before, _CPU_SECONDS, f'{elapsed} s elapsed')
        self.assertNotIn(b'Traceback', self.read())


_WITH_TERMINAL = """
import fcntl, os, sys, termios

fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""
