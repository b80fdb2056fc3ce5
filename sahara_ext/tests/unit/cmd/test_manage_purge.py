# SPDX-License-Identifier: Apache-2.0
"""Operators remove events, but none that users may need."""

from oslo_config import cfg

from ext_lib import context
from ext_lib.db import purge
from sahara_ext import objects
from sahara_ext.conf import opts
from sahara_ext.db import models
from sahara_ext.db.facade import facade
from sahara_ext.tests import recording
from sahara_ext.tests.unit.cmd import test_manage


class TestPurge(test_manage.ManageTestCase):
    def setUp(self):
        super().setUp()
        objects.register_all()
        self.conf = cfg.ConfigOpts()
        opts.register_opts(self.conf)
        self.conf(
            ['--config-file', self.file],
            project='test',
            default_config_files=[],
        )
        facade.configure(self.conf)
        models.Base.metadata.create_all(facade.get_engine())
        cluster = recording.cluster(context.get_admin_context())
        for failing in (False, False, True):
            step = recording.progress(cluster).step('One', 3)
            for instance in recording.instances(3):
                step.succeed(instance)
            if failing:
                step = recording.progress(cluster).step('Broken', 1)
                step.fail(error='no')
        facade.reset()

    def purge(self, *arguments):
        return self.run_program('events', 'purge', *arguments)

    def test_young_events_stay(self):
        self.assertEqual((0, '0 events removed, 0 left\n', ''), self.purge())

    def test_all_that_may_go(self):
        self.assertEqual(
            (0, '9 events removed, 0 left\n', ''),
            self.purge('--older-than', '0', '--batch', '2'),
        )
        self.assertEqual(
            (0, '0 events removed, 0 left\n', ''),
            self.purge('--older-than', '0'),
        )

    def test_some(self):
        self.assertEqual(
            (purge.MORE_LEFT, '5 events removed, 4 left\n', ''),
            self.purge('--older-than', '0', '--max-rows', '5'),
        )
        self.assertEqual(
            (0, '4 events removed, 0 left\n', ''),
            self.purge('--older-than', '0', '--max-rows', '4'),
        )

    def test_a_dry_run(self):
        for _ in range(2):
            self.assertEqual(
                (0, '9 events would be removed\n', ''),
                self.purge('--older-than', '0', '--dry-run'),
            )

    def test_numbers_make_sense(self):
        for arguments in (
            ('--older-than', '-1'),
            ('--older-than', '9' * 5000),
            ('--max-rows', '0'),
            ('--max-rows', 'many'),
            ('--batch', '10001'),
        ):
            self.assertRaises(SystemExit, self.purge, *arguments)
