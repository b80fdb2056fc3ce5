# SPDX-License-Identifier: Apache-2.0
"""Engines come in place of those who died."""

import datetime

import sqlalchemy as sa

from sahara_ext.db import models
from sahara_ext.db.api import engine as engine_db
from sahara_ext.db.facade import facade
from sahara_ext.engine.manager import EngineManager
from sahara_ext.infra import registry
from sahara_ext.plugins.registry import PluginRegistry
from sahara_ext.tests import base


class TestInitHost(base.DatabaseTestCase):
    def setUp(self):
        super().setUp()
        now = engine_db.engine_clock(self.context)
        dead = now - datetime.timedelta(
            seconds=self.conf.engine.heartbeat_timeout + 1
        )
        for engine_id, seen in (('dead', dead), ('alive', now)):
            row = models.Engine(
                id=engine_id, started_at=dead, last_seen_at=seen
            )
            base.add(self.context, row)

    def init_host(self, **values):
        """Start an engine; return which others are known then."""
        EngineManager(
            self.conf,
            PluginRegistry(self.conf),
            registry.load(self.conf),
            **values,
        ).init_host()
        with facade.get_engine().connect() as connection:
            ids = set(connection.scalars(sa.select(models.Engine.id)))
        self.assertEqual(1, len(ids - {'dead', 'alive'}))
        return ids & {'dead', 'alive'}

    def test_among_others(self):
        self.assertEqual({'alive'}, self.init_host())

    def test_alone(self):
        self.assertEqual(set(), self.init_host(is_alone=True))
