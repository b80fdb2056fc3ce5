# SPDX-License-Identifier: Apache-2.0
"""Lists of clusters: whose, which, in what order, and page by page."""

from ext_lib import exception
from ext_lib.paging import ALL
from ext_lib.paging import Page
from sahara_ext.db.api import cluster_list
from sahara_ext.db.api import cluster_list as cluster_list_db
from sahara_ext.tests.unit.db import base


class ListTestCase(base.TestCase):
    def page(self, page=ALL, filters=None, sort=None, caller=None):
        return cluster_list_db.cluster_get_page(
            caller or self.context, page, filters or {}, sort
        )

    def names(self, *args, **kwargs):
        return ' '.join(base.names(self.page(*args, **kwargs).rows))

    def clusters(self, number, **values):
        return [self.cluster(**values) for _ in range(number)]


class TestVisible(ListTestCase):
    def setUp(self):
        super().setUp()
        self.cluster()
        self.cluster(is_public=True)
        self.cluster(project_id=base.OTHER_PROJECT)
        self.cluster(project_id=base.OTHER_PROJECT, is_public=True)

    def test_own_and_public_ones_once_each(self):
        self.assertEqual('c3 c1 c0', self.names())
        self.assertEqual('c3 c2 c1', self.names(caller=self.stranger))

    def test_a_page_is_of_both(self):
        self.assertEqual('c3 c1', self.names(Page(2)))

    def test_callers_without_a_project_see_public_ones(self):
        self.stranger.project_id = None
        self.assertEqual('c3 c1', self.names(caller=self.stranger))


class TestPages(ListTestCase):
    def setUp(self):
        super().setUp()
        # Some are another project's, and some as old as others.
        owners = [self.context.project_id, *[base.OTHER_PROJECT] * 2]
        self.rows = [
            self.cluster(
                project_id=owners[number % 3],
                is_public=number % 3 == 1,
                created_at=base.minutes(number // 2),
            )
            for number in range(9)
        ]
        self.seen = [row.id for row in self.page().rows]

    def test_pages_of_any_size_make_the_whole(self):
        for sort in (
            None,
            ('created_at', 'asc'),
            ('name', 'desc'),
            ('status', 'asc'),
            ('id', 'desc'),
        ):
            whole = [row.id for row in self.page(sort=sort).rows]
            self.assertEqual(6, len(whole))
            for size in (1, 2, 3, 5, 6, 7):
                self.assertEqual(whole, list(self.forward(size, sort)))

    def forward(self, size, sort):
        marker = None
        while True:
            found = self.page(Page(size, marker), sort=sort)
            yield from (row.id for row in found.rows)
            marker = found.next_marker
            if marker is None:
                return
            self.assertEqual(found.rows[-1].id, marker)

    def test_the_way_back(self):
        for sort in (None, ('name', 'asc'), ('plugin_name', 'desc')):
            whole = [row.id for row in self.page(sort=sort).rows]
            for size in (1, 2, 3):
                self.check_way_back(whole, size, sort)

    def check_way_back(self, whole, size, sort):
        # From the page after the last row, which is empty, to the first.
        marker = whole[-1]
        end = len(whole)
        while marker is not None:
            found = self.page(Page(size, marker), sort=sort)
            self.assertEqual(
                whole[end : end + size], [row.id for row in found.rows]
            )
            end -= size
            marker = found.previous_marker
        self.assertLessEqual(end, 0)

    def test_there_is_nothing_before_the_first(self):
        found = self.page(Page(2))
        self.assertIsNone(found.previous_marker)
        # Two rows before this one there is none: it is the first page.
        self.assertIsNone(
            self.page(Page(2, found.next_marker)).previous_marker
        )

    def test_there_is_nothing_after_the_last(self):
        for limit in (None, 6, 7):
            self.assertIsNone(self.page(Page(limit)).next_marker)
        self.assertEqual(self.seen[4], self.page(Page(5)).next_marker)

    def test_without_a_limit(self):
        found = self.page(Page(None, self.seen[2]))
        self.assertEqual(self.seen[3:], [row.id for row in found.rows])
        self.assertEqual((None, None), found[1:])

    def test_nothing_is_asked_for_nothing(self):
        found = self.assertAsks(0, self.page, Page(0, self.seen[2]))
        self.assertEqual(([], None, None), found)

    def test_markers_that_callers_do_not_see(self):
        hidden = self.rows[2].id
        for marker in ('', 'x', 'a\0b', '\N{PILE OF POO}', hidden):
            for limit in (1, None):
                self.assertRaises(
                    exception.MarkerNotFound, self.page, Page(limit, marker)
                )

    def test_a_marker_need_not_pass_the_filters(self):
        found = self.page(
            Page(2, self.seen[1]), {'name': ['c0', 'c8', 'nope']}
        )
        self.assertEqual('c0', ' '.join(base.names(found.rows)))


class TestFilters(ListTestCase):
    def setUp(self):
        super().setUp()
        self.cluster()
        self.cluster(status='Error', plugin_name='vanilla', is_public=True)
        self.cluster(plugin_version='2', is_transient=True, description='d')

    def test_each(self):
        for filters, expected in (
            ({}, 'c2 c1 c0'),
            ({'name': 'c1'}, 'c1'),
            ({'name': 'C1'}, ''),
            ({'name': ['c2', 'c0', 'c9']}, 'c2 c0'),
            ({'status': 'Error'}, 'c1'),
            ({'plugin_name': 'fake'}, 'c2 c0'),
            ({'plugin_name': 'fake', 'plugin_version': '2'}, 'c2'),
            ({'description': 'd'}, 'c2'),
            ({'description': None}, 'c1 c0'),
            ({'is_public': True}, 'c1'),
            ({'is_public': '0'}, 'c2 c0'),
            ({'is_transient': '1'}, 'c2'),
            ({'is_protected': 'no boolean'}, ''),
            ({'cluster_template_id': '\N{PILE OF POO}'}, ''),
            ({'name': '\0'}, ''),
        ):
            self.assertEqual(
                expected, self.names(filters=filters), str(filters)
            )

    def test_all_have_a_column(self):
        for name in cluster_list.FILTERS:
            self.assertEqual('', self.names(filters={name: 'nothing'}), name)

    def test_unknown_ones(self):
        error = self.assertRaises(
            exception.Invalid, self.page, filters={'name': 'x', 'nope': 1}
        )
        self.assertIn('nope', str(error))
        self.assertNotIn('name', str(error))


class TestOrder(ListTestCase):
    def setUp(self):
        super().setUp()
        for name in ('b', 'a', 'B', 'c'):
            self.cluster(name=name, status=f'on {name}'.lower())

    def test_newest_first(self):
        self.assertEqual('c B a b', self.names())
        self.assertEqual('b a B c', self.names(sort=('created_at', 'asc')))

    def test_by_a_column(self):
        # What is large and what is small differs from database to database.
        names = self.names(sort=('name', 'asc')).split()
        self.assertEqual(
            names[::-1], self.names(sort=('name', 'desc')).split()
        )
        self.assertEqual(['a', 'b', 'c'], [n for n in names if n != 'B'])

    def test_among_equals_the_id_decides(self):
        rows = self.page(sort=('status', 'asc')).rows
        self.assertEqual(
            sorted((row.status, row.id) for row in rows),
            [(row.status, row.id) for row in rows],
        )

    def test_every_order_there_is(self):
        for column in cluster_list.ORDERS:
            for direction in ('asc', 'desc'):
                self.assertEqual(
                    4, len(self.page(sort=(column, direction)).rows)
                )

    def test_orders_there_are_not(self):
        for sort in (('updated_at', 'asc'), ('name', 'up'), ('', '')):
            self.assertRaises(exception.Invalid, self.page, sort=sort)


class TestParts(ListTestCase):
    def test_two_statements_for_any_number(self):
        for number in (2, 5, 20):
            self.clusters(number, groups=2, instances=2)
            for page in (ALL, Page(7), Page(3, self.page().rows[0].id)):
                self.assertAsks(2, self.page, page)

    def test_an_empty_page_has_no_parts(self):
        [row] = self.clusters(1)
        # The page, whether there is the marker, and what is before it.
        self.assertAsks(3, self.page, Page(3, row.id))

    def test_the_row_beyond_the_page_is_not_loaded(self):
        self.clusters(3, groups=2, instances=2)
        [row] = self.page(Page(1)).rows
        self.assertEqual(['g0', 'g1'], base.names(row.node_groups))
        for group in row.node_groups:
            self.assertEqual(
                [f'{group.name}-1', f'{group.name}-2'],
                [instance.instance_name for instance in group.instances],
            )
