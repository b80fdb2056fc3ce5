# SPDX-License-Identifier: Apache-2.0
"""A connection stays until something goes wrong."""

from oslo_db import exception as db_exception
import sqlalchemy as sa

from sahara_ext.db import models
from sahara_ext.db.facade import facade
from sahara_ext.db.facade import HeldConnection
from sahara_ext.tests import base


class TestHeldConnection(base.DatabaseTestCase):
    def setUp(self):
        super().setUp()
        self.held = HeldConnection()
        self.addCleanup(self.held.close)
        self.pool = facade.get_engine().pool

    def transact(self, function, *args):
        with self.held.transaction() as connection:
            return function(connection, *args)

    def add(self, connection, host, error=None):
        connection.execute(
            sa.insert(models.Engine.__table__),
            {
                'id': host,
                'host': host,
                'started_at': self.context.timestamp,
                'last_seen_at': self.context.timestamp,
            },
        )
        if error:
            raise error
        return connection

    def hosts(self):
        def ask(connection):
            return set(connection.scalars(sa.select(models.Engine.host)))

        return self.transact(ask)

    def test_transactions_share_it(self):
        connections = {
            self.transact(self.add, host) for host in ('a', 'b', 'c')
        }
        self.assertEqual(1, len(connections))
        self.assertEqual({'a', 'b', 'c'}, self.hosts())
        self.assertEqual(1, self.pool.checkedout())

    def test_it_goes_back(self):
        for _ in range(2):
            self.held.close()
            self.assertEqual(0, self.pool.checkedout())
            self.assertEqual(set(), self.hosts())

    def test_it_goes_when_something_goes_wrong(self):
        self.transact(self.add, 'a')
        self.assertRaises(
            ValueError, self.transact, self.add, 'b', ValueError()
        )
        self.assertEqual(0, self.pool.checkedout())
        self.assertRaises(
            db_exception.DBDuplicateEntry, self.transact, self.add, 'a'
        )
        self.assertEqual({'a'}, self.hosts())
