# SPDX-License-Identifier: Apache-2.0
"""Migrations are stored, found, changed and listed."""

from oslo_utils import uuidutils

from ext_lib import exception as ext_exception
from ext_lib.paging import Page
from nova_ext import exception
from nova_ext.db.api import instance as instance_db
from nova_ext.db.api import migration as migration_db
from nova_ext.db.api import migration_list as migration_list_db
from nova_ext.tests.unit.db import base

COUNTERS = ('memory_total', 'disk_remaining')


class MigrationTestCase(base.TestCase):
    def setUp(self):
        super().setUp()
        self.server = self.instance()

    def create(self, **values):
        return self.migration(self.server, **values)


class TestMigrationCreate(MigrationTestCase):
    def test_what_is_stored(self):
        row = self.assertAsks(
            1, self.create, memory_total=2**40, user_id='u', project_id='p'
        )
        found = migration_db.migration_get(self.context, row.id)
        self.assertEqual(
            (2**40, 'u', 'p', False, None, 0),
            (
                found.memory_total,
                found.user_id,
                found.project_id,
                found.hidden,
                found.updated_at,
                found.deleted,
            ),
        )


class TestMigrationGet(MigrationTestCase):
    def test_by_number_and_uuid(self):
        row = self.create()
        found = self.assertAsks(
            1, migration_db.migration_get, self.context, row.id
        )
        self.assertEqual(row.uuid, found.uuid)
        found = migration_db.migration_get_by_uuid(self.context, row.uuid)
        self.assertEqual(row.id, found.id)
        found = migration_db.migration_get_by_id_and_instance(
            self.context, row.id, self.server.uuid
        )
        self.assertEqual(row.id, found.id)

    def test_what_there_is_not(self):
        for number in (0, -1, 10**30, 'abc', '1.5'):
            self.assertRaises(
                exception.MigrationNotFound,
                migration_db.migration_get,
                self.context,
                number,
            )
        for uuid in (uuidutils.generate_uuid(), '', '\0'):
            self.assertRaises(
                exception.MigrationNotFound,
                migration_db.migration_get_by_uuid,
                self.context,
                uuid,
            )

    def test_of_another_server(self):
        row = self.create()
        for number, uuid in (
            (row.id, self.instance().uuid),
            (row.id + 1, self.server.uuid),
            ('999999999999999999999', self.server.uuid),
        ):
            self.assertRaises(
                exception.MigrationNotFoundForInstance,
                migration_db.migration_get_by_id_and_instance,
                self.context,
                number,
                uuid,
            )

    def test_of_a_deleted_server(self):
        row = self.create()
        instance_db.instance_destroy(self.context, self.server.uuid)
        self.assertRaises(
            exception.MigrationNotFound,
            migration_db.migration_get,
            self.context,
            row.id,
        )


class TestMigrationUpdate(MigrationTestCase):
    def update(self, row, values, **kwargs):
        return migration_db.migration_update(
            self.context, row.id, values, **kwargs
        )

    def test_columns(self):
        row = self.update(self.create(), {'status': 'completed'})
        self.assertEqual('completed', row.status)
        self.assertIsNotNone(row.updated_at)

    def test_if_it_has_an_expected_status(self):
        row = self.create(status='queued')
        row = self.assertAsks(
            2,
            self.update,
            row,
            {'status': 'cancelled'},
            expected_status=['queued', 'preparing'],
        )
        self.assertEqual('cancelled', row.status)

    def test_not_if_it_has_another(self):
        row = self.create(status='running')
        error = self.assertRaises(
            exception.InvalidMigrationState,
            self.update,
            row,
            {'status': 'cancelled'},
            expected_status='queued',
        )
        self.assertEqual('running', error.kwargs['state'])
        row = migration_db.migration_get(self.context, row.id)
        self.assertEqual('running', row.status)

    def test_what_there_is_not(self):
        row = self.create()
        row.id += 1
        self.assertRaises(
            exception.MigrationNotFound, self.update, row, {'status': 'x'}
        )


class TestInProgress(MigrationTestCase):
    def test_statuses_and_types(self):
        statuses = (
            'accepted', 'queued', 'preparing', 'running', 'post-migrating',
            'completed', 'error',
        )  # fmt: skip
        rows = [self.create(status=status) for status in statuses]
        cold = self.create(migration_type='migration')
        self.migration(self.instance())

        def get(*kind):
            return base.ids(
                migration_db.migration_get_in_progress_by_instance(
                    self.context, self.server.uuid, *kind
                )
            )

        self.assertEqual([*base.ids(rows[1:5]), cold.id], get())
        self.assertEqual(base.ids(rows[1:5]), get('live-migration'))
        self.assertEqual([], get('unknown'))


class TestUnfinished(MigrationTestCase):
    def test_from_and_to_a_host(self):
        leaves = self.create(source_compute='here', status='finished')
        comes = self.create(dest_compute='here', status='accepted')
        self.create(status='running')
        for status in ('confirmed', 'reverted', 'error', 'failed', 'done'):
            self.create(source_compute='here', status=status)
        found = migration_db.migration_get_unfinished_by_host(
            self.admin, 'here'
        )
        self.assertEqual([leaves.id, comes.id], base.ids(found))


class MigrationListTestCase(MigrationTestCase):
    def list(self, page=None, **filters):
        filters = {
            k.replace('changes_', 'changes-'): v for k, v in filters.items()
        }
        return base.ids(
            migration_list_db.migration_get_all_by_filters(
                self.admin, filters, page
            )
        )


class TestMigrationFilters(MigrationListTestCase):
    def setUp(self):
        super().setUp()
        self.a = self.create(
            source_compute='h1', dest_compute='h2', user_id='u1',
            project_id='p1', status='running', updated_at=base.minutes(100),
        ).id  # fmt: skip
        self.b = self.create(
            source_compute='h2', dest_compute='h3', user_id='u2',
            project_id='p1', status='error', migration_type='resize',
            updated_at=base.minutes(200),
        ).id  # fmt: skip
        self.c = self.create(
            source_compute='h1', dest_compute='h1', user_id='u2',
            project_id='p2', status='error', hidden=True,
        ).id  # fmt: skip

    def test_none(self):
        self.assertEqual([self.a, self.b, self.c], self.list())

    def test_each(self):
        self.assertEqual([self.b, self.c], self.list(status='error'))
        self.assertEqual([self.b], self.list(migration_type='resize'))
        self.assertEqual([self.a], self.list(user_id='u1'))
        self.assertEqual([self.a, self.b], self.list(project_id='p1'))
        self.assertEqual([self.b], self.list(source_compute='h2'))
        self.assertEqual(
            [self.a, self.b, self.c],
            self.list(instance_uuid=self.server.uuid),
        )

    def test_together(self):
        self.assertEqual([self.b], self.list(status='error', project_id='p1'))
        self.assertEqual([], self.list(status='running', user_id='u2'))
        self.assertEqual([self.b], self.list(host='h2', status='error'))

    def test_host_is_either_end(self):
        self.assertEqual([self.a, self.b], self.list(host='h2'))
        self.assertEqual([self.b], self.list(host='h3'))
        self.assertEqual([self.a, self.c], self.list(host='h1'))
        self.assertEqual([], self.list(host='h4'))

    def test_host_makes_source_compute_void(self):
        self.assertEqual([self.b], self.list(host='h3', source_compute='h1'))

    def test_hidden(self):
        for value in ('0', False, 'true', '', ' 00x'):
            self.assertEqual([self.a, self.b], self.list(hidden=value))
        for value in ('1', True, ' 01st'):
            self.assertEqual([self.c], self.list(hidden=value))
        for value in ('2', '10', '9' * 5000):
            self.assertEqual([], self.list(hidden=value))

    def test_values_there_are_not(self):
        for value in ('', 'x', '\0', 'x' * 300):
            for name in ('status', 'migration_type', 'user_id', 'host'):
                self.assertEqual([], self.list(**{name: value}))

    def test_changes(self):
        self.assertEqual([self.b], self.list(changes_since=base.minutes(101)))
        self.assertEqual(
            [self.a, self.b], self.list(changes_since=base.minutes(100))
        )
        self.assertEqual([self.a], self.list(changes_before=base.minutes(199)))
        self.assertEqual(
            [self.b, self.a],
            self.list(
                Page(),
                changes_since=base.minutes(100),
                changes_before=base.minutes(200),
            ),
        )

    def test_until_the_end_of_time(self):
        found = self.list(changes_before='9999-12-31T23:59:59Z')
        self.assertEqual([self.a, self.b], found)

    def test_clocks_may_differ(self):
        row = self.create(
            created_at=base.minutes(310), updated_at=base.minutes(300)
        )
        self.assertEqual(
            [row.id],
            self.list(
                changes_since=base.minutes(300),
                changes_before=base.minutes(300),
            ),
        )

    def test_deleted_servers_are_not_listed(self):
        instance_db.instance_destroy(self.context, self.server.uuid)
        self.assertEqual([], self.list())
        self.assertEqual([], self.list(host='h1'))
        self.assertEqual([], self.list(changes_since=base.START))


class TestMigrationPages(MigrationListTestCase):
    def setUp(self):
        super().setUp()
        self.rows = [
            self.create(
                source_compute='h1' if i % 2 else 'h2',
                dest_compute='h1' if i % 3 else 'h3',
                # Two of each moment, so that the number has to decide.
                created_at=base.minutes(i // 2),
            )
            for i in range(9)
        ]
        self.newest_first = base.ids(reversed(self.rows))

    def uuid(self, number):
        [row] = [row for row in self.rows if row.id == number]
        return row.uuid

    def assertPages(self, expected, limit, **filters):
        found, marker = [], None
        while page := self.list(Page(limit, marker), **filters):
            found += page
            marker = self.uuid(page[-1])
        self.assertEqual(expected, found)

    def test_newest_first(self):
        self.assertEqual(self.newest_first, self.list(Page()))

    def test_all_pages(self):
        for limit in (1, 2, 4, 9, 10):
            self.assertPages(self.newest_first, limit)

    def test_all_pages_of_a_host(self):
        at_host = [
            row.id
            for row in reversed(self.rows)
            if 'h1' in (row.source_compute, row.dest_compute)
        ]
        for limit in (1, 2, 4, 9):
            self.assertPages(at_host, limit, host='h1')

    def test_statements(self):
        self.assertAsks(1, self.list, Page(limit=2))
        marker = self.rows[4].uuid
        self.assertAsks(2, self.list, Page(limit=2, marker=marker))
        self.assertAsks(2, self.list, Page(2, marker), host='h1')
        self.assertAsks(1, self.list)
        self.assertAsks(0, self.list, Page(limit=0))

    def test_a_number_is_a_marker(self):
        for position, number in enumerate(self.newest_first, start=1):
            self.assertEqual(
                self.newest_first[position:],
                self.list(Page(marker=str(number))),
            )

    def test_a_deleted_migration_is_a_marker(self):
        other = self.migration(self.instance(), created_at=base.minutes(2))
        instance_db.instance_destroy(self.context, other.instance_uuid)
        self.assertEqual(
            [row.id for row in reversed(self.rows[:6])],
            self.list(Page(marker=other.uuid)),
        )

    def test_a_marker_need_not_pass_the_filters(self):
        self.assertEqual(
            [self.rows[3].id],
            self.list(Page(1, self.rows[4].uuid), source_compute='h1'),
        )

    def test_unknown_markers(self):
        for marker in (
            *(uuidutils.generate_uuid(), '', '\0', '0', '01', '-1', '1.0'),
            *('999999', '9' * 18, '9' * 400, '\u0661'),
        ):
            self.assertRaises(
                ext_exception.MarkerNotFound, self.list, Page(marker=marker)
            )
