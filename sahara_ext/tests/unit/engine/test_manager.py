# SPDX-License-Identifier: Apache-2.0
"""Engines come in place of those who died."""

import datetime

import sqlalchemy as sa

from sahara_ext.db import models
from sahara_ext.db.api import engine as engine_db
from sahara_ext.db.facade import facade
from sahara_ext.engine.manager import EngineManager
from sahara_ext.engine.manager import EventCleanup
from sahara_ext.infra.base import load_driver
from sahara_ext.plugins.registry import PluginRegistry
from sahara_ext.tests import base
from sahara_ext.tests import recording


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
            load_driver(self.conf),
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


class TestEventCleanup(base.DatabaseTestCase):
    def setUp(self):
        super().setUp()
        cluster = recording.cluster(self.context)
        self.step = recording.progress(cluster).step('One', 5)
        for instance in recording.instances(5):
            self.step.succeed(instance)

    def clean_up(self, **settings):
        self.settings.set('event_log', **settings)
        for task in EventCleanup(self.conf).tasks():
            task.run()
        return len(recording.events(self.step.id))

    def test_old_events_go(self):
        self.assertEqual(0, self.clean_up(cleanup_age=0))
        self.assertIn('Removed 5 events', self.log.output)

    def test_young_events_stay(self):
        self.assertEqual(5, self.clean_up(cleanup_age=60))

    def test_the_interval(self):
        self.settings.set('event_log', cleanup_interval=17)
        (task,) = EventCleanup(self.conf).tasks()
        self.assertEqual(17, task.seconds)

    def test_it_can_be_turned_off(self):
        self.assertEqual(5, self.clean_up(cleanup_age=0, cleanup_interval=0))
