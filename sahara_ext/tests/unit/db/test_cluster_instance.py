# SPDX-License-Identifier: Apache-2.0
"""Instances are changed by the engine that owns their cluster."""

from sahara_ext import exception
from sahara_ext.db.api import cluster as cluster_db
from sahara_ext.tests.unit.db import base


class TestUpdate(base.TestCase):
    def setUp(self):
        super().setUp()
        self.made = self.cluster(groups=2, instances=2, engine_id='mine')

    def update(self, rows, engine_id='mine'):
        cluster_db.cluster_instances_update(
            self.context, self.made.id, rows, engine_id
        )

    def instances(self):
        cluster = cluster_db.cluster_get(self.context, self.made.id)
        return [i for g in cluster.node_groups for i in g.instances]

    def test_several(self):
        self.update(
            [
                {'id': i.id, 'instance_id': f'id of {i.instance_name}'}
                for i in self.instances()[1:]
            ]
        )
        self.assertEqual(
            [None, 'id of g0-2', 'id of g1-1', 'id of g1-2'],
            [i.instance_id for i in self.instances()],
        )

    def test_of_another_engine(self):
        [first, *_] = self.instances()
        self.assertRaises(
            exception.OperationSuperseded,
            *(self.update, [{'id': first.id, 'instance_id': 'x'}], 'other'),
        )
        self.assertIsNone(self.instances()[0].instance_id)

    def test_the_cluster_is_as_old_as_before(self):
        [first, *_] = self.instances()
        self.update([{'id': first.id, 'internal_ip': '::1'}])
        cluster = cluster_db.cluster_get(self.context, self.made.id)
        self.assertIsNone(cluster.updated_at)
        self.assertIsNotNone(self.instances()[0].updated_at)

    def test_what_does_not_fit(self):
        [first, *_] = self.instances()
        for value in ('x' * 46, '\0'):
            row = {'id': first.id, 'internal_ip': value}
            self.assertRaises(exception.InvalidValue, self.update, [row])


class TestDestroy(base.TestCase):
    def test_those_of_the_cluster(self):
        first = self.cluster(groups=1, instances=3)
        other = self.cluster(groups=1, instances=1)
        ids = [i.id for i in first.node_groups[0].instances[1:]]
        ids.append(other.node_groups[0].instances[0].id)
        cluster_db.cluster_instances_destroy(self.context, first.id, ids)
        cluster_db.cluster_instances_destroy(self.context, first.id, [])
        left = [
            len(
                cluster_db.cluster_get(self.context, c.id)
                .node_groups[0]
                .instances
            )
            for c in (first, other)
        ]
        self.assertEqual([1, 1], left)
