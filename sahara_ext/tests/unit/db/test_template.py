# SPDX-License-Identifier: Apache-2.0
"""Templates are shared, named once a project, and stay while in use."""

from oslo_utils import uuidutils

from ext_lib import exception as ext_exception
from ext_lib.paging import ALL
from ext_lib.paging import Page
from sahara_ext import exception
from sahara_ext.db import models
from sahara_ext.db.api import cluster as cluster_db
from sahara_ext.db.api import template
from sahara_ext.db.api import template as template_db
from sahara_ext.tests.unit.db import base

NODE_GROUP = models.NodeGroupTemplate
CLUSTER = models.ClusterTemplate


class TemplateTestCase(base.TestCase):
    def template(self, model=NODE_GROUP, **values):
        columns = self.columns(**values)
        for name in ('user_id', 'status'):
            columns.pop(name)
        return template_db.template_create(self.context, model, columns)

    def get(self, row, caller=None):
        return template_db.template_get(
            caller or self.context, type(row), row.id
        )

    def update(self, row, **values):
        return template_db.template_update(
            self.context, type(row), row.id, values
        )

    def destroy(self, row):
        template_db.template_destroy(self.context, type(row), row.id)

    def assertGone(self, row):
        self.assertRaises(exception.TemplateNotFound, self.get, row)


class TestOne(TemplateTestCase):
    def test_each_kind_has_its_own(self):
        for model in (NODE_GROUP, CLUSTER):
            made = self.template(model, name='same')
            self.assertEqual('same', self.get(made).name)
            self.assertRaises(
                exception.TemplateNotFound,
                template_db.template_get,
                self.context,
                model,
                'none',
            )
            self.assertRaises(
                exception.TemplateNameExists, self.template, model, name='same'
            )

    def test_who_sees_it(self):
        private, public = self.template(), self.template(is_public=True)
        self.assertEqual(public.id, self.get(public, self.stranger).id)
        self.assertRaises(
            exception.TemplateNotFound, self.get, private, self.stranger
        )

    def test_update(self):
        made = self.template(NODE_GROUP, node_processes=['a'])
        row = self.update(made, name='new', node_processes=['b', 'c'])
        self.assertEqual(('new', ['b', 'c']), (row.name, row.node_processes))
        self.assertIsNotNone(row.updated_at)

    def test_updates_that_cannot_be(self):
        made, other = self.template(), self.template()
        self.assertRaises(
            exception.TemplateNameExists, self.update, made, name=other.name
        )
        self.assertRaises(
            exception.InvalidValue, self.update, made, name='x' * 256
        )
        self.destroy(made)
        self.assertRaises(
            exception.TemplateNotFound, self.update, made, name='n'
        )

    def test_destroy(self):
        made, protected = self.template(), self.template(is_protected=True)
        self.destroy(made)
        self.assertGone(made)
        self.assertRaises(exception.TemplateNotFound, self.destroy, made)
        self.assertRaises(exception.TemplateProtected, self.destroy, protected)
        self.assertEqual(protected.id, self.get(protected).id)


class TestInUse(TemplateTestCase):
    def assertUsed(self, row, *users):
        error = self.assertRaises(exception.TemplateInUse, self.destroy, row)
        for user in users:
            self.assertIn(user, str(error))
        self.assertEqual(row.id, self.get(row).id)

    def uses(self, row):
        return [{'name': 'g', 'node_group_template_id': row.id}]

    def test_by_clusters(self):
        made = self.template(CLUSTER)
        user = self.cluster(cluster_template_id=made.id, name='user')
        self.assertUsed(made, 'user')
        cluster_db.cluster_update(
            self.context, user.id, {'cluster_template_id': None}
        )
        self.destroy(made)
        self.assertGone(made)

    def test_by_node_groups(self):
        made = self.template()
        columns = self.columns(name='user')
        groups = [
            self.group(columns['id'], n, node_group_template_id=made.id)
            for n in range(2)
        ]
        cluster_db.cluster_create(self.context, columns, groups)
        self.assertUsed(made, 'user')

    def test_by_cluster_templates(self):
        made = self.template()
        users = [
            self.template(
                CLUSTER,
                name=name,
                # One that names it twice uses it once.
                node_groups=self.uses(made) * 2,
            )
            for name in ('first user', 'second user')
        ]
        self.assertUsed(made, 'first user', 'second user')
        self.update(users[0], node_groups=[{'name': 'alone'}])
        self.update(users[0], description='still alone')
        self.destroy(users[1])
        self.destroy(made)
        self.assertGone(made)

    def test_again(self):
        made = self.template()
        user = self.template(CLUSTER, name='user')
        self.update(user, node_groups=self.uses(made))
        self.assertUsed(made, 'user')

    def test_not_all_users_are_named(self):
        made = self.template(CLUSTER)
        for _ in range(12):
            self.cluster(cluster_template_id=made.id)
        error = self.assertRaises(exception.TemplateInUse, self.destroy, made)
        self.assertEqual(9, str(error).count(','))


class TestLists(TemplateTestCase):
    def page(self, page=ALL, filters=None, sort=None, model=NODE_GROUP):
        return template_db.template_get_page(
            self.context, model, page, filters or {}, sort
        )

    def test_own_and_public_ones(self):
        for model in (NODE_GROUP, CLUSTER):
            self.template(model, name='own')
            for name, is_public in (('shown', True), ('hidden', False)):
                self.template(
                    model,
                    name=name,
                    is_public=is_public,
                    project_id=base.OTHER_PROJECT,
                )
            found = self.page(model=model)
            self.assertEqual(['shown', 'own'], base.names(found.rows))

    def test_pages(self):
        for _ in range(5):
            self.template()
        whole = base.names(self.page().rows)
        self.assertEqual(['c4', 'c3', 'c2', 'c1', 'c0'], whole)
        first = self.page(Page(2))
        second = self.assertAsks(1, self.page, Page(2, first.next_marker))
        third = self.page(Page(2, second.next_marker))
        for number, found in enumerate((first, second, third)):
            self.assertEqual(
                whole[2 * number : 2 * number + 2], base.names(found.rows)
            )
        self.assertIsNone(third.next_marker)
        self.assertEqual(first.next_marker, third.previous_marker)
        self.assertEqual((None, None), (first[1], second[1]))
        end = self.page(Page(2, third.rows[0].id))
        self.assertEqual([], end.rows)
        self.assertEqual(second.rows[0].id, end.previous_marker)

    def test_filters_and_orders(self):
        self.template(plugin_name='x', description='d')
        self.template(plugin_version='2')
        for filters, expected in (
            ({'plugin_name': 'x'}, ['c0']),
            ({'plugin_version': ['2', '3']}, ['c1']),
            ({'description': 'd', 'name': 'c0'}, ['c0']),
            ({'is_default': True}, []),
        ):
            found = self.page(filters=filters)
            self.assertEqual(expected, base.names(found.rows), str(filters))
        for column in template.ORDERS:
            for direction in ('asc', 'desc'):
                found = self.page(sort=(column, direction))
                self.assertEqual(2, len(found.rows))
        found = self.page(sort=('name', 'asc'))
        self.assertEqual(['c0', 'c1'], base.names(found.rows))

    def test_all_filters_have_a_column(self):
        for model in (NODE_GROUP, CLUSTER):
            for name in template.FILTERS:
                found = self.page(filters={name: 'none'}, model=model)
                self.assertEqual([], found.rows)

    def test_what_makes_no_sense(self):
        for arguments in (
            {'filters': {'node_groups': 'x'}},
            {'sort': ('description', 'asc')},
            {'page': Page(1, uuidutils.generate_uuid())},
        ):
            self.assertRaises(ext_exception.Invalid, self.page, **arguments)

    def test_nothing_is_asked_for_nothing(self):
        self.assertAsks(0, self.page, Page(0))
