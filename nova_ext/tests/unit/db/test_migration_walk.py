# SPDX-License-Identifier: Apache-2.0
"""A page off the primary key is the page that an index would give."""

import datetime
import random
from typing import Any, NamedTuple

import fixtures
from oslo_log import log
from oslotest import base as test_base

from nova_ext.db.api import migration_walk
from nova_ext.tests.unit.db import base

_SKEW = datetime.timedelta(seconds=60)
_ROUNDS = 60
#: Queries for a page, of which one is of rows: what is not in order costs
#: more.
_MOST_QUERIES = 3


class Row(NamedTuple):
    id: int
    created_at: datetime.datetime | None
    is_listed: bool = True


def place(row: Any) -> Any:
    return row.created_at, row.id


class Rows(migration_walk.Source):
    """A database in memory that counts what it is asked."""

    def __init__(self, rows: list[Row], is_dense: bool = True) -> None:
        self.rows = sorted(rows)
        self._is_dense = is_dense
        self.asked = 0
        self.read = 0

    @property
    def is_dense(self) -> bool:
        return self._is_dense

    def listed(self) -> list[Row]:
        """Return all rows of the list as an index gives them."""
        rows = [row for row in self.rows if row.is_listed]
        return sorted(rows, key=place, reverse=True)

    def below(self, number: int | None, limit: int) -> list[Any]:
        rows = [row for row in self.rows if row.is_listed]
        return self._answer(rows, number, limit)

    def briefs(
        self, number: int | None, limit: int, upwards: bool = False
    ) -> list[migration_walk.Brief]:
        rows = [migration_walk.Brief(*row) for row in self.rows]
        if not upwards:
            return self._answer(rows, number, limit)
        self.asked += 1
        assert number is not None
        found = [row for row in rows if row.id >= number][:limit]
        self.read += len(found)
        return found

    def numbered(self, numbers: Any) -> list[Any]:
        self.asked += 1
        return [row for row in self.rows if row.id in numbers]

    def _answer(self, rows: Any, number: int | None, limit: int) -> Any:
        self.asked += 1
        found = [row for row in rows if number is None or row.id < number]
        found = found[::-1][:limit]
        self.read += len(found)
        return found


def pages(source: Rows, limit: int, offset: int = 0) -> list[Any]:
    """Return all rows, page after page.

    :param offset: of the numbers by which another database knows its rows
    """
    found: list[Any] = []
    after = None
    while True:
        page = migration_walk.page(source, limit, after, _SKEW)
        found += page
        if len(page) < limit:
            return found
        after = page[-1]._replace(id=page[-1].id + offset)


class WalkTestCase(test_base.BaseTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.random = random.Random(7)
        migration_walk._note.cache_clear()
        self.log = self.useFixture(
            fixtures.FakeLogger('nova_ext.db', level=log.WARNING)
        )

    def source(
        self, number: int, spacing: float, share: float = 1, within: int = 60
    ) -> Rows:
        """Return rows about ``spacing`` seconds apart.

        :param share: of those that are listed
        :param within: seconds by which a clock may be ahead
        """
        numbers = sorted(self.random.sample(range(1, 9 * number), number))
        rows = [
            Row(
                id=key,
                created_at=base.START
                + datetime.timedelta(
                    seconds=int(
                        index * spacing + self.random.uniform(0, within)
                    )
                ),
                is_listed=self.random.random() < share,
            )
            for index, key in enumerate(numbers)
        ]
        return Rows(rows, share == 1)


class TestInOrder(WalkTestCase):
    """All rows respect the bound."""

    def test_pages(self) -> None:
        for _ in range(_ROUNDS):
            source = self.source(
                number=self.random.choice((0, 1, 5, 40, 300)),
                spacing=self.random.choice((0, 0.5, 10, 59, 600)),
                share=self.random.choice((1, 0.5, 0.05)),
            )
            for limit in (1, 3, 50):
                self.assertEqual(source.listed(), pages(source, limit))
        self.assertEqual('', self.log.output)

    def test_a_place_in_another_database(self) -> None:
        """A page begins at a time, whatever number it has there."""
        for _ in range(_ROUNDS):
            source = self.source(200, self.random.choice((1, 100)))
            listed = source.listed()
            after = self.random.choice(listed)
            for number in (1, 10**6, self.random.randrange(2000)):
                elsewhere = after._replace(id=number)
                page = migration_walk.page(source, 7, elsewhere, _SKEW)
                rest = [r for r in listed if place(r) < place(elsewhere)]
                self.assertEqual(rest[:7], page)

    def test_rows_without_a_time_come_last(self) -> None:
        rows = [Row(1, None), Row(2, base.minutes(1)), Row(3, base.minutes(9))]
        found = migration_walk.page(Rows(rows), 5, None, _SKEW)
        self.assertEqual([3, 2, 1], base.ids(found))


class TestCost(WalkTestCase):
    """A page costs the same, wherever it is."""

    def assertCosts(self, source: Rows, limit: int, after: Any) -> None:
        source.asked = source.read = 0
        migration_walk.page(source, limit, after, _SKEW)
        self.assertLessEqual(source.asked, _MOST_QUERIES)
        self.assertLessEqual(source.read, limit + 60)

    def test_first_page(self) -> None:
        for number in (1000, 10_000):
            source = self.source(number, spacing=60)
            self.assertCosts(source, 50, None)
            self.assertEqual(1, source.asked)

    def test_deep_page(self) -> None:
        source = self.source(10_000, spacing=60)
        for after in source.listed()[::1000]:
            self.assertCosts(source, 50, after)

    def test_place_in_another_database(self) -> None:
        source = self.source(10_000, spacing=60)
        after = source.listed()[5000]._replace(id=10**9)
        migration_walk.page(source, 50, after, _SKEW)
        self.assertLessEqual(source.asked, 24)
        self.assertLessEqual(source.read, 400)


class TestOutOfOrder(WalkTestCase):
    """Some rows break the bound."""

    def broken(self, ahead: int, every: int = 40) -> tuple[Rows, set[int]]:
        """Return rows, of which some are ``ahead`` seconds of the others."""
        source = self.source(400, spacing=30, within=20)
        shift = datetime.timedelta(seconds=ahead)
        broken = {row.id for row in source.rows[every // 2 :: every]}
        rows = [
            row._replace(created_at=(row.created_at or base.START) + shift)
            if row.id in broken
            else row
            for row in source.rows
        ]
        return Rows(rows), broken

    def test_the_others_are_in_their_places(self) -> None:
        for ahead in (-5000, -90, 90, 5000):
            for limit in (1, 7, 50):
                source, broken = self.broken(ahead)
                found = base.ids(pages(source, limit))
                self.assertEqual(
                    [i for i in base.ids(source.listed()) if i not in broken],
                    [i for i in found if i not in broken],
                )
                self.assertEqual(len(set(found)), len(found))

    def test_a_warning_names_them(self) -> None:
        for ahead in (-5000, 5000):
            source, broken = self.broken(ahead)
            pages(source, 20)
            for number in broken:
                self.assertRegex(
                    self.log.output, rf'igration {number}, created'
                )

    def test_a_longer_bound_includes_them(self) -> None:
        source, _ = self.broken(5000)
        for limit in (1, 7, 50):
            found: list[Any] = []
            while page := migration_walk.page(
                source,
                limit,
                found[-1] if found else None,
                datetime.timedelta(seconds=6000),
            ):
                found += page
            self.assertEqual(source.listed(), found)
