# SPDX-License-Identifier: Apache-2.0
"""A page costs what is on it, whatever the length of the list before it."""

import atexit
import itertools
from typing import Any

import sqlalchemy as sa

from ext_lib import context
from ext_lib.db import fixture
from ext_lib.paging import Page
from ext_lib.testing import plans
from nova_ext.db import cells
from nova_ext.db import models
from nova_ext.db.api import instance_action as instance_action_db
from nova_ext.db.api import migration_list
from nova_ext.db.api import migration_list as migration_list_db
from nova_ext.db.api import server_records
from nova_ext.db.api import task as task_db
from nova_ext.db.api import task_list as task_list_db
from nova_ext.db.api import task_purge as task_purge_db
from nova_ext.db.facade import facade
from nova_ext.db.migration import schema
from nova_ext.tests import nova_database
from nova_ext.tests.functional.backends import database
from nova_ext.tests.unit.db import base

load_tests = database.load_tests

ROWS = 20_000
SERVERS = 100
LIMIT = 50
#: Rows looked at for each one shown. A host's page reads two pages of keys,
#: the rows behind them, and what is kept in between. A page of tasks reads
#: its keys, the rows behind them, and what several servers these have made.
COST = 1.2
COST_WITH_SERVER = 2.5
COST_OF_WALK = 1.7
COST_OF_HOST = 15
COST_OF_TASKS = 4
#: PostgreSQL may prefer the primary key where it expects few rows in between.
COST_OF_PROJECTS = 12

TABLES = ('migrations', 'instance_actions', 'tasks', 'task_instances')
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
#: A server and a tag, each of which has half of all tasks, and in the project
#: two thirds of them.
KEYS = ('5bbcc3c4-1da2-4437-a48a-66f15b1b13f9', 'deploy')
PROJECTS: tuple[dict[str, Any], ...] = ({'project_id': 'p0'}, {})


#: URLs of databases by classes of tests and servers: tests only read them,
#: and each takes seconds to fill.
_filled: dict[tuple[type, str], str] = {}


class PlanTestCase(database.ServerTestCase):
    """A test on tables with many rows."""

    def fill(self, engine):
        """Insert them."""
        raise NotImplementedError

    def make(self, engine):
        """Make the tables."""
        schema.sync(engine)

    def setUp(self):
        super().setUp()
        key = type(self), self.variable
        is_new = key not in _filled
        if is_new:
            _filled[key] = fixture.create_database(self.url)
            atexit.register(fixture.drop_database, _filled[key])
        self.conf.set_override('connection', _filled[key], 'database')
        facade.configure(self.conf)
        self.addCleanup(facade.reset)
        engine = facade.get_engine()
        if is_new:
            self.make(engine)
            self.fill(engine)
            _analyze(engine)
        self.plans = self.useFixture(plans.Plans(facade))

    def assertCosts(self, rows, cost):
        self.assertEqual(LIMIT, len(rows))
        self.assertLessEqual(self.plans.rows_read(), cost * LIMIT)


class TestPlans(PlanTestCase):
    """Lists of migrations and actions."""

    def fill(self, engine):
        insert_migrations(engine)

    def migrations(self, filters, marker=None):
        return migration_list_db.migration_get_all_by_filters(
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

    def test_copies_in_other_cells(self):
        admin = context.get_admin_context()
        uuids = [uuid(number) for number in range(LIMIT)]
        for filters in FILTERS:
            several = migration_list._Cells(cells.Answering(admin), filters)
            several.copies({None: uuids})
            self.assertLessEqual(self.plans.rows_read(), COST * LIMIT)

    def test_recent_changes(self):
        since = base.minutes(ROWS - 19)
        rows = self.migrations({'changes-since': since})
        self.assertEqual(20, len(rows))
        self.assertLessEqual(self.plans.rows_read(), 50)

    def test_actions(self):
        admin = context.get_admin_context()
        for marker in (None, f'req-{ROWS // 2}'):
            page = Page(LIMIT, marker)
            rows = instance_action_db.actions_get(admin, 'server-0', page)
            self.assertCosts(rows, COST)

    def test_actions_with_their_server(self):
        for number in (None, ROWS // 2):
            marker = None if number is None else f'req-{number}'
            found = server_records.actions_get(
                context.get_admin_context(),
                'server-0',
                Page(LIMIT, marker),
                {},
                read_deleted=True,
            )
            newest = (number or ROWS) - 1
            request = server_records.ACTION.index('request_id')
            self.assertEqual(f'req-{newest}', found.rows[0][request])
            self.assertCosts(found.rows, COST_WITH_SERVER)


class TestPlansOfNova(PlanTestCase):
    """Lists in a database that has nova's indexes only."""

    def make(self, engine):
        nova_database.make(engine)

    def fill(self, engine):
        insert_migrations(engine)

    def expected(self, filters, number):
        """Return the uuids of those that pass, the newest first."""
        host = filters.get('host')
        wanted = [
            row['uuid']
            for row in migrations()
            if all(
                host in (row['source_compute'], row['dest_compute'])
                if name == 'host'
                else row[name] == value
                for name, value in filters.items()
            )
        ]
        newest = wanted[::-1]
        return newest[number : number + LIMIT]

    def pages(self, filters):
        """Yield two pages, and after which of the list each begins."""
        admin = context.get_admin_context()
        whole = self.expected(filters, 0) + self.expected(filters, LIMIT)
        for number, marker in ((0, None), (LIMIT, whole[LIMIT - 1])):
            rows = migration_list_db.migration_get_all_by_filters(
                admin, filters, Page(LIMIT, marker)
            )
            self.assertEqual(
                self.expected(filters, number), [row.uuid for row in rows]
            )
            yield rows

    def test_pages(self):
        for filters in (*FILTERS, {'host': 'host3'}):
            for rows in self.pages(filters):
                self.assertEqual(LIMIT, len(rows))

    def test_cost(self):
        """A page without filters is read off the primary key."""
        admin = context.get_admin_context()
        for marker in (None, uuid(ROWS // 2)):
            page = Page(LIMIT, marker)
            rows = migration_list_db.migration_get_all_by_filters(
                admin, {}, page
            )
            self.assertCosts(rows, COST_OF_WALK)

    def test_cost_of_a_filter(self):
        """One that has no index makes it continue until the page is full."""
        admin = context.get_admin_context()
        rows = migration_list_db.migration_get_all_by_filters(
            admin, {'user_id': 'u3'}, Page(LIMIT)
        )
        walk = self.plans.find('AND migrations.user_id =')
        self.assertEqual(LIMIT, len(rows))
        self.assertLessEqual(self.plans.rows_read(walk), 20 * LIMIT)


class TestTaskPlans(PlanTestCase):
    """Lists of tasks."""

    def fill(self, engine):
        insert_tasks(engine)

    def tasks(self, key, filters, marker=None):
        return task_list_db.task_get_all_by_filters(
            context.get_admin_context(),
            {'key': key, **filters},
            Page(LIMIT, marker),
        )

    def test_pages(self):
        for key, project in itertools.product(KEYS, PROJECTS):
            for more in (
                {},
                {'state': 'error'},
                {'changes-since': base.minutes(ROWS // 4)},
            ):
                filters = {**project, **more}
                self.assertCosts(self.tasks(key, filters), COST_OF_TASKS)
                deep = self.tasks(key, filters, marker=uuid(ROWS // 2))
                self.assertCosts(deep, COST_OF_TASKS)

    def test_pages_of_projects(self):
        for project, more in itertools.product(
            PROJECTS, ({}, {'state': 'error'})
        ):
            filters = {**project, **more}
            self.assertCosts(self.tasks(None, filters), COST_OF_PROJECTS)
            deep = self.tasks(None, filters, marker=uuid(ROWS // 2))
            self.assertCosts(deep, COST_OF_PROJECTS)

    def test_few_among_many(self):
        for key, project in itertools.product(KEYS, PROJECTS):
            for more in (
                {'state': ['pending', 'running']},
                {'changes-since': base.minutes(ROWS - 19)},
            ):
                rows = self.tasks(key, {**project, **more})
                self.assertIn(len(rows), range(5, 45))
                self.assertLessEqual(self.plans.rows_read(), 10 * len(rows))

    def test_old(self):
        for column in ('ended_at', 'updated_at'):
            for after in (None, base.minutes(ROWS // 2)):
                rows = task_purge_db.tasks_get_old(
                    context.get_admin_context(),
                    column,
                    base.minutes(ROWS),
                    after,
                    LIMIT,
                )
                self.assertCosts(rows, COST)

    def test_one(self):
        admin = context.get_admin_context()
        self.assertEqual(
            'deploy', task_db.task_get_by_uuid(admin, uuid(1), 'p0').tag
        )
        self.assertLessEqual(self.plans.rows_read(), 5)
        self.assertTrue(task_db.task_tag_exists(admin, 'deploy', 'p0'))
        self.assertLessEqual(self.plans.rows_read(), 2)
        for project in PROJECTS:
            [row] = self.tasks('server-0', project)
            self.assertEqual(['first', 'server-0'], row.instance_uuids)
            self.assertLessEqual(self.plans.rows_read(), 20)


def uuid(number: int) -> str:
    return f'm{number:035}'


def insert_migrations(engine: Any) -> None:
    """Insert many migrations, spread evenly, and as many actions."""
    servers = [{'uuid': f'server-{i}', 'deleted': 0} for i in range(SERVERS)]
    actions = [
        {
            'instance_uuid': 'server-0',
            'request_id': f'req-{i}',
            'created_at': base.minutes(i),
        }
        for i in range(ROWS)
    ]
    with engine.begin() as connection:
        connection.execute(sa.insert(models.Instance.__table__), servers)
        connection.execute(sa.insert(models.Migration.__table__), migrations())
        connection.execute(sa.insert(models.InstanceAction.__table__), actions)


def migrations() -> list[dict[str, Any]]:
    return [
        {
            'uuid': uuid(i),
            'instance_uuid': f'server-{i % SERVERS}',
            'status': 'error' if i % 7 == 0 else 'completed',
            'migration_type': TYPES[i % len(TYPES)],
            'source_compute': f'host{i % 11}',
            'dest_compute': f'host{i % 13}',
            'user_id': f'u{i % 17}',
            'project_id': f'p{i % 19}',
            'created_at': base.minutes(i),
            'updated_at': base.minutes(i + 1),
            'deleted': 0,
        }
        for i in range(ROWS)
    ]


def insert_tasks(engine: Any) -> None:
    """Insert many tasks, of one server and of one tag by turns."""
    states = itertools.cycle(('error', *['success'] * 6))
    tasks = [
        {
            'id': i + 1,
            'uuid': uuid(i),
            'state': 'running' if i % 1000 < 2 else next(states),
            'instance_uuid': KEYS[0] if i % 2 == 0 else f'server{i}',
            'tag': KEYS[1] if i % 2 == 1 else f'tag{i}',
            'project_id': 'p0' if i % 3 else 'p1',
            'created_at': base.minutes(i),
            'updated_at': base.minutes(i + 1),
            'ended_at': base.minutes(i + 1),
        }
        for i in range(ROWS)
    ]
    made = [
        {'task_id': 2, 'position': n, 'instance_uuid': uuid}
        for n, uuid in enumerate(('first', 'server-0'))
    ]
    with engine.begin() as connection:
        connection.execute(sa.insert(models.Task.__table__), tasks)
        connection.execute(sa.insert(models.TaskInstance.__table__), made)


def _analyze(engine: Any) -> None:
    """Do what servers do by themselves after many changes of a table."""
    command = 'ANALYZE TABLE'
    if engine.dialect.name == 'postgresql':
        # Else reads of an index alone seem more expensive than they are.
        command = 'VACUUM ANALYZE'
    present = set(sa.inspect(engine).get_table_names())
    with engine.connect() as connection:
        outside = connection.execution_options(isolation_level='AUTOCOMMIT')
        for name in present.intersection(TABLES):
            outside.exec_driver_sql(f'{command} {name}')
