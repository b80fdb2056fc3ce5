# SPDX-License-Identifier: Apache-2.0
"""A page costs what is on it, whatever the length of the list before it."""

import datetime
from typing import Any

import sqlalchemy as sa

from ext_lib import context
from ext_lib.paging import Page
from nova_ext.db import api as db
from nova_ext.db import models
from nova_ext.db.facade import facade
from nova_ext.db.migration import schema
from nova_ext.tests.functional.backends import database
from nova_ext.tests.unit.db import base
from nova_ext.tests.unit.db import plans

load_tests = database.load_tests

ROWS = 20_000
SERVERS = 100
LIMIT = 50
#: Rows looked at for each one shown. A host's page reads two pages of keys,
#: the rows behind them, and what is kept in between.
COST = 1.2
COST_OF_HOST = 15

TYPES = ('migration', 'resize', 'live-migration', 'evacuation')
FILTERS: tuple[dict[str, Any], ...] = (
    {},
    {'user_id': 'u3'},
    {'project_id': 'p3'},
    {'source_compute': 'host3'},
    {'status': 'error'},
    {'instance_uuid': 'server-3'},
    {'migration_type': 'resize'},
)


class TestPlans(database.ServerTestCase):
    def setUp(self):
        super().setUp()
        self.conf.set_override('connection', self.url, 'database')
        facade.configure(self.conf)
        self.addCleanup(facade.reset)
        engine = facade.get_engine()
        schema.sync(engine)
        fill(engine)
        self.plans = self.useFixture(plans.Plans(facade))

    def assertCosts(self, rows, cost):
        self.assertEqual(LIMIT, len(rows))
        self.assertLessEqual(self.plans.rows_read(), cost * LIMIT)

    def migrations(self, filters, marker=None):
        return db.migration_get_all_by_filters(
            context.get_admin_context(), filters, Page(LIMIT, marker)
        )

    def test_migrations(self):
        for filters in FILTERS:
            self.assertCosts(self.migrations(filters), COST)
            deep = self.migrations(filters, marker=uuid(ROWS // 2))
            self.assertCosts(deep, COST)

    def test_migrations_of_a_host(self):
        filters = {'host': 'host3'}
        self.assertCosts(self.migrations(filters), COST_OF_HOST)
        deep = self.migrations(filters, marker=uuid(ROWS // 2))
        self.assertCosts(deep, COST_OF_HOST)

    def test_recent_changes(self):
        since = base.minutes(ROWS - 19)
        rows = self.migrations({'changes-since': since})
        self.assertEqual(20, len(rows))
        self.assertLessEqual(self.plans.rows_read(), 50)

    def test_actions(self):
        admin = context.get_admin_context()
        for marker in (None, f'req-{ROWS // 2}'):
            page = Page(LIMIT, marker)
            rows = db.actions_get(admin, 'server-0', page)
            self.assertCosts(rows, COST)


def uuid(number: int) -> str:
    return f'm{number:035}'


def fill(engine: Any) -> None:
    """Insert many migrations, spread evenly, and as many actions."""
    minute = datetime.timedelta(minutes=1)
    servers = [{'uuid': f'server-{i}', 'deleted': 0} for i in range(SERVERS)]
    migrations = [
        {
            'uuid': uuid(i),
            'instance_uuid': f'server-{i % SERVERS}',
            'status': 'error' if i % 7 == 0 else 'completed',
            'migration_type': TYPES[i % len(TYPES)],
            'source_compute': f'host{i % 11}',
            'dest_compute': f'host{i % 13}',
            'user_id': f'u{i % 17}',
            'project_id': f'p{i % 19}',
            'created_at': base.START + i * minute,
            'updated_at': base.START + (i + 1) * minute,
            'deleted': 0,
        }
        for i in range(ROWS)
    ]
    actions = [
        {
            'instance_uuid': 'server-0',
            'request_id': f'req-{i}',
            'created_at': base.START + i * minute,
        }
        for i in range(ROWS)
    ]
    with engine.begin() as connection:
        connection.execute(sa.insert(models.Instance.__table__), servers)
        connection.execute(sa.insert(models.Migration.__table__), migrations)
        connection.execute(sa.insert(models.InstanceAction.__table__), actions)
    table = 'TABLE ' if engine.dialect.name == 'mysql' else ''
    with engine.begin() as connection:
        for name in ('migrations', 'instance_actions'):
            connection.exec_driver_sql(f'ANALYZE {table}{name}')
