# SPDX-License-Identifier: Apache-2.0
"""Lines on standard error about errors that have none of their own."""

import io
import logging

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
