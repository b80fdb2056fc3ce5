# SPDX-License-Identifier: Apache-2.0
"""A page costs what is on it, whatever the length of the list before it."""

import uuid

import sqlalchemy as sa

from ext_lib import context
from ext_lib.paging import Page
from ext_lib.testing import plans
from sahara_ext.db import models
from sahara_ext.db.api import cluster_event as cluster_event_db
from sahara_ext.db.api import cluster_list as cluster_list_db
from sahara_ext.db.facade import facade
from sahara_ext.db.migrations import schema
from sahara_ext.tests import base
from sahara_ext.tests.functional.backends import database
from sahara_ext.tests.unit.db import base as rows

load_tests = database.load_tests

CLUSTERS = 20_000
LIMIT = 50
EVENTS = 20_000
#: One event in so many is a failure.
RARE = 100
#: Rows looked at for each one shown: two pages of keys, what is kept in
#: between, the rows behind them and their node groups; and as many keys on
#: the way back for the page before.
COST = 20

#: As large as they usually are.
CONFIGS = {'service': {f'key{n}': 'value' for n in range(30)}}
PLUGINS = ('fake', 'other')
STATUSES = ('Active', 'Error')


def key(number):
    return str(uuid.UUID(int=number))


def cluster(number):
    # Half of them are the project's; of either half some are public.
    return {
        'id': key(number),
        'project_id': base.PROJECT if number % 2 else f'p{number % 20}',
        'name': f'c{number}',
        'plugin_name': PLUGINS[number // 2 % 2],
        'plugin_version': '0.1',
        'cluster_configs': CONFIGS,
        'status': STATUSES[number // 4 % 2],
        'is_public': number // 8 % 4 == 0,
        'created_at': rows.minutes(number),
    }


class TestPlans(database.ServerTestCase):
    def setUp(self):
        super().setUp()
        self.conf.set_override('connection', self.url, 'database')
        facade.configure(self.conf)
        self.addCleanup(facade.reset)
        engine = facade.get_engine()
        schema.sync(engine)
        insert(engine, models.Cluster, map(cluster, range(CLUSTERS)))
        groups = (
            {
                'id': key(CLUSTERS + number),
                'cluster_id': key(number),
                'name': 'group',
                'position': 0,
                'count': 0,
            }
            for number in range(CLUSTERS)
        )
        insert(engine, models.NodeGroup, groups)
        analyze(engine)
        self.context = context.RequestContext(project_id=base.PROJECT)
        self.plans = self.useFixture(plans.Plans(facade))

    def assertCosts(self, filters, sort, marker):
        found = cluster_list_db.cluster_get_page(
            self.context, Page(LIMIT, marker), filters, sort
        )
        self.assertEqual(LIMIT, len(found.rows))
        question = self.plans.find('FROM clusters LEFT OUTER JOIN')
        read = self.plans.rows_read(question)
        self.assertLessEqual(
            read, COST * LIMIT, f'{filters} {sort} after {marker}: {read}'
        )

    def test_pages_at_the_beginning_and_deep_down(self):
        # One that is the project's own.
        markers = (None, key(CLUSTERS // 2 + 1), key(1001))
        for marker in markers:
            for filters in (
                {},
                {'status': 'Error'},
                {'plugin_name': 'other'},
            ):
                self.assertCosts(filters, None, marker)
                self.assertCosts(filters, ('created_at', 'asc'), marker)
        for direction in ('asc', 'desc'):
            for marker in (None, key(5001)):
                self.assertCosts({}, ('name', direction), marker)

    def test_pages_of_events(self):
        engine = facade.get_engine()
        step = {
            'id': key(1),
            'cluster_id': key(1),
            'operation_id': key(1),
            'step_name': 'Step',
            'step_key': 'Step',
            'step_type': 'creating',
        }
        insert(engine, models.ClusterProvisionStep, [step])
        insert(engine, models.ClusterEvent, map(event, range(EVENTS)))
        analyze(engine, 'cluster_events')
        for successful in (None, True, False):
            for marker in (None, key(EVENTS // 2), key(EVENTS - 200 * RARE)):
                found = cluster_event_db.cluster_events_get_by_step(
                    self.context, key(1), Page(LIMIT, marker), successful
                )
                self.assertEqual(LIMIT, len(found))
                question = self.plans.find('FROM cluster_events WHERE')
                read = self.plans.rows_read(question)
                self.assertLessEqual(
                    read, COST * LIMIT, f'{successful} {marker}: {read}'
                )


def insert(engine, model, values):
    values = list(values)
    with engine.begin() as connection:
        for start in range(0, len(values), 1000):
            connection.execute(
                sa.insert(model.__table__), values[start : start + 1000]
            )


def event(number):
    return {
        'id': key(number),
        'step_id': key(1),
        'subject': str(number),
        'successful': number % RARE != 0,
        'counted': True,
        'created_at': rows.minutes(0),
    }


def analyze(engine, tables='clusters, node_groups'):
    if engine.dialect.name == 'mysql':
        tables = f'TABLE {tables}'
    with engine.begin() as connection:
        connection.exec_driver_sql(f'ANALYZE {tables}')
