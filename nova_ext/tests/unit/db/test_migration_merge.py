# SPDX-License-Identifier: Apache-2.0
"""Pages of several cells make the one list there should be."""

import random

import testtools

from ext_lib import exception
from ext_lib.paging import Page
from nova_ext.db import models
from nova_ext.db.api import migration_merge
from nova_ext.tests.unit.db import base

CELLS = ('cell0', 'cell1', 'cell2')
UUIDS = 'abcdefg'
_ROUNDS = 400


def row(uuid, number, created=0, updated=None, **columns):
    """Return a migration; times are minutes."""
    return models.Migration(
        uuid=uuid,
        id=number,
        created_at=base.minutes(created),
        updated_at=None if updated is None else base.minutes(updated),
        **columns,
    )


def is_visible(row):
    """Pass the one filter of these lists."""
    return not row.hidden


def newest_first(rows):
    rows = sorted(rows, key=lambda row: row.uuid)
    return sorted(rows, key=lambda row: (row.created_at, row.id), reverse=True)


class Lists(migration_merge.Cells):
    """Cells in memory that count what they are asked."""

    def __init__(self, **rows):
        self.rows = rows
        self.asked = []

    def find(self, uuid):
        self.asked.append('find')
        return [
            migration_merge.Copy(
                migration_merge.Position(row.created_at, row.id, row.uuid),
                is_visible(row),
            )
            for rows in self.rows.values()
            for row in rows
            if row.uuid == uuid
        ]

    def read(self, limit, after):
        self.asked.append('read')
        return {
            cell: self.after(rows, after)[
                : None if limit is None else limit + 1
            ]
            for cell, rows in self.rows.items()
        }

    def after(self, rows, place):
        """Return what comes after a place, and the row there, as SQL does."""
        return [
            row
            for row in newest_first(filter(is_visible, rows))
            if place is None or (row.created_at, row.id) <= place[:2]
        ]

    def copies(self, uuids):
        self.asked.append('copies')
        return {
            cell: [
                row
                for row in filter(is_visible, rows)
                if row.uuid in uuids.get(cell, ())
            ]
            for cell, rows in self.rows.items()
        }


class MigrationMergeTestCase(testtools.TestCase):
    def pages(self, cells, limit):
        """Return all pages of a list."""
        pages, marker = [], None
        while True:
            page = migration_merge.page(cells, Page(limit, marker))
            pages.append(page)
            if limit is None or len(page) < limit:
                return pages
            marker = page[-1].uuid
            self.assertLess(len(pages), 99, 'The list has no end.')

    def listed(self, cells, limit):
        """Return the migrations of all pages."""
        return [row for page in self.pages(cells, limit) for row in page]


class TestOrder(MigrationMergeTestCase):
    def test_equals_come_in_the_order_of_uuids(self):
        a, b, c, d = (row(uuid, 3) for uuid in 'abcd')
        older = row('e', 2)
        cells = Lists(cell0=[d], cell1=[b, older], cell2=[c], cell3=[a])
        for limit in (1, 2, 3, 9, None):
            self.assertEqual([a, b, c, d, older], self.listed(cells, limit))

    def test_the_copy_that_was_changed_later_counts(self):
        for expected, copies in (
            (0, [row('u', 5, updated=3), row('u', 2, updated=2)]),
            (1, [row('u', 5, updated=2), row('u', 2, updated=3)]),
            (1, [row('u', 5, updated=2), row('u', 2, updated=2)]),
            (1, [row('u', 5), row('u', 2)]),
            (1, [row('u', 5), row('u', 2, updated=1)]),
            (0, [row('u', 5), row('u', 2, updated=0)]),
            (0, [row('u', 5, updated=1), row('u', 2)]),
            (1, [row('u', 5, updated=0), row('u', 2)]),
        ):
            a, b = copies
            for cells in (
                Lists(cell1=[a], cell2=[b]),
                Lists(cell1=[b], cell2=[a]),
            ):
                found = migration_merge.page(cells, Page(1))
                self.assertEqual([copies[expected]], found)

    def test_a_copy_is_in_the_place_of_the_first(self):
        old, new = row('u', 5, updated=1), row('u', 2, updated=2)
        between = row('v', 3)
        cells = Lists(cell1=[old], cell2=[new, between])
        for limit in (1, 2, 3, None):
            self.assertEqual([new, between], self.listed(cells, limit))

    def test_a_copy_that_passes_the_filters_is_listed_once(self):
        copies = (row('u', 5, hidden=True), row('u', 2))
        between = row('v', 3)
        for first, second in (copies, copies[::-1]):
            cells = Lists(cell1=[first, between], cell2=[second])
            for limit in (1, 2, None):
                self.assertEqual(
                    [between, copies[1]], self.listed(cells, limit)
                )

    def test_copies_that_cross(self):
        a, b = row('u', 9), row('v', 8)
        cells = Lists(cell1=[a, row('v', 3)], cell2=[b, row('u', 1)])
        for limit in (1, 2, 3):
            uuids = [row.uuid for row in self.listed(cells, limit)]
            self.assertEqual(['u', 'v'], uuids)

    def test_unknown_markers(self):
        self.assertRaises(
            exception.MarkerNotFound,
            migration_merge.page,
            Lists(cell1=[row('u', 1)], cell2=[]),
            Page(1, 'v'),
        )


class TestRounds(MigrationMergeTestCase):
    def test_one_is_enough(self):
        rows = [row(uuid, n) for n, uuid in enumerate(UUIDS)]
        cells = Lists(cell1=rows[::2], cell2=rows[1::2])
        migration_merge.page(cells, Page(3, UUIDS[-1]))
        self.assertEqual(['find', 'read', 'copies'], cells.asked)

    def test_another_fills_a_page_whose_copies_were_shown(self):
        cells = Lists(
            cell1=[row('u', 9), row('v', 8)],
            cell2=[row('u', 3), row('v', 2), row('w', 1)],
        )
        [shown] = migration_merge.page(cells, Page(2, 'v'))
        self.assertEqual('w', shown.uuid)
        self.assertEqual(2, cells.asked.count('read'))


class TestAny(MigrationMergeTestCase):
    """Small cells of all kinds."""

    def test_pages_of_any_size_make_the_whole_list(self):
        for seed in range(_ROUNDS):
            dice = random.Random(seed)
            cells = Lists(**{cell: self.make(dice) for cell in CELLS})
            expected = self.expected(cells)
            for limit in (1, 2, 3, 5, None):
                pages = self.pages(cells, limit)
                found = [row for page in pages for row in page]
                self.assertEqual(expected, found, f'{seed}, {limit}')
                if limit is not None:
                    full = {len(page) for page in pages[:-1]}
                    self.assertLessEqual(full, {limit})

    def make(self, dice):
        """Return the rows of a cell."""
        uuids = dice.sample(UUIDS, dice.randrange(len(UUIDS)))
        numbers = dice.sample(range(1, 12), len(uuids))
        return [
            row(
                uuid,
                number,
                created=dice.randrange(2),
                updated=dice.choice((None, 0, 1, 2)),
                hidden=dice.random() < 0.2,
            )
            for uuid, number in zip(uuids, numbers, strict=True)
        ]

    def expected(self, cells):
        """Return what nova makes of all rows at once."""
        kept: dict[str, models.Migration] = {}
        rows = [row for rows in cells.rows.values() for row in rows]
        for row in newest_first(filter(is_visible, rows)):
            other = kept.setdefault(row.uuid, row)
            kept[row.uuid] = migration_merge._newer(other, row)
        return list(kept.values())
