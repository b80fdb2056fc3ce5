# SPDX-License-Identifier: Apache-2.0
"""Lines on standard error about errors that have none of their own."""

import errno
import io
import logging
import os
import sys

import fixtures
from oslo_log import log
from oslotest import base

from ext_lib import startup

_PROGRAM = startup.Program('some-program')


def _fail():
    raise RuntimeError('One line\nand another')


class TestUnknownErrors(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.errors = io.StringIO()
        self.useFixture(fixtures.MonkeyPatch('sys.stderr', self.errors))

    def run_it(self, *handlers):
        root = logging.getLogger()
        self.useFixture(fixtures.MonkeyPatch('logging.root.handlers', []))
        for handler in handlers:
            root.addHandler(handler)
        self.assertRaises(RuntimeError, _PROGRAM.run, _fail)
        return self.errors.getvalue()

    def test_one_line_where_the_log_has_the_traceback(self):
        self.assertEqual(
            'some-program: RuntimeError: One line and another (see the log)\n',
            self.run_it(logging.StreamHandler(io.StringIO())),
        )

    def test_nothing_where_the_traceback_follows(self):
        self.assertEqual('', self.run_it())

    def test_log_configuration_that_cannot_be_loaded(self):
        def fail():
            raise log.LogConfigError('/etc/some.conf', 'no such file')

        self.assertEqual(startup.MISCONFIGURED, _PROGRAM.run(fail))
        self.assertIn('/etc/some.conf', self.errors.getvalue())


class TestInterrupts(base.BaseTestCase):
    """A person at a terminal stops a program."""

    def test_one_line_and_no_traceback(self):
        def wait():
            raise KeyboardInterrupt

        errors = self.useFixture(fixtures.StringStream('stderr')).stream
        self.useFixture(fixtures.MonkeyPatch('sys.stderr', errors))
        self.assertEqual(startup.INTERRUPTED, _PROGRAM.run(wait))
        errors.seek(0)
        self.assertEqual('some-program: Interrupted.\n', errors.read())


class TestOutput(base.BaseTestCase):
    """Standard output that nothing reads, or that is closed."""

    def run_unread(self, main):
        """Run a program, the output of which goes to a pipe without an end."""
        reading, writing = os.pipe()
        os.close(reading)
        output = self.useFixture(_Stream(writing)).stream
        self.useFixture(fixtures.MonkeyPatch('sys.stdout', output))
        errors = io.StringIO()
        self.useFixture(fixtures.MonkeyPatch('sys.stderr', errors))
        status = _PROGRAM.run(main)
        # Discarded, so that this does not fail.
        output.write('more')
        output.flush()
        self.assertEqual('', errors.getvalue())
        return status

    def test_what_is_written_last(self):
        def write():
            return sys.stdout.write('a line\n')

        self.assertEqual(startup.UNREAD, self.run_unread(write))

    def test_a_help(self):
        def write():
            sys.stdout.write('usage\n')
            raise SystemExit(0)

        self.assertEqual(startup.UNREAD, self.run_unread(write))

    def test_more_than_fits_into_memory(self):
        def write():
            while True:
                sys.stdout.write('a line\n' * 1000)

        self.assertEqual(startup.UNREAD, self.run_unread(write))

    def test_closed_streams(self):
        def write():
            sys.stdout.write('a line\n')
            sys.stderr.write('another\n')
            return 0

        for name in ('sys.stdout', 'sys.stderr'):
            self.useFixture(fixtures.MonkeyPatch(name, None))
        self.assertEqual(0, _PROGRAM.run(write))

    def test_another_pipe(self):
        def fail():
            raise BrokenPipeError(errno.EPIPE, 'Broken pipe')

        errors = io.StringIO()
        self.useFixture(fixtures.MonkeyPatch('sys.stderr', errors))
        self.assertEqual(startup.FAILED, _PROGRAM.run(fail))
        self.assertIn('Broken pipe', errors.getvalue())


class _Stream(fixtures.Fixture):
    """A text stream on a file descriptor."""

    def __init__(self, number):
        super().__init__()
        self._number = number

    def _setUp(self):
        self.stream = os.fdopen(self._number, 'w', encoding='utf-8')
        self.addCleanup(self.stream.close)
