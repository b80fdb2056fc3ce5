# SPDX-License-Identifier: Apache-2.0
"""Two cells on servers, of which one falls silent."""

import os
import time

from oslo_db import options
import sqlalchemy as sa
from sqlalchemy import orm

from ext_lib.db import fixture
from ext_lib.testing import relay
from ext_lib.testing import servers
from nova_ext.tests import nova_database
from nova_ext.tests.functional import base
from nova_ext.tests.functional import rows
from nova_ext.wsgi import loader

load_tests = servers.load_tests

#: Seconds to wait for a cell.
_TIMEOUT = 2
_PORTS = {'mysql': 3306, 'postgresql': 5432}


class TestCells(servers.OnServers, base.APITestCase):
    """A server has moved from a cell that answers late to another."""

    def setUp(self):
        super().setUp()
        server = os.environ.get(self.variable, self.default)
        far = fixture.create_database(server)
        self.addCleanup(fixture.drop_database, far)
        self.fill(far, 'post-migrating', range(3))
        # The numbers go the other way there.
        self.fill(self.url, 'finished', reversed(range(3)))
        self.settings.set('cells', databases=['far', 'near'])
        self.settings.set('cells', timeout=_TIMEOUT, retry_interval=600)
        self.settings.set('database', connection=None)
        for cell, url in (('far', self.way(far)), ('near', self.url)):
            self.conf.register_opts(options.database_opts, group=cell)
            self.settings.set(cell, connection=url)
        self.app = loader.load_audit(self.conf)

    def fill(self, url, status, order):
        engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
        nova_database.make(engine)
        with orm.Session(engine) as session:
            session.add(rows.server(uuid=base.UNKNOWN))
            session.flush()
            for number in order:
                copy = rows.migration(
                    base.UNKNOWN,
                    uuid=f'{number:08}-0000-4000-8000-000000000000',
                    created_at=rows.moment(0),
                    updated_at=rows.moment(status == 'finished'),
                    status=status,
                )
                session.add(copy)
                session.flush()
            session.commit()

    def way(self, url):
        """Return a URL of a way to a database that can be closed."""
        found = sa.engine.make_url(url)
        port = found.port or _PORTS[found.get_backend_name()]
        self.relay = self.useFixture(relay.Relay(port))
        found = found.set(host='127.0.0.1', port=self.relay.port)
        return found.render_as_string(hide_password=False)

    def listed(self, query):
        """Return the numbers in uuids, and the statuses, of all pages."""
        found = []
        body = self.get(f'/os-migrations?{query}')
        while True:
            found += body['migrations']
            self.assertLess(len(found), 9, 'The list has no end.')
            if not (links := body.get('migrations_links')):
                numbers = [int(m['uuid'][:8]) for m in found]
                return numbers, {m['status'] for m in found}
            body = self.follow(links[0]['href'])

    def test_each_migration_is_listed_once(self):
        for limit in (1, 2, 3, 4):
            for query in ('', '&host=host1', '&migration_type=migration'):
                # Two have the highest number, one in each cell.
                self.assertEqual(
                    ([0, 2, 1], {'finished'}),
                    self.listed(f'limit={limit}{query}'),
                )

    def test_lost_connections(self):
        self.listed('limit=9')
        self.relay.close_all()
        self.assertEqual(([0, 2, 1], {'finished'}), self.listed('limit=9'))

    def test_silence(self):
        self.listed('limit=9')
        self.relay.swallow()
        if self.url.startswith('postgresql'):
            # Only packets that get lost end the wait for an answer there.
            self.relay.close_all()
        began = time.monotonic()
        for _ in range(10):
            # In the order of the cell that is left.
            self.assertEqual(([0, 1, 2], {'finished'}), self.listed('limit=9'))
            self.get(f'/servers/{base.UNKNOWN}/os-instance-actions')
        # For an answer, and then for another connection.
        self.assertLess(time.monotonic() - began, 5 * _TIMEOUT)
