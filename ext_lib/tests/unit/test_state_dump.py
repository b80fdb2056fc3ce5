# SPDX-License-Identifier: Apache-2.0
"""A process writes down what it is doing when it is asked to."""

import os
import pathlib
import signal

import fixtures
from oslo_config import cfg
from oslo_reports import opts
from oslotest import base

from ext_lib import state_dump
from ext_lib.tests import polling


class TestStateDump(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        handler = signal.getsignal(signal.SIGUSR2)
        self.addCleanup(signal.signal, signal.SIGUSR2, handler)
        self.directory = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.conf = cfg.ConfigOpts()
        self.conf.register_opt(cfg.StrOpt('password', secret=True))
        self.conf([])
        self.conf.set_override('password', 'hush')

    def test_a_signal_asks_for_it(self):
        opts.set_defaults(self.conf)
        self.conf.set_override('log_dir', str(self.directory), 'oslo_reports')
        state_dump.setup(self.conf, 'nova-ext')
        os.kill(os.getpid(), signal.SIGUSR2)
        polling.wait_until(lambda: any(self.directory.iterdir()), 'the report')
        [report] = self.directory.iterdir()
        text = report.read_text()
        self.assertIn('test_a_signal_asks_for_it', text)
        self.assertIn('product = nova-ext', text)
        self.assertNotIn('hush', text)
