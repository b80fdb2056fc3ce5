# SPDX-License-Identifier: Apache-2.0
"""Operators remove tasks, but none whose tag still protects."""

import datetime
from unittest import mock

from oslo_config import cfg
from oslo_utils import timeutils

from ext_lib import context
from nova_ext.conf import opts
from nova_ext.db import models
from nova_ext.db.api import task as task_db
from nova_ext.db.api import task_list as task_list_db
from nova_ext.db.facade import facade
from nova_ext.tests.unit.cmd import test_manage

_DAY = 86400


class TestPurgeTasks(test_manage.ManageTestCase):
    def setUp(self):
        super().setUp()
        self.conf = cfg.ConfigOpts()
        opts.register_opts(self.conf)
        self.conf([], project='test', default_config_files=[])
        self.conf.set_override('connection', self.url, 'database')
        facade.configure(self.conf)
        models.Base.metadata.create_all(facade.get_engine())
        # Days since they ended.
        self.tasks(1, 2, 3, 4, 0.5)

    def tasks(self, *ages, **values):
        facade.configure(self.conf)
        for age in ages:
            ended = timeutils.utcnow() - datetime.timedelta(days=age)
            task_db.task_create(
                context.get_admin_context(),
                {
                    'uuid': f'{age}-{len(values)}',
                    'tag': 't',
                    'state': 'success',
                    'ended_at': ended,
                    'updated_at': ended,
                    **values,
                },
            )
        facade.reset()

    def left(self):
        facade.configure(self.conf)
        found = task_list_db.task_get_all_by_filters(
            context.get_admin_context(), {'key': 't'}
        )
        facade.reset()
        return len(found)

    def purge(self, *arguments):
        return self.run_program(
            'db', 'purge_tasks', '--sleep', '0', *arguments
        )

    def assertPurges(self, number, *arguments, left=0, status=0):
        before = self.left()
        out = f'{number} tasks removed, {left} left\n'
        self.assertEqual((status, out, ''), self.purge(*arguments))
        self.assertEqual(before - number, self.left())

    def test_what_protects_no_longer(self):
        self.assertPurges(4)
        self.assertPurges(0)

    def test_older_than(self):
        self.assertPurges(2, '--age', f'{2 * _DAY + 60}')

    def test_ended_before(self):
        then = timeutils.utcnow() - datetime.timedelta(days=2.5)
        self.assertPurges(2, '--before', f'{then:%Y-%m-%d %H:%M}')
        self.assertPurges(0, '--before', '1970-01-01')

    def test_zones(self):
        then = timeutils.utcnow() - datetime.timedelta(days=2.5)
        east = then + datetime.timedelta(hours=14)
        self.assertPurges(2, '--before', f'{east:%Y-%m-%dT%H:%M}+14:00')

    def test_unasked_tasks(self):
        self.tasks(29, 31, state='running', ended_at=None)
        self.assertPurges(5)
        self.configure(
            f'[database]\nconnection = {self.url}\n'
            f'[tasks]\nunread_lifetime = {20 * _DAY}\n'
        )
        self.assertPurges(1)

    def test_nothing_that_tags_protect(self):
        tomorrow = timeutils.utcnow() + datetime.timedelta(days=1)
        for arguments in (
            ('--age', '0'),
            ('--age', f'{_DAY - 60}'),
            ('--before', tomorrow.isoformat()),
            ('--before', '9999-12-31'),
            ('--age', '0', '--dry-run'),
        ):
            status, out, err = self.purge(*arguments)
            self.assertEqual((2, ''), (status, out))
            self.assertIn('Tags protect requests for 86400 s', err)
            self.assertEqual(1, err.count('\n'))
        self.assertEqual(5, self.left())

    def test_another_lifetime(self):
        self.configure(
            f'[database]\nconnection = {self.url}\n'
            '[tasks]\ntag_lifetime = 3600\n'
        )
        self.assertPurges(5)

    def test_what_keys_protect_for_longer(self):
        self.configure(
            f'[database]\nconnection = {self.url}\n'
            f'[tasks]\nkey_lifetime = {2 * _DAY}\n'
        )
        status, out, err = self.purge('--age', f'{_DAY}')
        self.assertEqual((2, ''), (status, out))
        self.assertIn('Idempotency keys protect requests for 172800 s', err)

    def test_some(self):
        self.assertPurges(1, '--max_rows', '1', left=3, status=3)
        self.assertPurges(2, '--max-rows', '2', left=1, status=3)
        self.assertPurges(1, '--max-rows', '2')

    def test_dry_run(self):
        self.assertEqual(
            (0, '4 tasks would be removed\n', ''), self.purge('--dry-run')
        )
        self.assertEqual(5, self.left())

    def test_others_get_a_turn(self):
        with mock.patch('time.sleep', autospec=True) as sleep:
            self.run_program(
                'db', 'purge_tasks', '--batch', '3', '--sleep', '2.5'
            )
        self.assertEqual([mock.call(2.5)] * 2, sleep.mock_calls)

    def test_nonsense(self):
        for arguments in (
            ('--age', '-1'), ('--age', '1.5'), ('--age', '9' * 99),
            ('--before', 'yesterday'), ('--before', ''),
            ('--age', '90000', '--before', '2020-01-01'),
            ('--max_rows', '0'), ('--max_rows', 'all'), ('--batch', '0'),
            ('--batch', '10001'), ('--sleep', '-1'), ('--sleep', 'nan'),
            ('--sleep', 'long'),
        ):  # fmt: skip
            error = self.assertRaises(SystemExit, self.purge, *arguments)
            self.assertEqual(2, error.code)
        self.assertEqual(5, self.left())

    def test_without_tables(self):
        directory, _, _ = self.url.rpartition('/')
        self.configure(f'[database]\nconnection = {directory}/empty.db\n')
        status, out, err = self.purge()
        self.assertEqual((1, ''), (status, out))
        self.assertTrue(err.startswith('nova-ext-manage: '))
