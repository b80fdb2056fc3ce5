# SPDX-License-Identifier: Apache-2.0
"""Tests of the work on a cluster, followed to its end."""

import io

from openstack import exceptions

from osc_ext import cluster_watch
from osc_ext import sdk
from osc_ext.tests import base


class TestFollow(base.TestCase):
    def test_a_cluster_that_is_deleted_meanwhile(self) -> None:
        shown = base.sample(
            'data-processing/clusters/cluster-show-progress-resp'
        )['cluster']
        shown = {**shown, 'status': 'Deleting'}
        self.api.answer(f'GET /clusters/{shown["id"]}', {'cluster': shown})
        self.api.answer(f'GET /clusters/{shown["id"]}', {}, 404)
        proxy = sdk.register(self.connection).data_processing
        error = self.assertRaises(
            exceptions.NotFoundException,
            cluster_watch.follow,
            proxy,
            proxy.get_cluster(shown['id']),
            60.0,
            io.StringIO(),
        )
        self.assertEqual(f'Cluster {shown["name"]} is gone.', error.message)
