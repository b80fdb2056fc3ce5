# SPDX-License-Identifier: Apache-2.0
"""Operators see which engines are alive."""

from oslo_config import cfg
import sqlalchemy as sa

from ext_lib import context
from sahara_ext.conf import opts
from sahara_ext.db import models
from sahara_ext.db.facade import facade
from sahara_ext.objects.engine import Engine
from sahara_ext.tests.unit.cmd import test_manage


class TestEngineList(test_manage.ManageTestCase):
    def setUp(self):
        super().setUp()
        self.conf = cfg.ConfigOpts()
        opts.register_opts(self.conf)
        self.conf(
            ['--config-file', self.file],
            project='test',
            default_config_files=[],
        )
        facade.configure(self.conf)
        models.Base.metadata.create_all(facade.get_engine())

    def start(self, host, age):
        """Return when an engine was last seen, ``age`` seconds ago."""
        admin = context.get_admin_context()
        engine = Engine(admin, host=host)
        engine.register()
        seen = Engine.get_deadline(admin, age)
        with facade.get_engine().begin() as connection:
            connection.execute(
                sa.update(models.Engine)
                .where(models.Engine.id == engine.id)
                .values(last_seen_at=seen)
            )
        return f'{seen:%Y-%m-%d %H:%M:%S}'

    def list(self):
        """Return the lines that are printed, each without what fills it."""
        facade.reset()
        status, out, err = self.run_program('engine', 'list')
        self.assertEqual((0, ''), (status, err))
        return out.splitlines()

    def test_each_with_its_state(self):
        seen = {
            'b': self.start('b', 30),
            'a-longer-name': self.start('a-longer-name', 90),
        }
        self.assertEqual(
            [
                'Host           Last sign of life (UTC)  State',
                f'a-longer-name  {seen["a-longer-name"]}      dead',
                f'b              {seen["b"]}      alive',
            ],
            self.list(),
        )

    def test_the_option_says_who_is_dead(self):
        self.start('one', 30)
        self.configure(
            f'[database]\nconnection = {self.url}\n'
            '[engine]\nheartbeat_timeout = 20\n'
        )
        self.assertEqual('dead', self.list()[1].split()[-1])

    def test_none(self):
        self.assertEqual(1, len(self.list()))

    def test_without_tables(self):
        models.Base.metadata.drop_all(facade.get_engine())
        facade.reset()
        status, out, err = self.run_program('engine', 'list')
        self.assertEqual((1, ''), (status, out))
        self.assertTrue(err.startswith('sahara-ext-manage: '))
