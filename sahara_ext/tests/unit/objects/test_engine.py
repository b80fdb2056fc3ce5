# SPDX-License-Identifier: Apache-2.0
"""Engines are known from their start to their end."""

from sahara_ext.objects.engine import Engine
from sahara_ext.tests.unit.objects import base


class TestEngine(base.TestCase):
    def test_each_run_has_an_id_of_its_own(self):
        first, second = self.engine(), self.engine()
        self.assertNotEqual(first.id, second.id)
        self.assertEqual('host', first.host)
        self.assertEqual(set(), first.obj_what_changed())

    def test_signs_of_life(self):
        engine = self.engine()
        before = engine.last_seen_at
        engine.heartbeat()
        self.assertGreaterEqual(engine.last_seen_at, before)
        self.assertEqual(before, engine.started_at)

    def test_who_is_dead(self):
        cluster = self.create()
        first, second = self.engine(), self.engine()
        self.assertTrue(self.claim(cluster, first))
        self.assertFalse(self.claim(cluster, second))
        first.destroy()
        self.assertTrue(self.claim(cluster, second))
        first.register()
        first.destroy_others()
        self.assertTrue(self.claim(cluster, first))

    def test_a_deadline_is_of_the_same_clock(self):
        engine = self.engine()
        now = Engine.get_deadline(self.context, 0)
        self.assertLessEqual(engine.last_seen_at, now)
        earlier = Engine.get_deadline(self.context, 3600)
        self.assertLess(earlier, engine.last_seen_at)

    def test_the_dead_are_deleted(self):
        self.engine()
        for seconds, number in ((60, 0), (-60, 1), (-60, 0)):
            deadline = Engine.get_deadline(self.context, seconds)
            self.assertEqual(
                number, Engine.destroy_dead(self.context, deadline)
            )

    def test_all_and_who_of_them_is_alive(self):
        engines = {self.engine().id, self.engine().id}
        for seconds, is_alive in ((60, True), (-60, False)):
            found = self.assertAsks(1, Engine.get_all, self.context, seconds)
            self.assertEqual(engines, {engine.id for engine, _ in found})
            self.assertEqual([is_alive] * 2, [alive for _, alive in found])
