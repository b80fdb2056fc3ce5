# SPDX-License-Identifier: Apache-2.0
"""Every list is walks along indexes that filter and sort at once.

On SQLite. What servers make of the same questions is for the tests of
backends.
"""

from ext_lib.paging import Page
from sahara_ext.db import models
from sahara_ext.db.api import cluster as cluster_db
from sahara_ext.db.api import cluster_event as cluster_event_db
from sahara_ext.db.api import cluster_list as cluster_list_db
from sahara_ext.db.api import operation as operation_db
from sahara_ext.db.api import template as template_db
from sahara_ext.tests import recording
from sahara_ext.tests.unit.db import base
from sahara_ext.tests.unit.db import plan_tests


class TestClusters(plan_tests.SharedListTests):
    table = 'clusters'
    words = 'FROM clusters LEFT OUTER JOIN node_groups'
    filters = ('status', 'plugin_name')

    def setUp(self):
        super().setUp()
        self.made = [self.cluster(groups=1, instances=1) for _ in range(3)]
        self.marker = self.made[1].id

    def page(self, page, filters, sort):
        cluster_list_db.cluster_get_page(self.context, page, filters, sort)

    def test_progress(self):
        cluster_db.cluster_get_progress(self.context, self.marker)
        self.assertSearches(
            'FROM clusters LEFT OUTER JOIN cluster_provision_steps',
            'cluster_provision_steps_cluster_id_sequence_idx',
        )

    def test_parts(self):
        for get in (
            lambda: cluster_db.cluster_get(self.context, self.marker),
            lambda: self.page(Page(2), {}, None),
        ):
            get()
            self.assertSearches(self.words, 'sqlite_autoindex_node_groups_2')
            self.assertSearches(
                'FROM cluster_instances',
                'sqlite_autoindex_cluster_instances_2',
            )

    def test_what_waits_for_an_engine(self):
        operation_db.clusters_get_abandoned(
            self.context, base.START, 10, 'engine'
        )
        self.assertSearches(
            'FROM clusters WHERE', 'clusters_operation_started_at_id_idx'
        )


class TestNodeGroupTemplates(plan_tests.SharedListTests):
    table = 'node_group_templates'
    words = 'FROM node_group_templates JOIN (SELECT anon'
    model = models.NodeGroupTemplate
    filters = ('plugin_name',)

    def setUp(self):
        super().setUp()
        self.made = [self.template() for _ in range(3)]
        self.marker = self.made[1]

    def template(self):
        columns = self.columns()
        for name in ('user_id', 'status'):
            columns.pop(name)
        return template_db.template_create(
            self.context, self.model, columns
        ).id

    def page(self, page, filters, sort):
        template_db.template_get_page(
            self.context, self.model, page, filters, sort
        )

    def test_users(self):
        template_db.template_destroy(self.context, self.model, self.marker)
        self.assertSearches(
            'node_groups.node_group_template_id',
            'node_groups_node_group_template_id_idx',
            'cluster_template_uses_node_group_template_id_idx',
        )


class TestClusterTemplates(TestNodeGroupTemplates):
    table = 'cluster_templates'
    words = 'FROM cluster_templates JOIN (SELECT anon'
    model = models.ClusterTemplate

    def test_users(self):
        template_db.template_destroy(self.context, self.model, self.marker)
        self.assertSearches(
            'clusters.cluster_template_id', 'clusters_cluster_template_id_idx'
        )


class TestEvents(plan_tests.PlanTestCase):
    words = 'FROM cluster_events WHERE'

    def setUp(self):
        super().setUp()
        cluster_id = recording.cluster(self.context)
        step = recording.progress(cluster_id).step('One', 9)
        self.step = step.id
        for number in range(3):
            step.fail(error='x', subject=f'f{number}')
            step.succeed(subject=f's{number}')
        rows = recording.events(self.step)
        self.marker = rows[0].id

    def pages(self, successful=None):
        for page in (Page(2), Page(2, self.marker)):
            cluster_event_db.cluster_events_get_by_step(
                self.context, self.step, page, successful
            )
            yield page

    def assertInOrder(self, index):
        self.assertSearches(self.words, index)
        plan = self.plan(self.words)
        self.assertNotIn('USE TEMP B-TREE', '\n'.join(plan))

    def test_of_any_outcome(self):
        for _ in self.pages():
            self.assertInOrder('cluster_events_step_id_sequence_idx')

    def test_of_one_outcome(self):
        for successful in (True, False):
            for _ in self.pages(successful):
                self.assertInOrder(
                    'cluster_events_step_id_successful_sequence_idx'
                )
