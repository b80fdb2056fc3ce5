# SPDX-License-Identifier: Apache-2.0
"""Clusters to work on."""

import itertools

from ext_lib import context
from sahara_ext.objects.cluster import Cluster
from sahara_ext.objects.cluster_instance import ClusterInstance
from sahara_ext.objects.engine import Engine
from sahara_ext.objects.node_group import NodeGroup
from sahara_ext.tests import base


class TestCase(base.DatabaseTestCase):
    """A test that makes clusters."""

    def setUp(self):
        super().setUp()
        self._count = itertools.count()
        self.stranger = context.RequestContext(
            user_id='stranger', project_id='another', roles=['member']
        )

    def draft(self, groups=0, instances=0, **values):
        """Return a cluster that is not stored; c0, then c1 and so on."""
        defaults = {
            'name': f'c{next(self._count)}',
            'plugin_name': 'fake',
            'plugin_version': '0.1',
            'node_groups': [
                self.group(f'g{number}', instances) for number in range(groups)
            ],
        }
        return Cluster(self.context, **defaults | values)

    def group(self, name, instances=0, **values):
        """Return a node group that is not stored, with its instances."""
        parts = [self.instance(name, n + 1) for n in range(instances)]
        return NodeGroup(
            self.context,
            name=name,
            count=instances,
            instances=parts,
            **values,
        )

    def instance(self, group, number, **values):
        """Return an instance that is not stored."""
        return ClusterInstance(
            self.context,
            instance_name=f'{group}-{number}',
            position=number,
            **values,
        )

    def create(self, *args, **kwargs):
        """Return a cluster that is stored."""
        cluster = self.draft(*args, **kwargs)
        cluster.create()
        return cluster

    def engine(self):
        """Return an engine that is alive."""
        engine = Engine(self.context, host='host')
        engine.register()
        return engine

    def claim(self, cluster, engine):
        """Return whether an engine can have a cluster."""
        deadline = Engine.get_deadline(self.context, 60)
        return Cluster.claim(self.context, cluster.id, engine.id, deadline)

    def claimed(self, *args, **kwargs):
        """Return a cluster as the engine has it that works on it."""
        cluster = self.create(*args, **kwargs)
        self.claim(cluster, self.engine())
        return Cluster.get_for_engine(self.context, cluster.id)
