# SPDX-License-Identifier: Apache-2.0
"""Of any number of simultaneous repeats exactly one is carried out."""

from nova_ext.tests import base
from nova_ext.tests.functional.tasks import race


class TestRace(base.DatabaseTestCase):
    """On the database all tests run on."""

    def test_one_wins(self):
        all_others = race.PROCESSES * race.THREADS - 1
        self.assertEqual(
            [(1, 1, all_others)] * race.ROUNDS, race.run(self.database.url)
        )

    def test_one_is_carried_out_and_replayed(self):
        everyone = race.PROCESSES * race.THREADS
        results = race.run(self.database.url, protection='key')
        self.assertEqual(race.ROUNDS, len(results))
        for carried_out, accepted, refused in results:
            self.assertEqual(1, carried_out)
            # The first, and those that came after its answer.
            self.assertGreaterEqual(accepted, 1)
            self.assertEqual(everyone, accepted + refused)
