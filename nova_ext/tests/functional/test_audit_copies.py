# SPDX-License-Identifier: Apache-2.0
"""Copies of a migration in two cells are one; rows without uuid are not."""

from oslo_utils import uuidutils

from nova_ext.tests.functional import rows
from nova_ext.tests.functional import test_audit


class TestCopies(test_audit.AuditTestCase):
    """While a server moves, two cells have its migrations."""

    def setUp(self):
        super().setUp()
        uuids = [uuidutils.generate_uuid() for _ in range(7)]
        # Each has numbers of its own for them.
        self.moving = self.store_all('cell1', uuids, status='post-migrating')
        self.store('cell2', rows.server(uuid=self.moving[0].instance_uuid))
        for row in reversed(self.moving):
            copy = rows.migration(
                row.instance_uuid,
                uuid=row.uuid,
                created_at=row.created_at,
                updated_at=rows.moment(9),
                status='finished',
            )
            self.store('cell2', copy)

    def store_all(self, cell, uuids, **columns):
        server = self.store(cell, rows.server())
        new = [
            rows.migration(server.uuid, n // 4, uuid=uuid, **columns)
            for n, uuid in enumerate(uuids)
        ]
        self.store(cell, *new)
        return new

    def test_each_is_listed_once(self):
        numbers = {row.uuid: row.id for row in self.moving}
        last = len(numbers) + 1
        # The greater of the numbers that two cells have for it.
        newest_first = sorted(
            self.moving,
            key=lambda row: (
                *(-row.created_at.second, -max(row.id, last - row.id)),
                row.uuid,
            ),
        )
        expected = [row.uuid for row in newest_first]
        for limit in (1, 2, 3, 6, 7, 8, 1000):
            found = self.migrations(f'limit={limit}')
            self.assertEqual(expected, [m['uuid'] for m in found])
            self.assertEqual({'finished'}, {m['status'] for m in found})

    def test_filters_choose_among_copies(self):
        for query, expected in (
            ('status=post-migrating', 7),
            ('status=finished', 7),
            ('status=error', 0),
            ('host=host2', 7),
            ('host=elsewhere', 0),
        ):
            for limit in (1, 2, 3):
                found = self.listed(f'{query}&limit={limit}')
                self.assertEqual(expected, len(found))
                self.assertEqual(expected, len(set(found)))

    def test_both_before_there_were_pages(self):
        body = self.get('/os-migrations', version='2.58')
        self.assertEqual(14, len(body['migrations']))

    def test_a_marker_that_is_listed_nowhere(self):
        [first, *_] = self.migrations('limit=1')
        marker = f'limit=99&marker={first["uuid"]}'
        self.assertEqual(6, len(self.listed(marker)))
        self.assertEqual([], self.listed(f'{marker}&status=error'))

    def test_a_number_of_two_migrations_is_no_marker(self):
        number = self.moving[0].id
        response = self.request(
            'GET', f'/os-migrations?marker={number}', version='2.80'
        )
        self.assertEqual(400, response.status_int)

    def test_a_number_of_one_migration_is_a_marker(self):
        [last] = self.store_all('cell1', [None], status='error')
        [middle] = self.store_all('cell2', [uuidutils.generate_uuid()])
        newest_first = self.listed('limit=99')
        self.assertEqual(last.id, middle.id)
        [alone] = self.store_all('cell1', [uuidutils.generate_uuid()])
        newest_first = self.listed('limit=99')
        position = newest_first.index(alone.uuid) + 1
        self.assertEqual(
            newest_first[position:],
            self.listed(f'limit=99&marker={alone.id}'),
        )

    def test_those_without_a_uuid_are_no_copies(self):
        self.store_all('cell0', [None] * 5)
        for cell in ('cell1', 'cell2'):
            self.store_all(cell, [None] * 2)
        for limit in (1, 2, 3, 1000):
            found = self.listed(f'limit={limit}')
            self.assertEqual(16, len(found))
            self.assertEqual(16, len(set(found)))

    def test_one_without_a_uuid_has_the_same_everywhere(self):
        live = {'migration_type': 'live-migration', 'status': 'running'}
        [row] = self.store_all('cell2', [None], **live)
        [listed] = self.migrations('status=running')
        path = f'/servers/{row.instance_uuid}/migrations'
        [migration] = self.get(path)['migrations']
        self.assertEqual(listed['uuid'], migration['uuid'])
        self.assertTrue(uuidutils.is_uuid_like(listed['uuid']))
