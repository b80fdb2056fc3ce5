# SPDX-License-Identifier: Apache-2.0
"""Every list is one walk along an index that filters and sorts at once.

On SQLite, which shows its plans whatever is in the tables. What servers make
of the same questions is for the tests of backends.
"""

import itertools
import re

import fixtures

from ext_lib.db import fixture
from ext_lib.paging import Page
from ext_lib.testing import plans
from nova_ext.db import cells
from nova_ext.db.api import instance as instance_db
from nova_ext.db.api import instance_action as instance_action_db
from nova_ext.db.api import instance_action_event as instance_action_event_db
from nova_ext.db.api import instance_list as instance_list_db
from nova_ext.db.api import migration as migration_db
from nova_ext.db.api import migration_list
from nova_ext.db.api import migration_list as migration_list_db
from nova_ext.db.api import task as task_db
from nova_ext.db.api import task_list as task_list_db
from nova_ext.db.api import task_purge as task_purge_db
from nova_ext.db.facade import facade
from nova_ext.tests.unit.db import base


class PlanTestCase(base.TestCase):
    def setUp(self):
        self.useFixture(fixtures.EnvironmentVariable(fixture.URL))
        super().setUp()
        self.plans = self.useFixture(plans.Plans(facade))
        self.server = self.instance()

    def assertWalks(self, table, *columns):
        """Check that the last question was one walk along an index."""
        [line] = self.plans.explain()
        index = '_'.join([table, *columns, 'created_at_id_idx'])
        self.assertStartsWith(f'SEARCH {table} USING INDEX {index} ', line)

    def assertStartsWith(self, start, line):
        self.assertEqual(start, line[: len(start)])

    def assertSearches(self, index):
        """Check that the last question found its rows by an index."""
        plan = self.plans.explain()
        self.assertRegex('\n'.join(plan), f' INDEX {index} ')
        # A row without a table is none to be scanned.
        scans = {x for x in plan if x.startswith('SCAN')}
        self.assertEqual(set(), scans - {'SCAN CONSTANT ROW'})


class TestMigrations(PlanTestCase):
    def setUp(self):
        super().setUp()
        self.marker = self.migration(self.server).uuid

    def pages(self, filters):
        for page in (Page(limit=50), Page(limit=50, marker=self.marker)):
            migration_list_db.migration_get_all_by_filters(
                self.admin, filters, page
            )
            yield page

    def test_each_filter(self):
        for name in (
            'user_id', 'project_id', 'source_compute', 'status',
            'instance_uuid', 'migration_type',
        ):  # fmt: skip
            value = 'resize' if name == 'migration_type' else 'x'
            for _ in self.pages({name: value}):
                self.assertWalks('migrations', 'deleted', name)

    def test_no_filter(self):
        for filters in ({}, {'hidden': '0'}):
            for _ in self.pages(filters):
                self.assertWalks('migrations', 'deleted')

    def test_filters_together(self):
        for _ in self.pages({'user_id': 'u', 'project_id': 'p'}):
            [line] = self.plans.explain()
            self.assertIn('_id_created_at_id_idx (deleted=? AND ', line)

    def test_host_is_two_walks(self):
        for _ in self.pages({'host': 'host1', 'status': 'error'}):
            pass
        for _ in self.pages({'host': 'host1'}):
            plan = self.plans.explain()
            walks = [x for x in plan if x.startswith('SEARCH migrations')]
            self.assertEqual(3, len(walks))
            for walk, end in zip(walks, ('source', 'dest'), strict=False):
                self.assertIn(
                    f' migrations_deleted_{end}_compute_created_at_id_idx ',
                    walk,
                )
            self.assertIn('PRIMARY KEY', walks[2])
            self.assertEqual(
                [], [x for x in plan if x.startswith('SCAN migrations')]
            )
            # What is sorted is two pages at most, after both walks.
            sorts = [i for i, x in enumerate(plan) if 'FOR ORDER BY' in x]
            self.assertEqual([len(plan) - 1], sorts)

    def test_changes_before_begin_where_they_can(self):
        filters = {'changes-before': base.START}
        for _ in self.pages(filters):
            self.assertWalks('migrations', 'deleted')
            [line] = self.plans.explain()
            self.assertIn('created_at<?', line)

    def test_copies_in_other_cells(self):
        for filters in ({}, {'status': 'x'}, {'host': 'host1'}):
            several = migration_list._Cells(
                cells.Answering(self.admin), filters
            )
            several.copies({None: [self.marker, 'x']})
            self.assertSearches('migrations_uuid')
            several.find(self.marker)
            self.assertSearches('migrations_uuid')

    def test_everything_at_once(self):
        migration_list_db.migration_get_all_by_filters(
            self.admin, {'user_id': 'x'}
        )
        self.assertSearches('migrations_deleted_user_id_created_at_id_idx')

    def test_what_is_going_on(self):
        migration_db.migration_get_in_progress_by_instance(
            self.admin, self.server.uuid, 'live-migration'
        )
        self.assertSearches(
            'migrations_deleted_(instance_uuid|status)_created_at_id_idx'
        )
        migration_db.migration_get_unfinished_by_host(self.admin, 'host1')
        self.assertSearches('migrations_deleted_status_created_at_id_idx')


class TestActions(PlanTestCase):
    def setUp(self):
        super().setUp()
        self.action(self.server)

    def test_lists(self):
        for page in (
            None,
            Page(limit=50),
            Page(limit=50, marker=self.context.request_id),
        ):
            instance_action_db.actions_get(
                self.context, self.server.uuid, page
            )
            self.assertWalks('instance_actions', 'instance_uuid')

    def test_one(self):
        instance_action_db.action_get_by_request_id(
            self.context, self.server.uuid, self.context.request_id
        )
        self.assertWalks('instance_actions', 'instance_uuid', 'request_id')

    def test_events(self):
        instance_action_event_db.action_events_get(self.context, 1)
        self.assertWalks('instance_actions_events', 'action_id')

    def test_events_a_host_left_behind(self):
        for hosts in (['host1'], ['host1', 'host2', 'host3']):
            instance_action_event_db.actions_get_unfinished(self.admin, *hosts)
            self.assertSearches('instance_actions_events_host_finish_time_idx')

    def test_actions_without_events(self):
        instance_action_db.actions_without_events(self.admin, self.server.uuid)
        self.assertSearches('instance_actions_instance_uuid_created_at_id_idx')


class TestTasks(PlanTestCase):
    def setUp(self):
        super().setUp()
        for uuid in ('older', 'marker'):
            task_db.task_create(
                self.admin,
                {'uuid': uuid, 'tag': 'k', 'project_id': 'p', 'state': 's'},
            )

    def assertTasksWalk(self, filters, *columns):
        """Check that pages are walks for what the key may be, and no more."""
        for page in (Page(50), Page(50, 'marker')):
            task_list_db.task_get_all_by_filters(
                self.admin, {'key': 'k', **filters}, page
            )
            found = '\n'.join(self.plans.explain())
            walks = re.findall(r'SEARCH tasks USING .*INDEX (\w+)', found)
            for name in ('tag', 'instance_uuid'):
                given = [c.format(key=name) for c in columns]
                index = '_'.join(['tasks', *given, 'created_at_id_idx'])
                self.assertIn(index, walks)
                walks.remove(index)
            self.assertEqual([], walks)
            self.assertNotIn('SCAN task', found)

    def test_lists(self):
        self.assertTasksWalk({}, '{key}')
        self.assertTasksWalk({'project_id': 'p'}, 'project_id', '{key}')

    def test_lists_of_a_state(self):
        state = {'state': 's'}
        self.assertTasksWalk(state, '{key}', 'state')
        self.assertTasksWalk(
            {'project_id': 'p', **state}, 'project_id', '{key}', 'state'
        )

    def test_what_changed(self):
        since = {'changes-since': base.START}
        self.assertTasksWalk(since, '{key}')
        self.assertTasksWalk(
            {'project_id': 'p', **since}, 'project_id', '{key}'
        )

    def test_lists_of_projects(self):
        for columns in itertools.product((0, 1), repeat=2):
            names = list(itertools.compress(('project_id', 'state'), columns))
            for page in (Page(50), Page(50, 'marker')):
                task_list_db.task_get_all_by_filters(
                    self.admin, {n: n[0] for n in names}, page
                )
                found = '\n'.join(self.plans.explain())
                index = '_'.join([' INDEX tasks', *names, 'id_idx'])
                by_number = 'PRIMARY KEY (rowid<?)' if page.marker else 'SCAN'
                self.assertIn(index if names else by_number, found)

    def test_lists_by_server_and_tag(self):
        filters = {'server': 'k', 'tag': 'k', 'project_id': 'p'}
        task_list_db.task_get_all_by_filters(self.admin, filters, Page(50))
        found = '\n'.join(self.plans.explain())
        self.assertRegex(found, 'tasks_project_id_(instance_uuid|tag)_')
        self.assertNotIn('SCAN task', found)

    def test_what_is_unfinished(self):
        filters = {'key': 'k', 'project_id': 'p', 'state': ['s', 't']}
        task_list_db.task_get_all_by_filters(self.admin, filters, Page(50))
        plan = self.plans.explain()
        for name in ('tag', 'instance_uuid'):
            index = f'tasks_project_id_{name}_state_created_at_id_idx'
            walks = [line for line in plan if f' {index} ' in line]
            self.assertEqual(2, len(walks), str(plan))
        self.assertEqual([], [x for x in plan if x.startswith('SCAN task')])

    def test_one(self):
        task_db.task_get_by_uuid(self.admin, 'marker', 'p')
        self.assertSearches('tasks_uuid_idx')
        task_db.task_get_by_reservation(self.admin, 'r')
        self.assertSearches('tasks_reservation_idx')

    def test_old_ones(self):
        for column in ('ended_at', 'updated_at'):
            for after in (None, base.START):
                task_purge_db.tasks_get_old(
                    self.admin, column, base.START, after, 9
                )
                [line] = self.plans.explain()
                self.assertIn(f' INDEX tasks_{column}_idx (', line)

    def test_tags(self):
        task_db.task_tag_exists(self.admin, 'k', 'p')
        self.assertSearches(r'tasks_project_id_tag(_state)?_created_at_id_idx')
        task_db.task_tag_exists(self.admin, 'k', None)
        self.assertSearches(r'tasks_tag(_state)?_created_at_id_idx')


class TestInstances(PlanTestCase):
    def assertPageWalks(self, context, filters, *columns):
        """Check that a page behind a marker is one walk along an index."""
        # The server is older than itself, so the page is empty, and last is
        # asked whether the marker exists.
        page = Page(50, self.server.uuid)
        instance_list_db.instance_get_all_by_filters(context, filters, page)
        walk, *others = self.plans.explain(-2)
        index = '_'.join(['instances', *columns, 'created_at_id_idx'])
        self.assertStartsWith(f'SEARCH instances USING INDEX {index} ', walk)
        # Only the marker is looked up besides, by its uuid.
        searches = [line for line in others if 'SUBQUERY' not in line]
        self.assertEqual(2, len(searches))
        for line in searches:
            self.assertIn('autoindex_instances_1 (uuid=?)', line)

    def test_of_a_project(self):
        for filters in ({}, {'vm_state': ['active', 'error']}):
            self.assertPageWalks(
                self.context, filters, 'project_id', 'deleted'
            )

    def test_of_all_projects(self):
        self.assertPageWalks(self.admin, {}, 'deleted')

    def test_what_administrators_look_for(self):
        for name in ('project_id', 'user_id', 'host', 'vm_state'):
            self.assertPageWalks(self.admin, {name: 'x'}, name, 'deleted')

    def test_on_a_host(self):
        instance_list_db.instance_get_all_by_host(self.admin, 'host1')
        self.assertWalks('instances', 'host', 'deleted')

    def test_one(self):
        instance_db.instance_get_ref(self.context, self.server.uuid)
        [line] = self.plans.explain()
        self.assertStartsWith('SEARCH instances USING INDEX', line)

    def test_its_parts(self):
        instance_db.instance_get_by_uuid(self.context, self.server.uuid)
        plan = self.plans.explain()
        self.assertEqual([], [x for x in plan if x.startswith('SCAN')])
