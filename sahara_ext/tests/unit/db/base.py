# SPDX-License-Identifier: Apache-2.0
"""Rows to ask for."""

import datetime
import itertools

from oslo_utils import timeutils
from oslo_utils import uuidutils

from ext_lib import context
from sahara_ext.db.api import cluster as cluster_db
from sahara_ext.tests import base

PROJECT = base.PROJECT
OTHER_PROJECT = 'another'
START = timeutils.parse_strtime('2020-01-01T00:00:00.0')


def minutes(number):
    """Return a moment of the day on which the tests take place."""
    return START + datetime.timedelta(minutes=number)


def names(rows):
    return [row.name for row in rows]


class TestCase(base.DatabaseTestCase):
    """A test that makes rows in the order of time."""

    def setUp(self):
        super().setUp()
        self.stranger = context.RequestContext(
            user_id='stranger', project_id=OTHER_PROJECT, roles=['member']
        )
        self._count = itertools.count()

    def columns(self, **values):
        """Return the columns of a cluster, c0 then c1 and so on."""
        number = next(self._count)
        defaults = {
            'id': uuidutils.generate_uuid(),
            'project_id': self.context.project_id,
            'user_id': self.context.user_id,
            'name': f'c{number}',
            'plugin_name': 'fake',
            'plugin_version': '0.1',
            'status': 'Active',
            'created_at': minutes(number),
        }
        return defaults | values

    def cluster(self, groups=0, instances=0, **values):
        """Store a cluster; of each group the same number of instances."""
        columns = self.columns(**values)
        parts = [self.group(columns['id'], n) for n in range(groups)]
        return cluster_db.cluster_create(
            self.context,
            columns,
            parts,
            [
                self.instance(part, number)
                for part in parts
                for number in range(1, instances + 1)
            ],
        )

    def group(self, cluster_id, number, **values):
        """Return the columns of a node group, g0 then g1 and so on."""
        defaults = {
            'id': uuidutils.generate_uuid(),
            'cluster_id': cluster_id,
            'name': f'g{number}',
            'position': number,
            'count': 0,
        }
        return defaults | values

    def instance(self, group, number, **values):
        """Return the columns of an instance, named after its group."""
        defaults = {
            'id': uuidutils.generate_uuid(),
            'cluster_id': group['cluster_id'],
            'node_group_id': group['id'],
            'position': number,
            'instance_name': f'{group["name"]}-{number}',
            'state': 'planned',
        }
        return defaults | values
