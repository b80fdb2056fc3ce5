# SPDX-License-Identifier: Apache-2.0
"""A process writes down what it is doing when it is asked to."""

from importlib import metadata
import os
import pathlib
import signal

import fixtures
from oslo_config import cfg
from oslo_reports import opts
from oslotest import base

from ext_lib import configuration
from ext_lib.testing import polling


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

        opts.set_defaults(self.conf)
        self.conf.set_override('log_dir', str(self.directory), 'oslo_reports')

    def ask(self, product):
        """Return the report's name, without the time, and its text."""
        configuration.set_up_reports(self.conf, product)
        os.kill(os.getpid(), signal.SIGUSR2)
        polling.wait_until(lambda: any(self.directory.iterdir()), 'the report')
        [report] = self.directory.iterdir()
        return report.name.rpartition('_')[0], report.read_text()

    def test_a_signal_asks_for_it(self):
        _name, text = self.ask('nova-ext')
        self.assertIn('test_a_signal_asks_for_it', text)
        self.assertIn('product = nova-ext', text)
        self.assertNotIn('hush', text)

    def test_the_version_is_that_of_what_is_installed(self):
        """Outside a checkout there is no other to be found."""
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(self.useFixture(fixtures.TempDir()).path)
        _name, text = self.ask('sahara-ext')
        self.assertIn('product = sahara-ext', text)
        self.assertIn(f'version = {metadata.version("nova-ext")}\n', text)

    def test_each_process_has_a_file_of_its_own(self):
        name, _text = self.ask('sahara-ext')
        self.assertEqual(f'sahara-ext-{os.getpid()}_gurumeditation', name)
