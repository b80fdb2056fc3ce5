# SPDX-License-Identifier: Apache-2.0
"""Clusters are stored whole and seen by those who may."""

from ext_lib import context
from sahara_ext import exception
from sahara_ext.db.api import cluster as cluster_db
from sahara_ext.tests.unit.db import base

#: Of more than two bytes, of more than three, and made of several.
UNICODE = '\N{SNOWMAN}\N{PILE OF POO}e\N{COMBINING ACUTE ACCENT}'


class TestCreate(base.TestCase):
    def test_with_its_parts(self):
        made = self.cluster(groups=2, instances=3)
        for cluster in (made, cluster_db.cluster_get(self.context, made.id)):
            groups = cluster.node_groups
            self.assertEqual(['g0', 'g1'], base.names(groups))
            for group in groups:
                self.assertEqual(
                    [f'{group.name}-{n}' for n in (1, 2, 3)],
                    [i.instance_name for i in group.instances],
                )

    def test_parts_need_a_statement_a_kind(self):
        columns = self.columns()
        groups = [self.group(columns['id'], n) for n in range(3)]
        instances = [self.instance(g, n) for g in groups for n in range(50)]
        # The parts are stored with one each, and all is read again with two.
        self.assertAsks(
            5,
            cluster_db.cluster_create,
            self.context,
            columns,
            groups,
            instances,
        )

    def test_parts_may_have_different_columns(self):
        columns = self.columns()
        groups = [
            self.group(columns['id'], 0, flavor_id='1', is_proxy_gateway=True),
            self.group(columns['id'], 1, node_configs={'a': 1}),
        ]
        cluster = cluster_db.cluster_create(self.context, columns, groups)
        first, second = cluster.node_groups
        self.assertEqual(
            ('1', True), (first.flavor_id, first.is_proxy_gateway)
        )
        self.assertEqual(
            (None, False), (second.flavor_id, second.is_proxy_gateway)
        )
        self.assertEqual(
            ({}, {'a': 1}), (first.node_configs, second.node_configs)
        )
        self.assertTrue(first.use_autoconfig)

    def test_a_name_is_taken_once_in_a_project(self):
        self.cluster(name='mine')
        error = self.assertRaises(
            exception.ClusterNameExists, self.cluster, name='mine', groups=1
        )
        self.assertIn('mine', str(error))
        self.cluster(name='mine', project_id=base.OTHER_PROJECT)

    def test_names_and_projects_are_exact(self):
        for values in (
            {'name': 'one'},
            {'name': 'One'},
            {'name': 'on\N{LATIN SMALL LETTER E WITH ACUTE}'},
            {'name': 'one', 'project_id': base.PROJECT.upper()},
        ):
            self.cluster(**values)

    def test_any_text_is_kept(self):
        made = self.cluster(
            name=UNICODE,
            description=UNICODE,
            cluster_configs={UNICODE: {'\0': ['\ud800', None, 1.5]}},
            shares=[{'id': UNICODE}],
        )
        cluster = cluster_db.cluster_get(self.context, made.id)
        self.assertEqual(
            (UNICODE, UNICODE), (cluster.name, cluster.description)
        )
        self.assertEqual(
            {UNICODE: {'\0': ['\ud800', None, 1.5]}}, cluster.cluster_configs
        )
        self.assertEqual([{'id': UNICODE}], cluster.shares)

    def test_large_configurations_are_kept(self):
        configs = {'service': {f'key{n}': 'x' * 100 for n in range(2000)}}
        made = self.cluster(cluster_configs=configs, description='x' * 70_000)
        cluster = cluster_db.cluster_get(self.context, made.id)
        self.assertEqual(configs, cluster.cluster_configs)
        self.assertEqual(70_000, len(cluster.description))

    def test_what_does_not_fit_is_refused(self):
        for values in (
            {'name': 'x' * 256},
            {'default_image_id': 'x' * 256},
            {'description': 'nul \0'},
            {'description': 'half \ud83d'},
            {'anti_affinity_ratio': 2**31},
        ):
            error = self.assertRaises(
                exception.InvalidValue, self.cluster, **values
            )
            self.assertIn(next(iter(values)), str(error))

    def test_what_does_not_fit_a_part_is_refused(self):
        columns = self.columns()
        group = self.group(columns['id'], 0, flavor_id='x' * 256)
        self.assertRaises(
            exception.InvalidValue,
            *(cluster_db.cluster_create, self.context, columns, [group]),
        )
        self.assertRaises(
            exception.ClusterNotFound,
            *(cluster_db.cluster_get, self.context, columns['id']),
        )


class TestGet(base.TestCase):
    def test_two_statements_whatever_there_is(self):
        for size in (0, 1, 20):
            made = self.cluster(groups=size, instances=size)
            cluster = self.assertAsks(
                2, cluster_db.cluster_get, self.context, made.id
            )
            self.assertEqual(size, len(cluster.node_groups))

    def test_alone(self):
        made = self.cluster(groups=2, instances=2)
        cluster = self.assertAsks(
            1, cluster_db.cluster_get_ref, self.context, made.id
        )
        self.assertEqual(made.name, cluster.name)
        self.assertNotIn('node_groups', vars(cluster))

    def test_who_sees_it(self):
        private = self.cluster()
        public = self.cluster(is_public=True)
        without_project = context.RequestContext(user_id='u', project_id=None)
        for get in (cluster_db.cluster_get, cluster_db.cluster_get_ref):
            self.assertEqual(private.id, get(self.context, private.id).id)
            for caller in (self.stranger, without_project):
                self.assertEqual(public.id, get(caller, public.id).id)
                self.assertRaises(
                    exception.ClusterNotFound, get, caller, private.id
                )
        found = cluster_db.cluster_get_any(self.stranger, private.id)
        self.assertEqual(private.id, found.id)

    def test_a_project_is_not_one_that_looks_like_it(self):
        made = self.cluster()
        caller = context.RequestContext(
            user_id='u', project_id=base.PROJECT.upper()
        )
        self.assertRaises(
            exception.ClusterNotFound, cluster_db.cluster_get, caller, made.id
        )

    def test_ids_that_are_none(self):
        for key in ('', 'x', UNICODE, 'a\0b', '\ud800', 'x' * 1000):
            self.assertRaises(
                exception.ClusterNotFound,
                cluster_db.cluster_get,
                self.context,
                key,
            )


class TestUpdate(base.TestCase):
    def test_some_columns(self):
        made = self.cluster(groups=1)
        self.assertIsNone(made.updated_at)
        row = cluster_db.cluster_update(
            self.context, made.id, {'name': 'new', 'info': {'a': {}}}
        )
        self.assertEqual(('new', {'a': {}}), (row.name, row.info))
        self.assertIsNotNone(row.updated_at)
        cluster = cluster_db.cluster_get(self.context, made.id)
        self.assertEqual('new', cluster.name)
        self.assertEqual('fake', cluster.plugin_name)

    def test_what_is_gone(self):
        self.assertRaises(
            exception.ClusterNotFound,
            *(cluster_db.cluster_update, self.context, 'none', {'name': 'n'}),
        )

    def test_a_taken_name(self):
        self.cluster(name='first')
        made = self.cluster()
        self.assertRaises(
            exception.ClusterNameExists,
            *(
                cluster_db.cluster_update,
                self.context,
                made.id,
                {'name': 'first'},
            ),
        )
        cluster_db.cluster_update(self.context, made.id, {'name': made.name})

    def test_what_does_not_fit(self):
        made = self.cluster()
        self.assertRaises(
            exception.InvalidValue,
            *(
                cluster_db.cluster_update,
                self.context,
                made.id,
                {'name': 'x' * 256},
            ),
        )
