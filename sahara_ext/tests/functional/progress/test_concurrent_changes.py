# SPDX-License-Identifier: Apache-2.0
"""Reporters are not alone: events are purged, clusters go, servers fail."""

from concurrent import futures
import threading

import sqlalchemy as sa

from ext_lib.context import get_admin_context
from ext_lib.testing import polling
from sahara_ext import exception
from sahara_ext.objects.cluster_event import ClusterEventList
from sahara_ext.objects.provision_step import ClusterProvisionStepList
from sahara_ext.tests import recording
from sahara_ext.tests.functional.progress import base

THREADS = 8


class CompanyTestCase(base.ReportersTestCase):
    def setUp(self):
        super().setUp()
        self.pool = futures.ThreadPoolExecutor(3 * THREADS)
        self.addCleanup(self.pool.shutdown)
        self.is_over = threading.Event()
        self.addCleanup(self.is_over.set)

    def until_over(self, function, *args):
        """Call a function again and again; return the future of its sum."""

        def run():
            total = function(*args)
            while not self.is_over.is_set():
                total += function(*args)
            return total

        return self.pool.submit(run)


class TestCleanup(CompanyTestCase):
    def work(self, number):
        """Go through steps one after the other, and be late in each."""
        progress = recording.progress(self.cluster)
        for name in ('One', 'Two', 'Three', 'Four', 'Five'):
            with progress.step(name, 20) as step:
                for instance in recording.instances(20):
                    step.succeed(instance, wait=number % 2 == 0)
            step.succeed(recording.instance(1))
            step.succeed(recording.instance(21))
        return step

    def purge(self):
        return ClusterEventList.purge(get_admin_context(), 0, 7)

    def test_cleaners_beside_reporters(self):
        broken = recording.progress(self.cluster).step('Broken', 2)
        broken.fail(error='no')
        broken.succeed(recording.instance(1))
        cleaners = [self.until_over(self.purge) for _ in range(3)]
        reporters = [self.pool.submit(self.work, n) for n in range(THREADS)]
        steps = [reporter.result() for reporter in reporters]
        self.is_over.set()
        purged = sum(cleaner.result() for cleaner in cleaners)
        purged += self.purge()
        # Of each step 20 events, and one that came late; the other late one
        # is a repeated one until the first is purged.
        self.assertGreaterEqual(purged, THREADS * 5 * 21)
        self.assertLessEqual(purged, THREADS * 5 * 22)
        for step in ClusterProvisionStepList.get_by_cluster(
            self.context, self.cluster, events=True
        ):
            if step.id != broken.id:
                self.assertEqual(
                    (20, 20, 0, True),
                    (
                        step.total,
                        step.completed,
                        step.failed,
                        step.successful,
                    ),
                )
                self.assertEqual(0, len(step.events))
        self.assertEqual(2, len(recording.events(broken.id)))
        self.assertEqual(THREADS, len({step.id for step in steps}))


class TestDeletion(CompanyTestCase):
    def report(self, step, number):
        count = 0
        while True:
            count += 1
            try:
                step.succeed(subject=f'{number}-{count}', wait=number % 2 == 0)
            except exception.ClusterGone:
                return count

    def destroy(self):
        context = get_admin_context()
        ClusterEventList.destroy_by_cluster(context, self.cluster, 100)
        recording.destroy(self.cluster)

    def test_a_cluster_is_deleted_while_others_report(self):
        steps = [
            recording.progress(self.cluster).step('One') for _ in range(2)
        ]
        reporters = [
            self.pool.submit(self.report, steps[n % 2], n)
            for n in range(THREADS)
        ]
        polling.wait_until(
            lambda: all(step.completed > 100 for step in steps),
            'some reports',
        )
        self.destroy()
        for reporter in reporters:
            self.assertGreater(reporter.result(), 0)
        for step in steps:
            self.assertEqual([], recording.events(step.id))
        left = ClusterProvisionStepList.get_by_cluster(
            self.context, self.cluster
        )
        self.assertEqual(0, len(left))

    def test_a_cluster_is_deleted_while_steps_begin(self):
        def begin():
            progress = recording.progress(self.cluster)
            count = 0
            while True:
                try:
                    progress.plan([f'{count}', f'{count + 1}'])
                    with progress.step(f'{count}', 1):
                        count += 1
                except exception.ClusterGone:
                    return count

        working = [self.pool.submit(begin) for _ in range(THREADS)]
        polling.wait_until(
            lambda: (
                len(
                    ClusterProvisionStepList.get_by_cluster(
                        self.context, self.cluster
                    )
                )
                > 3 * THREADS
            ),
            'some steps',
        )
        self.destroy()
        for future in working:
            future.result()


class TestLostConnections(CompanyTestCase):
    """The connections of reporters are ended, again and again."""

    _OTHERS = {
        'mysql': (
            'SELECT id FROM information_schema.processlist '
            'WHERE db = database() AND id <> connection_id()'
        ),
        'postgresql': (
            'SELECT pid FROM pg_stat_activity '
            'WHERE datname = current_database() AND pid <> pg_backend_pid()'
        ),
    }
    _END = {
        'mysql': 'KILL {}',
        'postgresql': 'SELECT pg_terminate_backend({})',
    }

    def setUp(self):
        super().setUp()
        self.server = sa.create_engine(
            self.database.url,
            isolation_level='AUTOCOMMIT',
            poolclass=sa.pool.NullPool,
        )
        self.kind = self.server.dialect.name
        if self.kind not in self._END:
            self.skipTest(f'{self.kind} has no connections')

    def end_connections(self):
        with self.server.connect() as connection:
            others = connection.scalars(sa.text(self._OTHERS[self.kind])).all()
            for number in others:
                try:
                    connection.execute(
                        sa.text(self._END[self.kind].format(number))
                    )
                except sa.exc.DBAPIError:
                    # It has ended itself.
                    continue
        self.is_over.wait(0.1)
        return len(others)

    def test_each_event_counts_once(self):
        count = 600
        step = recording.progress(self.cluster).step('One', count)
        ended = self.until_over(self.end_connections)
        counted = list(self.pool.map(step.succeed, recording.instances(count)))
        self.is_over.set()
        self.assertGreater(ended.result(), 0)
        self.assertEqual([True] * count, counted)
        self.assertTrue(step.has_completed)
        found, events = self.check(step)
        self.assertEqual(count, len(events))
        self.assertEqual((count, True), (found.completed, found.successful))
