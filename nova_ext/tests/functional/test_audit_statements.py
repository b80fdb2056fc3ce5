# SPDX-License-Identifier: Apache-2.0
"""Number of statements of the audit API in the database of each cell."""

import sqlalchemy as sa

from ext_lib import fixture
from nova_ext.db import models
from nova_ext.db.facade import facade
from nova_ext.tests.functional import rows
from nova_ext.tests.functional import test_audit


class TestStatements(test_audit.AuditTestCase):
    """Three cells, each with a server and its migrations."""

    def setUp(self):
        super().setUp()
        self.servers = {}
        for cell in test_audit.CELLS:
            server = rows.server()
            new = [rows.migration(server.uuid, n) for n in range(5)]
            self.store(cell, server, rows.action(server.uuid), *new)
            self.servers[cell] = server.uuid
        gone = rows.server(deleted=1)
        self.store(test_audit.CELLS[1], gone, rows.action(gone.uuid))
        self.gone = gone.uuid
        # Whether a cell has migrations at all is asked until it has.
        self.get('/os-migrations?limit=1')
        self.counts = [
            self.useFixture(fixture.Statements(facade, cell))
            for cell in test_audit.CELLS
        ]

    def assertAsks(self, path, *expected):
        for count in self.counts:
            count.clear()
        body = self.get(path)
        asked = [count.statements for count in self.counts]
        self.assertEqual(expected, tuple(map(len, asked)), f'{path}: {asked}')
        self.assertEqual(asked, [count.selects for count in self.counts])
        return body

    def test_a_server_is_looked_for_in_the_order_of_the_cells(self):
        for cell, expected in zip(
            test_audit.CELLS, ((1, 0, 0), (1, 1, 0), (1, 1, 1)), strict=True
        ):
            for what in ('os-instance-actions', 'migrations'):
                path = f'/servers/{self.servers[cell]}/{what}'
                self.assertAsks(path, *expected)

    def test_of_a_deleted_one_the_others_are_asked_whether_they_know_it(self):
        path = f'/servers/{self.gone}/os-instance-actions'
        self.assertAsks(path, 1, 1, 1)
        [known] = self.counts[2].statements
        self.assertIn('SELECT instances.id \n', known)

    def test_a_cell_without_migrations_is_asked_for_no_page(self):
        for cell in test_audit.CELLS[1:]:
            with facade.get_engine(cell).begin() as connection:
                connection.execute(sa.delete(models.Migration))
            facade._of(cell).fruitful.clear()
        body = self.assertAsks('/os-migrations?limit=4', 1, 1, 1)
        self.assertEqual(4, len(body['migrations']))
        uuid = body['migrations'][-1]['uuid']
        path = f'/os-migrations?limit=4&marker={uuid}'
        self.assertEqual(1, len(self.assertAsks(path, 2, 1, 1)['migrations']))

    def test_all_migrations(self):
        self.assertAsks('/os-migrations', 1, 1, 1)
        self.assertAsks('/os-migrations?host=host1', 1, 1, 1)

    def test_a_page_of_them(self):
        # A page, and whether the others have copies of what is on it; behind
        # a marker also where that is.
        path = '/os-migrations?limit=4'
        body = self.assertAsks(path, 2, 2, 2)
        uuid = body['migrations'][-1]['uuid']
        for query in ('', '&host=host1'):
            self.assertAsks(f'{path}&marker={uuid}{query}', 3, 3, 3)
