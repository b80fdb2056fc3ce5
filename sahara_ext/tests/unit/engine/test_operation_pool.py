# SPDX-License-Identifier: Apache-2.0
"""A pool claims what it has room for, and ends gracefully."""

import threading
from typing import Any

import fixtures

from sahara_ext.engine import operation_pool
from sahara_ext.engine.lease import Interrupted
from sahara_ext.tests import base

_TIMEOUT = 30


class Cluster:
    """A cluster with operations left to do.

    :param operations: how many
    """

    def __init__(self, cluster_id, operations=1):
        self.id = cluster_id
        self.operation_type = 'creating'
        self.status = 'Active'
        self.left = operations
        self.released = 0
        self.is_ours = True
        # What the pool takes for an operation knows its cluster.
        self.cluster = self

    @property
    def operation_id(self):
        return f'operation {self.left}'

    def is_held(self):
        return self.is_ours

    def release(self):
        self.released += 1


class TestOperationPool(base.TestCase):
    def setUp(self):
        super().setUp()
        self.settings.set('engine', operation_workers=2)
        self.clusters = {}
        self.searched = threading.Semaphore(0)
        self.begun = threading.Semaphore(0)
        self.may_end = threading.Event()
        self.error = None
        for name, value in {
            'Cluster': self,
            'ClusterList': self,
            'Operation': self.make_operation,
            'provisioning': self,
        }.items():
            self.useFixture(
                fixtures.MonkeyPatch(
                    f'sahara_ext.engine.operation_pool.{name}', value
                )
            )
        unused: Any = None
        engine: Any = self
        self.pool = operation_pool.OperationPool(
            self.conf, unused, unused, engine
        )
        self.addCleanup(self.may_end.set)

    def get_deadline(self, _context, _seconds):
        return None

    def get_abandoned(self, *_args):
        self.searched.release()
        return ()

    def claim(self, _context, cluster_id, *_args):
        return self.clusters[cluster_id].left > 0

    def get_for_engine(self, context, cluster_id):
        return self.clusters[cluster_id]

    def make_operation(self, conf, cluster, lease, *_args):
        self.lease = lease
        return self.clusters[cluster.id]

    @property
    def cluster(self):
        return next(iter(self.clusters.values()))

    def carry_out(self, operation):
        self.begun.release()
        lease = self.lease
        for _ in range(_TIMEOUT * 100):
            lease.check()
            if self.may_end.wait(0.01):
                break
        if self.error:
            raise self.error
        operation.left -= 1

    def submit(self, *names, operations=1):
        for name in names:
            if name not in self.clusters:
                cluster = Cluster(name, operations)
                self.clusters[name] = cluster
            self.pool.submit(name)

    def wait_for_begin(self):
        self.assertTrue(self.begun.acquire(timeout=_TIMEOUT))

    def wait_for_end(self):
        self.assertTrue(self.pool.wait(_TIMEOUT))

    def test_to_the_end(self):
        self.may_end.set()
        self.submit('one')
        self.wait_for_end()
        self.assertEqual(0, self.cluster.left)
        self.assertEqual(1, self.cluster.released)
        # There may be others that wait.
        self.assertTrue(self.searched.acquire(timeout=_TIMEOUT))

    def test_one_operation_after_the_other(self):
        self.may_end.set()
        self.submit('one', operations=3)
        self.wait_for_end()
        self.assertEqual(0, self.cluster.left)

    def test_no_more_than_there_is_room_for(self):
        self.submit('one', 'two', 'three')
        self.wait_for_begin()
        self.wait_for_begin()
        self.assertEqual(0, self.pool.room)
        self.may_end.set()
        self.wait_for_end()
        self.assertEqual(1, self.clusters['three'].left)
        self.assertEqual(2, self.pool.room)

    def test_not_the_same_twice_at_a_time(self):
        self.submit('one')
        self.wait_for_begin()
        self.submit('one')
        self.assertEqual(1, self.pool.room)
        # A message that comes late is not lost either.
        self.cluster.left = 2
        self.may_end.set()
        self.wait_for_end()
        self.assertEqual(0, self.cluster.left)

    def test_a_message_has_it_look_whether_it_is_still_wanted(self):
        self.submit('one')
        self.wait_for_begin()
        self.cluster.is_ours = False
        self.cluster.left = 0
        self.submit('one')
        self.wait_for_end()
        self.assertEqual(1, self.cluster.released)

    def test_an_error_of_ours_is_logged_and_the_cluster_free(self):
        self.error = ValueError('out of luck')
        self.may_end.set()
        self.submit('one')
        self.wait_for_end()
        self.assertIn('out of luck', self.log.output)
        self.assertEqual(1, self.cluster.released)
        self.assertEqual(2, self.pool.room)

    def test_stopping(self):
        self.submit('one', 'two')
        self.wait_for_begin()
        self.wait_for_begin()
        self.pool.stop()
        self.assertTrue(self.pool.wait(_TIMEOUT))
        self.assertEqual([1, 1], [c.left for c in self.clusters.values()])
        self.assertEqual([1, 1], [c.released for c in self.clusters.values()])
        self.submit('three')
        self.assertEqual(0, self.pool.room)
        self.assertTrue(self.pool.wait(0))

    def test_being_interrupted_is_no_error(self):
        self.error = Interrupted('another continues')
        self.may_end.set()
        self.submit('one')
        self.wait_for_end()
        self.assertIn('another continues', self.log.output)
        self.assertNotIn('Traceback', self.log.output)
        # It is left for a later search.
        self.pool._pool.shutdown()
        self.assertFalse(self.searched.acquire(blocking=False))
        self.assertEqual(2, self.cluster.released)
        self.assertEqual(1, self.cluster.left)
