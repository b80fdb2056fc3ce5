# SPDX-License-Identifier: Apache-2.0
"""Number of statements of the audit API in the database of each cell."""

from ext_lib import fixture
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
