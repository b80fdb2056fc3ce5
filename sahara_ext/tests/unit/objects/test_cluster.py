# SPDX-License-Identifier: Apache-2.0
"""Clusters are created whole and read with few questions."""

from oslo_versionedobjects import exception as ovo_exception

from ext_lib import exception as ext_exception
from ext_lib.paging import ALL
from ext_lib.paging import Page
from sahara_ext import exception
from sahara_ext.objects.base import transactional
from sahara_ext.objects.cluster import Cluster
from sahara_ext.objects.cluster import ClusterList
from sahara_ext.objects.fields import ClusterStatus
from sahara_ext.objects.fields import InstanceState
from sahara_ext.objects.fields import StepType
from sahara_ext.progress import Progress
from sahara_ext.tests.unit.objects import base


class TestCreate(base.TestCase):
    def test_it_is_the_callers(self):
        cluster = self.create()
        self.assertEqual(self.context.project_id, cluster.project_id)
        self.assertEqual(self.context.user_id, cluster.user_id)
        self.assertIsNotNone(cluster.created_at)
        self.assertIsNone(cluster.updated_at)
        self.assertEqual(set(), cluster.obj_what_changed())

    def test_an_operation_is_to_create_it(self):
        cluster = self.create()
        self.assertEqual(ClusterStatus.VALIDATING, cluster.status)
        self.assertEqual(StepType.CREATING, cluster.operation_type)
        self.assertIsNotNone(cluster.operation_id)
        self.assertIsNotNone(cluster.operation_started_at)
        self.assertIsNone(cluster.engine_id)

    def test_its_parts(self):
        cluster = self.create(groups=3, instances=2)
        again = Cluster.get(self.context, cluster.id)
        for found in (cluster, again):
            self.assertEqual(
                [('g0', 0), ('g1', 1), ('g2', 2)],
                [(g.name, g.position) for g in found.node_groups],
            )
            for group in found.node_groups:
                self.assertEqual(cluster.id, group.cluster_id)
                for instance in group.instances:
                    self.assertEqual(group.id, instance.node_group_id)
                    self.assertEqual(cluster.id, instance.cluster_id)
                    self.assertEqual(InstanceState.PLANNED, instance.state)
                    self.assertIsNone(instance.instance_id)
        self.assertEqual(
            cluster.node_groups[1].instances[1].id,
            again.node_groups[1].instances[1].id,
        )

    def test_once(self):
        cluster = self.create()
        self.assertRaises(ovo_exception.ObjectActionError, cluster.create)

    def test_a_taken_name(self):
        self.create(name='name')
        self.assertRaises(
            exception.ClusterNameExists, self.create, name='name'
        )

    def test_with_what_belongs_to_it_or_not_at_all(self):
        @transactional
        def create(context, names):
            cluster = self.draft(groups=1, instances=1)
            cluster.create()
            Progress(
                context,
                cluster.id,
                cluster.operation_id,
                cluster.operation_type,
            ).plan(names)
            return cluster

        cluster = create(self.context, ['one', 'two'])
        steps = Cluster.get(self.context, cluster.id).provision_steps
        self.assertEqual(['one', 'two'], [step.step_name for step in steps])
        self.assertRaises(TypeError, create, self.context, [None])
        page = ClusterList.get_page(self.context, ALL)
        self.assertEqual([cluster.id], [each.id for each in page])


class TestGet(base.TestCase):
    def setUp(self):
        super().setUp()
        self.made = self.create(groups=3, instances=4)
        progress = Progress(
            self.context, self.made.id, self.made.operation_id, 'creating'
        )
        progress.plan(['first', 'second'])
        with progress.step('first', 5) as step:
            for number in range(4):
                step.succeed(subject=str(number))

    def test_three_statements(self):
        for arguments, number in (
            ({}, 3),
            ({'events': True}, 3),
            ({'steps': False}, 2),
        ):
            cluster = self.assertAsks(
                number, Cluster.get, self.context, self.made.id, **arguments
            )
            self.assertEqual(set(), cluster.obj_what_changed())

    def test_parts_are_there_when_asked_for(self):
        cluster = Cluster.get(self.context, self.made.id, steps=False)
        self.assertNotIn('provision_steps', cluster)
        cluster = Cluster.get(self.context, self.made.id)
        names = [step.step_name for step in cluster.provision_steps]
        self.assertEqual(['first', 'second'], names)
        self.assertNotIn('events', cluster.provision_steps[0])
        cluster = Cluster.get(self.context, self.made.id, events=True)
        events = [len(step.events) for step in cluster.provision_steps]
        self.assertEqual([4, 0], events)

    def test_without_parts(self):
        cluster = self.assertAsks(
            1, Cluster.get_ref, self.context, self.made.id
        )
        self.assertEqual(self.made.name, cluster.name)
        self.assertNotIn('node_groups', cluster)

    def test_progress_alone(self):
        cluster = self.assertAsks(
            1, Cluster.get_progress, self.context, self.made.id
        )
        self.assertEqual(self.made.name, cluster.name)
        self.assertEqual(self.made.status, cluster.status)
        names = [step.step_name for step in cluster.provision_steps]
        self.assertEqual(['first', 'second'], names)
        self.assertNotIn('node_groups', cluster)
        self.assertEqual(set(), cluster.obj_what_changed())

    def test_progress_before_steps_are_planned(self):
        made = self.create()
        cluster = self.assertAsks(
            1, Cluster.get_progress, self.context, made.id
        )
        self.assertEqual(made.id, cluster.id)
        self.assertEqual([], cluster.provision_steps)

    def test_for_whom(self):
        for get in (Cluster.get, Cluster.get_ref, Cluster.get_progress):
            self.assertRaises(
                exception.ClusterNotFound, get, self.stranger, self.made.id
            )
        cluster = Cluster.get_for_engine(self.stranger, self.made.id)
        self.assertEqual(3, len(cluster.node_groups))
        self.assertNotIn('provision_steps', cluster)


class TestSave(base.TestCase):
    def test_what_changed(self):
        cluster = self.create(groups=1)
        cluster.name = 'new'
        cluster.shares = [{'id': 'share'}]
        cluster.node_groups = []
        self.assertAsks(2, cluster.save)
        self.assertEqual(set(), cluster.obj_what_changed())
        self.assertIsNotNone(cluster.updated_at)
        again = Cluster.get(self.context, cluster.id)
        self.assertEqual(
            ('new', [{'id': 'share'}]), (again.name, again.shares)
        )
        self.assertEqual(1, len(again.node_groups))
        self.assertEqual(cluster.updated_at, again.updated_at)

    def test_nothing(self):
        cluster = self.create()
        self.assertAsks(0, cluster.save)

    def test_operations_change_otherwise(self):
        cluster = self.create()
        for name, value in (
            ('status', 'Active'),
            ('engine_id', None),
            ('operation_id', 'x'),
        ):
            setattr(cluster, name, value)
            self.assertRaises(ovo_exception.ObjectActionError, cluster.save)
            cluster.obj_reset_changes()

    def test_a_cluster_that_is_gone(self):
        cluster = self.claimed()
        again = Cluster.get(self.context, cluster.id)
        cluster.destroy()
        again.name = 'new'
        self.assertRaises(exception.ClusterNotFound, again.save)


class TestList(base.TestCase):
    def test_three_statements(self):
        for size in (2, 10):
            for _ in range(size):
                self.create(groups=2, instances=2)
            page = self.assertAsks(
                3, ClusterList.get_page, self.context, Page(size)
            )
            self.assertEqual(size, len(page))
            for cluster in page:
                self.assertEqual([], cluster.provision_steps)
                self.assertEqual(2, len(cluster.node_groups[1].instances))
                self.assertEqual(set(), cluster.obj_what_changed())
            self.assertAsks(
                3,
                *(ClusterList.get_page, self.context),
                Page(1, page.objects[0].id),
            )
            self.assertAsks(
                3,
                *(ClusterList.get_page, self.context),
                Page(1, page.objects[-1].id if size == 2 else None),
            )

    def test_steps_of_each(self):
        clusters = [self.create(), self.create()]
        for cluster in clusters:
            Progress(
                self.context, cluster.id, cluster.operation_id, 'creating'
            ).plan([cluster.name, 'common'])
        for cluster in ClusterList.get_page(self.context, ALL):
            self.assertEqual(
                [cluster.name, 'common'],
                [step.step_name for step in cluster.provision_steps],
            )

    def test_markers(self):
        first, second, third = (self.create() for _ in range(3))
        page = ClusterList.get_page(self.context, Page(1))
        self.assertEqual([third.id], [each.id for each in page])
        self.assertEqual(
            (None, third.id), (page.previous_marker, page.next_marker)
        )
        page = ClusterList.get_page(self.context, Page(1, second.id))
        self.assertEqual([first.id], [each.id for each in page])
        self.assertEqual(
            (third.id, None), (page.previous_marker, page.next_marker)
        )

    def test_filters_and_order(self):
        for name in ('b', 'a', 'c'):
            self.create(name=name, is_transient=name != 'c')
        page = ClusterList.get_page(
            self.context, ALL, {'is_transient': True}, ('name', 'asc')
        )
        self.assertEqual(['a', 'b'], [each.name for each in page])
        for filters, column in (({'x': 1}, 'name'), ({}, 'x')):
            self.assertRaises(
                ext_exception.Invalid,
                *(ClusterList.get_page, self.context, ALL),
                *(filters, (column, 'asc')),
            )

    def test_empty_pages(self):
        page = self.assertAsks(1, ClusterList.get_page, self.context, Page(5))
        self.assertEqual([], page.objects)
        cluster = self.create()
        page = self.assertAsks(
            3, ClusterList.get_page, self.context, Page(5, cluster.id)
        )
        self.assertEqual([], page.objects)
