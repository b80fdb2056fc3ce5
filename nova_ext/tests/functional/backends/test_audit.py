# SPDX-License-Identifier: Apache-2.0
"""An account that may only read is enough to audit a nova, on servers."""

from oslo_db import options
import sqlalchemy as sa
from sqlalchemy import orm

from ext_lib.testing import servers
from nova_ext.tests import nova_database
from nova_ext.tests.functional import base
from nova_ext.tests.functional import rows
from nova_ext.wsgi import loader

load_tests = servers.load_tests

CELL = 'cell1'
#: What makes an account that may read, and what removes it.
GRANTS = {
    'mysql': (
        "CREATE USER '{name}'@'%' IDENTIFIED BY '{name}'",
        "GRANT SELECT ON {name}.* TO '{name}'@'%'",
    ),
    'postgresql': (
        "CREATE ROLE {name} LOGIN PASSWORD '{name}'",
        'GRANT SELECT ON ALL TABLES IN SCHEMA public TO {name}',
    ),
}
DROPS = {
    'mysql': ("DROP USER '{name}'@'%'",),
    'postgresql': ('DROP OWNED BY {name}', 'DROP ROLE {name}'),
}


class TestReadOnly(servers.OnServers, base.APITestCase):
    """One cell, as nova has made it."""

    def setUp(self):
        super().setUp()
        owner = sa.create_engine(self.url, poolclass=sa.pool.NullPool)
        nova_database.make(owner)
        self.store(owner)
        reader = self.make_account(owner)
        self.engine = sa.create_engine(reader, poolclass=sa.pool.NullPool)
        self.settings.set('cells', databases=[CELL])
        self.settings.set('database', connection=None)
        self.conf.register_opts(options.database_opts, group=CELL)
        url = reader.render_as_string(hide_password=False)
        self.settings.set(CELL, connection=url)
        self.app = loader.load_audit(self.conf)

    def store(self, owner):
        """Store a server with an action and a migration."""
        with orm.Session(owner, expire_on_commit=False) as session:
            self.server = rows.server()
            session.add(self.server)
            session.flush()
            self.action = rows.action(self.server.uuid)
            self.migration = rows.live_migration(self.server.uuid)
            session.add_all([self.action, self.migration])
            session.flush()
            session.add(rows.event(self.action.id))
            session.commit()

    def make_account(self, owner):
        """Return the URL of an account of the database's name."""
        name = owner.url.database
        self.carry_out(owner, GRANTS)
        self.addCleanup(self.carry_out, owner, DROPS)
        return owner.url.set(username=name, password=name)

    def carry_out(self, owner, statements):
        with owner.begin() as connection:
            for statement in statements[owner.dialect.name]:
                text = statement.format(name=owner.url.database)
                connection.execute(sa.text(text))

    def test_everything_is_answered(self):
        server = f'/servers/{self.server.uuid}'
        [action] = self.get(f'{server}/os-instance-actions')['instanceActions']
        request_id = action['request_id']
        self.assertEqual(self.action.request_id, request_id)
        path = f'{server}/os-instance-actions/{request_id}'
        [event] = self.get(path)['instanceAction']['events']
        self.assertEqual(rows.HOST, event['host'])
        for path in ('/os-migrations?limit=9', f'{server}/migrations'):
            [migration] = self.get(path)['migrations']
            self.assertEqual(self.migration.uuid, migration['uuid'])
        self.get(f'{server}/migrations/{migration["id"]}')

    def test_it_may_not_write(self):
        with self.engine.connect() as connection:
            self.assertRaises(
                sa.exc.DBAPIError,
                connection.exec_driver_sql,
                'UPDATE migrations SET hidden = NULL',
            )
