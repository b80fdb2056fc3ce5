# SPDX-License-Identifier: Apache-2.0
"""The audit API reads the databases of several cells as if they were one."""

import random

from oslo_utils import uuidutils

from ext_lib import context
from ext_lib import fixture
from nova_ext.db import models
from nova_ext.db.facade import facade
from nova_ext.tests import base
from nova_ext.tests.functional import base as functional
from nova_ext.tests.functional import rows
from nova_ext.wsgi import loader

CELLS = ('cell0', 'cell1', 'cell2')


class AuditTestCase(functional.APITestCase):
    """Three cells behind one application."""

    def setUp(self):
        super().setUp()
        self.settings.set('cells', databases=CELLS)
        for cell in CELLS:
            self.useFixture(
                fixture.Database(
                    facade, models.Base.metadata, self.conf, group=cell
                )
            )
        self.app = loader.load_audit(self.conf)

    def store(self, cell, *new):
        """Put rows into the database of a cell; return the first."""
        writable = self.conf[cell].connection
        self.settings.set('database', connection=writable)
        facade.configure(self.conf)
        found = base.add(context.get_admin_context(), *new)
        self.settings.set('database', connection=None)
        self.app = loader.load_audit(self.conf)
        return found

    def listed(self, query):
        """Return the uuids of all pages of migrations."""
        return [migration['uuid'] for migration in self.migrations(query)]

    def migrations(self, query):
        """Return the migrations of all pages."""
        found = []
        body = self.get(f'/os-migrations?{query}')
        while True:
            page = body['migrations']
            found += page
            self.assertLess(len(found), 99, 'The list has no end.')
            links = body.get('migrations_links')
            if not links:
                return found
            self.assertTrue(page)
            body = self.follow(links[0]['href'])


class TestServers(AuditTestCase):
    """The audit trail of a server is in the cell of the server."""

    def server_in(self, cell, *, request_id='req-1', **columns):
        """Store a server with an action and its event; return its uuid."""
        server = rows.server(**columns)
        action = rows.action(server.uuid, request_id=request_id)
        self.store(cell, server, action)
        self.store(cell, rows.event(action.id, host=f'host-of-{cell}'))
        return server.uuid

    def actions_of(self, uuid, **kwargs):
        return self.get(f'/servers/{uuid}/os-instance-actions', **kwargs)[
            'instanceActions'
        ]

    def test_actions_are_those_of_the_cell_of_the_server(self):
        for cell in CELLS:
            uuid = self.server_in(cell)
            [action] = self.actions_of(uuid)
            path = f'/servers/{uuid}/os-instance-actions'
            shown = self.get(f'{path}/{action["request_id"]}')
            [event] = shown['instanceAction']['events']
            self.assertEqual(f'host-of-{cell}', event['host'])

    def test_deleted_servers_are_found_in_any(self):
        uuid = self.server_in('cell2', deleted=1)
        self.assertEqual(1, len(self.actions_of(uuid, version='2.21')))
        path = f'/servers/{uuid}/os-instance-actions'
        self.assertEqual(
            404, self.request('GET', path, version='2.20').status_int
        )

    def test_a_server_between_two_cells_is_the_one_users_see(self):
        # The copy that gets ready is hidden, the one that is gone deleted.
        uuid = uuidutils.generate_uuid()
        for cell, columns in (
            ('cell0', {'hidden': True}),
            ('cell1', {'deleted': 7}),
            ('cell2', {}),
        ):
            self.server_in(cell, uuid=uuid, request_id=cell, **columns)
        [action] = self.actions_of(uuid)
        self.assertEqual('cell2', action['request_id'])

    def test_unknown_and_foreign_servers_are_not_found(self):
        uuid = self.server_in('cell1')
        for server, token in (
            (functional.UNKNOWN, functional.ADMIN),
            (uuid, functional.OTHER),
        ):
            response = self.request(
                'GET', f'/servers/{server}/os-instance-actions', token=token
            )
            self.assertEqual(404, response.status_int)

    def test_live_migrations_are_those_of_the_cell_of_the_server(self):
        uuid = self.server_in('cell2')
        migration = rows.migration(
            uuid, migration_type='live-migration', status='running'
        )
        number = self.store('cell2', migration).id
        path = f'/servers/{uuid}/migrations'
        [shown] = self.get(path)['migrations']
        self.assertEqual(number, shown['id'])
        one = self.get(f'{path}/{number}')['migration']
        self.assertEqual(migration.uuid, one['uuid'])

    def test_nothing_is_changed_and_nothing_else_is_served(self):
        uuid = self.server_in('cell1')
        for method, path in (
            ('POST', '/servers'),
            ('GET', '/servers'),
            ('GET', f'/servers/{uuid}'),
            ('DELETE', f'/servers/{uuid}'),
            ('POST', f'/servers/{uuid}/action'),
            ('DELETE', f'/servers/{uuid}/migrations/1'),
            ('GET', f'/servers/{uuid}/tasks'),
        ):
            response = self.request(method, path, body={})
            self.assertEqual(404, response.status_int, f'{method} {path}')


class TestMigrations(AuditTestCase):
    """Migrations of all cells in one list."""

    def setUp(self):
        super().setUp()
        rng = random.Random(7)
        self.stored = []
        for index, cell in enumerate(CELLS):
            server = self.store(cell, rows.server())
            # Few moments, so that cells have rows of the same one; the
            # numbers of rows are the same in all of them anyway.
            new = [
                rows.migration(
                    server.uuid,
                    created_at=rows.moment(rng.randrange(4)),
                    status=rng.choice(('done', 'error')),
                    source_compute=rng.choice(('a', 'b')),
                    dest_compute=rng.choice(('a', 'c')),
                )
                for _ in range(9 + index)
            ]
            self.store(cell, *new)
            self.stored += new

    def expected(self, is_wanted=lambda row: True):
        """Return uuids, newest first; of one moment by number, then uuid."""
        rows = sorted(filter(is_wanted, self.stored), key=lambda row: row.uuid)
        rows.sort(key=lambda row: (row.created_at, row.id), reverse=True)
        return [row.uuid for row in rows]

    def test_pages_of_any_size_make_the_whole_list(self):
        for limit in (1, 2, 3, 7, 29, 30, 31, 1000):
            self.assertEqual(
                self.expected(), self.listed(f'limit={limit}'), str(limit)
            )

    def test_filters_hold_in_all_cells(self):
        self.assertEqual(
            self.expected(lambda row: row.status == 'error'),
            self.listed('status=error&limit=2'),
        )
        self.assertEqual(
            self.expected(
                lambda row: 'a' in (row.source_compute, row.dest_compute)
            ),
            self.listed('host=a&limit=2'),
        )

    def test_all_of_them_before_there_were_pages(self):
        body = self.get('/os-migrations', version='2.58')
        self.assertEqual(len(self.stored), len(body['migrations']))

    def test_unknown_marker(self):
        response = self.request(
            'GET',
            f'/os-migrations?marker={functional.UNKNOWN}',
            version='2.80',
        )
        self.assertEqual(400, response.status_int)
