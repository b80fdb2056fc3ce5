# SPDX-License-Identifier: Apache-2.0
"""Any order can be paged through, nothing and all."""

import itertools

from oslo_utils import timeutils
import sqlalchemy as sa

from ext_lib import exception
from ext_lib.db import sorting
from ext_lib.paging import Page
from ext_lib.tests.unit.db import base

Thing = base.Thing
ALL = sa.select(Thing)


class TestPaginate(base.TestCase):
    def setUp(self):
        super().setUp()
        now = timeutils.utcnow()
        values = itertools.product((None, 1, 2), (None, False, True))
        self.add(
            *(
                Thing(name=f'{size}{hidden}{i}', size=size, hidden=hidden,
                      created_at=now)
                for i, (size, hidden) in enumerate([*values] * 2)
            )
        )  # fmt: skip

    def page(self, sort, limit=None, marker=None):
        page = Page(limit=limit, marker='any')
        statement = sorting.paginate(ALL, Thing, page, sort, marker)
        return self.ask(statement)

    def assertPages(self, sort):
        """Go through all pages; return what was found."""
        whole = [row.id for row in self.page(sort)]
        found, marker = [], None
        while page := self.page(sort, limit=4, marker=marker):
            found += page
            marker = page[-1]
        self.assertEqual(whole, [row.id for row in found])
        self.assertEqual(18, len(set(whole)))
        return found

    def test_ascending_nothing_comes_first(self):
        rows = self.assertPages([('size', 'asc')])
        self.assertEqual([None] * 6 + [1] * 6, [r.size for r in rows[:12]])

    def test_descending_nothing_comes_last(self):
        rows = self.assertPages([('size', 'desc')])
        self.assertEqual([1] * 6 + [None] * 6, [r.size for r in rows[6:]])

    def test_repeated_keys_decide_nothing(self):
        sort = [('size', 'asc'), ('hidden', 'desc')]
        rows = [row.id for row in self.page(sort)]
        many = [*sort, *[('size', 'desc'), ('hidden', 'asc')] * 500]
        found = [row.id for row in self.assertPages(many)]
        self.assertEqual(rows, found)

    def test_each_key_has_its_direction(self):
        rows = self.assertPages([('hidden', 'desc'), ('size', 'asc')])
        self.assertEqual(
            [(True, None), (True, None), (True, 1)],
            [(r.hidden, r.size) for r in rows[:3]],
        )

    def test_creation_decides_among_equals(self):
        rows = self.assertPages([('created_at', 'asc')])
        self.assertEqual(sorted(r.id for r in rows), [r.id for r in rows])

    def test_unknown_keys_are_refused(self):
        for sort in ([('colour', 'asc')], [('size', 'up')]):
            self.assertRaises(exception.Invalid, self.page, sort)
