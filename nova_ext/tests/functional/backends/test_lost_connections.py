# SPDX-License-Identifier: Apache-2.0
"""Readers do without a ping: a connection that is lost is replaced."""

import importlib.util

import sqlalchemy as sa

from ext_lib import context
from ext_lib.testing import polling
from ext_lib.testing import servers
from nova_ext.db import models
from nova_ext.db.facade import facade
from nova_ext.tests.functional.backends import database

load_tests = database.load_tests

_COUNT = sa.select(sa.func.count()).select_from(models.Service.__table__)
#: The statements that name all connections to a database but one's own, and
#: close one.
_OTHERS = {
    'mysql': (
        'SELECT id FROM information_schema.processlist '
        'WHERE db = DATABASE() AND id != CONNECTION_ID()'
    ),
    'postgresql': (
        'SELECT pid FROM pg_stat_activity WHERE datname = current_database() '
        'AND pid != pg_backend_pid()'
    ),
}
_CLOSE = {'mysql': 'KILL {}', 'postgresql': 'SELECT pg_terminate_backend({})'}

#: What makes the server close a connection that is idle for a second.
_SHORT = {
    'mysql': 'init_command=SET SESSION wait_timeout = 1',
    'postgresql': 'options=-c%20idle_session_timeout=1000',
}
_MYSQLCLIENT = {
    'variable': 'NOVA_EXT_MYSQLCLIENT_URL',
    'default': servers.OnServers.scenarios[0][1]['default']
    .replace('pymysql', 'mysqldb')
    .partition('?')[0],
}


class TestLostConnections(database.ServerTestCase):
    """By each driver; mysqlclient where it is installed."""

    scenarios = (
        *servers.OnServers.scenarios,
        *(
            [('mysqlclient', _MYSQLCLIENT)]
            if importlib.util.find_spec('MySQLdb')
            else []
        ),
    )

    def setUp(self):
        super().setUp()
        self.conf.set_override('connection', self.url, 'database')
        facade.configure(self.conf)
        self.addCleanup(facade.reset)
        models.Base.metadata.create_all(facade.get_engine())
        facade.get_engine().dispose()
        self.server = sa.create_engine(
            self.url, isolation_level='AUTOCOMMIT', poolclass=sa.pool.NullPool
        )
        self.dialect = self.server.dialect.name
        self.context = context.get_admin_context()

    def others(self, connection):
        """Return the numbers of the connections of the facade."""
        return list(connection.scalars(sa.text(_OTHERS[self.dialect])))

    def lose(self):
        """Have the server close all connections that are open."""
        with self.server.connect() as connection:
            lost = self.others(connection)
            self.assertTrue(lost)
            for number in lost:
                connection.execute(
                    sa.text(_CLOSE[self.dialect].format(number))
                )
            self.await_end(connection, lost)

    def await_end(self, connection, lost):
        polling.wait_until(
            lambda: not set(lost) & set(self.others(connection)),
            'the end of connections',
        )

    def fetch(self):
        [[number]] = facade.fetch(self.context, _COUNT)
        return number

    @staticmethod
    @facade.reader
    def read(context):
        return context.session.scalar(_COUNT)

    def test_statements(self):
        for _ in range(3):
            self.assertEqual(0, self.fetch())
            self.lose()
        self.assertEqual(0, self.fetch())

    def test_readers(self):
        for _ in range(3):
            self.assertEqual(0, self.read(self.context))
            self.lose()
        self.assertEqual(0, self.read(self.context))

    def test_all_of_a_pool(self):
        """Lose several at once: all are replaced."""
        engine = facade.get_engines()[-1]
        several = [engine.connect() for _ in range(4)]
        for connection in several:
            connection.execute(_COUNT)
        for connection in several:
            connection.close()
        self.lose()
        for _ in range(8):
            self.assertEqual(0, self.fetch())

    def test_idle_for_too_long(self):
        self.conf.set_override(
            'connection_parameters', _SHORT[self.dialect], 'database'
        )
        facade.configure(self.conf)
        self.assertEqual(0, self.fetch())
        with self.server.connect() as connection:
            self.await_end(connection, self.others(connection))
        self.assertEqual(0, self.fetch())
