# SPDX-License-Identifier: Apache-2.0
"""Lists are paged by key, filtered by time, and never choke on a value."""

import datetime

from oslo_utils import timeutils
import sqlalchemy as sa
from sqlalchemy.dialects import mysql
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects import sqlite

from ext_lib.db import query
from ext_lib.paging import Page
from ext_lib.tests.unit.db import base

DAY = timeutils.parse_strtime('2020-01-01T00:00:00.0')
Thing = base.Thing
ALL = sa.select(Thing)


def hours(number):
    return DAY + datetime.timedelta(hours=number)


class TestPaginate(base.TestCase):
    def setUp(self):
        super().setUp()
        # Two of each moment, so that the number has to decide.
        self.add(
            *(
                Thing(id=i + 1, name=f't{i}', created_at=hours(i // 2))
                for i in range(6)
            )
        )

    def page(self, limit=None, marker=None):
        if marker is not None:
            [marker] = self.ask(ALL.where(Thing.name == marker))
        page = Page(limit=limit, marker='any')
        return self.names(query.paginate(ALL, Thing, page, marker))

    def test_newest_first(self):
        expected = ['t5', 't4', 't3', 't2', 't1', 't0']
        self.assertEqual(expected, self.page())

    def test_limit(self):
        self.assertEqual(['t5', 't4', 't3'], self.page(limit=3))

    def test_after_a_marker(self):
        self.assertEqual(['t2', 't1'], self.page(limit=2, marker='t3'))
        self.assertEqual(['t3', 't2'], self.page(limit=2, marker='t4'))

    def test_after_the_last(self):
        self.assertEqual([], self.page(marker='t0'))

    def test_pages_make_up_the_list(self):
        found, marker = [], None
        while page := self.page(limit=1, marker=marker):
            found += page
            marker = page[-1]
        self.assertEqual(self.page(), found)

    def test_a_key_is_one_range_on_each_database(self):
        marker = Thing(id=3, created_at=DAY)
        statement = query.paginate(ALL, Thing, Page(), marker)

        def compiled(dialect):
            return str(statement.compile(dialect=dialect.dialect()))

        row = '(things.created_at, things.id) < '
        self.assertIn(row, compiled(sqlite))
        self.assertIn(row, compiled(postgresql))
        self.assertIn(
            '(things.created_at < %s OR (things.created_at = %s AND '
            'things.id < %s))',
            compiled(mysql),
        )

    def test_three_columns_are_one_range_too(self):
        columns = Thing.created_at, Thing.name, Thing.id
        condition = query.precedes(columns, (DAY, 'b', 3))
        statement = ALL.where(condition)
        compiled = statement.compile(dialect=mysql.dialect())
        self.assertEqual(5, len(compiled.positiontup))
        self.assertIn(
            '(things.created_at < %s OR (things.created_at = %s AND '
            '(things.name < %s OR (things.name = %s AND things.id < %s))))',
            str(compiled),
        )
        rows = [Thing(name=n, created_at=DAY) for n in 'cab']
        self.add(*rows)
        condition = query.precedes(columns, (DAY, 'b', rows[2].id))
        found = self.names(ALL.where(condition))
        self.assertEqual(['a'], list(found))


class TestChangedBetween(base.TestCase):
    def setUp(self):
        super().setUp()
        self.add(
            Thing(name='never'),
            *(Thing(name=f't{i}', updated_at=hours(i)) for i in range(3)),
        )

    def changed(self, **filters):
        filters = {k.replace('_', '-'): v for k, v in filters.items()}
        statement = query.changed_between(ALL, Thing, filters)
        return set(self.names(statement))

    def test_without_filters_everything(self):
        self.assertEqual({'never', 't0', 't1', 't2'}, self.changed())

    def test_ends_are_included(self):
        self.assertEqual({'t1', 't2'}, self.changed(changes_since=hours(1)))
        self.assertEqual({'t0', 't1'}, self.changed(changes_before=hours(1)))

    def test_both(self):
        found = self.changed(changes_since=hours(1), changes_before=hours(1))
        self.assertEqual({'t1'}, found)

    def test_text_in_any_zone(self):
        found = self.changed(changes_since='2020-01-01T02:00:00+01:00')
        self.assertEqual({'t1', 't2'}, found)

    def test_the_ends_of_the_calendar(self):
        for first in ('0001-01-01T00:00:00Z', '0001-01-01T00:00:00+05:30'):
            self.assertEqual(3, len(self.changed(changes_since=first)))
            self.assertEqual(0, len(self.changed(changes_before=first)))
        for last in ('9999-12-31T23:59:59Z', '9999-12-31T23:59:59-05:30'):
            self.assertEqual(0, len(self.changed(changes_since=last)))
            self.assertEqual(3, len(self.changed(changes_before=last)))

    def test_none_is_no_filter(self):
        self.assertEqual(4, len(self.changed(changes_since=None)))


class TestEquals(base.TestCase):
    def setUp(self):
        super().setUp()
        self.add(
            Thing(name='a', kind='small', size=1, hidden=False),
            Thing(name='b', kind='large', size=2, hidden=True),
            Thing(name='c'),
        )

    def equal(self, column, value):
        return self.names(
            ALL.where(query.equals(column, value)).order_by(Thing.name)
        )

    def test_one_value(self):
        self.assertEqual(['b'], self.equal(Thing.name, 'b'))

    def test_any_of_several(self):
        self.assertEqual(['a', 'c'], self.equal(Thing.name, ['a', 'c', 'x']))
        self.assertEqual(['a'], self.equal(Thing.name, ('a',)))

    def test_none(self):
        self.assertEqual(['c'], self.equal(Thing.kind, None))
        self.assertEqual(['a', 'c'], self.equal(Thing.kind, [None, 'small']))

    def test_none_of_nothing(self):
        self.assertEqual([], self.equal(Thing.name, []))

    def test_integers_as_clients_send_them(self):
        self.assertEqual(['b'], self.equal(Thing.size, '2'))

    def test_integers_no_column_holds(self):
        for value in ('x', '', '-1', '1.5', 10**30, '9' * 5000, True):
            self.assertEqual([], self.equal(Thing.size, value))

    def test_booleans_as_clients_send_them(self):
        self.assertEqual(['a'], self.equal(Thing.hidden, '0'))
        self.assertEqual(['b'], self.equal(Thing.hidden, '1'))
        self.assertEqual(['b'], self.equal(Thing.hidden, True))

    def test_words_are_no_booleans(self):
        self.assertEqual([], self.equal(Thing.hidden, 'true'))
        self.assertEqual([], self.equal(Thing.hidden, ''))

    def test_words_an_enumeration_does_not_know(self):
        self.assertEqual([], self.equal(Thing.kind, 'medium'))
        self.assertEqual([], self.equal(Thing.kind, ''))

    def test_text_beyond_three_bytes(self):
        self.add(Thing(name='\N{PILE OF POO}'))
        found = self.equal(Thing.name, '\N{PILE OF POO}')
        self.assertEqual(['\N{PILE OF POO}'], found)
        found = self.equal(Thing.name, ['a', '\N{SNOWMAN}', '\N{DOG FACE}'])
        self.assertEqual(['a'], found)

    def test_text_no_database_keeps(self):
        self.assertEqual([], self.equal(Thing.name, 'a\0'))
        self.assertEqual([], self.equal(Thing.name, '\ud800'))
        self.assertEqual(['a'], self.equal(Thing.name, ['a', '\0']))
