# SPDX-License-Identifier: Apache-2.0
"""Engines give signs of life by the clock of the database."""

import datetime

from sahara_ext.db import models
from sahara_ext.db.api import engine as engine_db
from sahara_ext.tests import base as test_base
from sahara_ext.tests.unit.db import base


class TestEngine(base.TestCase):
    def register(self, engine_id, host='host'):
        return engine_db.engine_register(self.context, engine_id, host)

    def destroy_dead(self, before):
        return engine_db.engines_destroy_dead(self.context, before)

    def known(self):
        """Delete all engines, return how many there were."""
        before = engine_db.engine_clock(self.context) + datetime.timedelta(
            hours=1
        )
        return self.destroy_dead(before)

    def test_the_first_sign_and_the_next(self):
        first = self.register('one')
        self.assertEqual(first.started_at, first.last_seen_at)
        again = self.register('one', 'elsewhere')
        self.assertEqual('host', again.host)
        self.assertEqual(first.started_at, again.started_at)
        self.assertGreaterEqual(again.last_seen_at, first.last_seen_at)
        self.assertLessEqual(
            again.last_seen_at, engine_db.engine_clock(self.context)
        )

    def test_a_dead_engine_can_give_a_sign_of_life(self):
        self.register('one')
        engine_db.engine_destroy(self.context, 'one')
        self.register('one')
        self.assertEqual(1, self.known())

    def test_one_is_deleted(self):
        for engine_id in ('one', 'two'):
            self.register(engine_id)
        engine_db.engine_destroy(self.context, 'one')
        engine_db.engine_destroy(self.context, 'none')
        self.assertEqual(1, self.known())

    def test_all_others_are_deleted(self):
        for engine_id in ('one', 'two', 'three'):
            self.register(engine_id)
        engine_db.engines_destroy_others(self.context, 'two')
        self.assertEqual(1, self.known())
        self.register('two')

    def test_the_dead_are_deleted(self):
        row = self.register('new')
        test_base.add(
            self.context,
            models.Engine(
                id='old',
                started_at=base.minutes(0),
                last_seen_at=base.minutes(1),
            ),
        )
        self.assertEqual(1, self.destroy_dead(row.last_seen_at))
        self.assertEqual(0, self.destroy_dead(row.last_seen_at))
        self.assertEqual(1, self.known())

    def test_all_are_listed_by_host(self):
        self.register('one', 'b')
        self.register('two', 'a')
        found = engine_db.engines_get_all(self.context)
        self.assertEqual(['two', 'one'], [row.id for row, _ in found])
        for row, now in found:
            self.assertLessEqual(row.last_seen_at, now)
