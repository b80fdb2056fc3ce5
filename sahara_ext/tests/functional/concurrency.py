# SPDX-License-Identifier: Apache-2.0
"""Many engines and requests at once: each operation has one of them."""

from concurrent import futures
import multiprocessing
import threading

from oslo_config import cfg
from oslo_db import options

from ext_lib import context
from ext_lib.paging import ALL
from sahara_ext import exception
from sahara_ext.db.facade import facade
from sahara_ext.db.migrations import schema
from sahara_ext.objects.cluster import Cluster
from sahara_ext.objects.cluster import ClusterList
from sahara_ext.objects.cluster_instance import ClusterInstance
from sahara_ext.objects.cluster_instance import ClusterInstanceList
from sahara_ext.objects.engine import Engine
from sahara_ext.objects.fields import ClusterStatus
from sahara_ext.objects.fields import StepType
from sahara_ext.objects.node_group import NodeGroup
from sahara_ext.objects.operation import NewOperation
from sahara_ext.progress import Progress
from sahara_ext.tests import base

THREADS = 8
PROCESSES = 3
ROUNDS = 5


def caller():
    return context.RequestContext(user_id=base.USER, project_id=base.PROJECT)


def claim(cluster_id, engine_id):
    """Return whether the engine has the cluster then."""
    deadline = Engine.get_deadline(caller(), 60)
    return Cluster.claim(caller(), cluster_id, engine_id, deadline)


def begin(cluster_id, expected, status, step_type=StepType.SCALING):
    return Cluster.begin_operation(
        caller(), cluster_id, NewOperation(step_type, status, expected)
    )


def claim_in_process(url, cluster_ids, engine_ids, start, claimed):
    """Claim clusters for engines, each of them in a thread."""
    conf = cfg.ConfigOpts()
    conf.register_opts(options.database_opts, group='database')
    conf.set_override('connection', url, 'database')
    facade.configure(conf)
    start.wait()

    def work(engine_id):
        return [key for key in cluster_ids if claim(key, engine_id)]

    with futures.ThreadPoolExecutor(len(engine_ids)) as pool:
        for keys in pool.map(work, engine_ids):
            claimed.put(keys)


class ConcurrencyTests(base.TestCase):
    """The tests of one database; a subclass sets ``url``."""

    url: str

    def setUp(self):
        super().setUp()
        self.conf.set_override('connection', self.url, 'database')
        facade.configure(self.conf)
        self.addCleanup(facade.reset)
        schema.sync(facade.get_engine())

    def create(self, instances=0, **values):
        cluster = Cluster(
            caller(),
            **{
                'name': 'name',
                'plugin_name': 'fake',
                'plugin_version': '0.1',
                'node_groups': [
                    NodeGroup(
                        name='group',
                        count=instances,
                        instances=[
                            ClusterInstance(
                                instance_name=f'i{number}', position=number
                            )
                            for number in range(instances)
                        ],
                    )
                ],
                **values,
            },
        )
        cluster.create()
        return cluster

    def engine(self):
        engine = Engine(caller(), host='host')
        engine.register()
        return engine

    def at_once(self, work, threads=THREADS):
        """Return what ``work`` said, or raised, in each thread."""
        barrier = threading.Barrier(threads)

        def run(number):
            barrier.wait()
            try:
                return work(number)
            except Exception as error:
                return error

        with futures.ThreadPoolExecutor(threads) as pool:
            return list(pool.map(run, range(threads)))

    def test_a_name_is_taken_once(self):
        found = self.at_once(lambda _: self.create(instances=2))
        [made] = [each for each in found if isinstance(each, Cluster)]
        for each in found:
            if each is not made:
                self.assertIsInstance(each, exception.ClusterNameExists)
        [group] = Cluster.get(caller(), made.id).node_groups
        self.assertEqual(2, len(group.instances))

    def test_one_operation_begins(self):
        for number in range(ROUNDS):
            cluster = self.create(name=f'n{number}')
            found = self.at_once(
                lambda _, key=cluster.id: begin(
                    key, [ClusterStatus.VALIDATING], ClusterStatus.SCALING
                )
            )
            [begun] = [each for each in found if isinstance(each, Cluster)]
            for each in found:
                if each is not begun:
                    self.assertIsInstance(each, exception.ClusterInvalidStatus)
            again = Cluster.get(caller(), cluster.id)
            self.assertEqual(begun.operation_id, again.operation_id)

    def test_one_engine_has_it(self):
        engines = [self.engine() for _ in range(THREADS)]
        for number in range(ROUNDS):
            cluster = self.create(name=f'n{number}')
            found = self.at_once(
                lambda n, key=cluster.id: claim(key, engines[n].id)
            )
            self.assertEqual(1, found.count(True), found)
            self.assertEqual(THREADS - 1, found.count(False))
            owner = engines[found.index(True)].id
            again = Cluster.get(caller(), cluster.id)
            self.assertEqual(owner, again.engine_id)

    def test_one_engine_has_it_after_another_died(self):
        dead = self.engine()
        cluster = self.create()
        self.assertTrue(claim(cluster.id, dead.id))
        engines = [self.engine() for _ in range(THREADS)]
        dead.destroy()
        found = self.at_once(lambda n: claim(cluster.id, engines[n].id))
        self.assertEqual(1, found.count(True), found)

    def test_one_engine_of_any_process_has_it(self):
        clusters = [self.create(name=f'n{n}').id for n in range(ROUNDS)]
        engines = [self.engine().id for _ in range(2 * PROCESSES)]
        # The connections of this process are not for others.
        facade.get_engine().dispose()
        spawn = multiprocessing.get_context('spawn')
        start, claimed = spawn.Event(), spawn.Queue()
        workers = [
            spawn.Process(
                target=claim_in_process,
                args=(
                    self.url,
                    clusters,
                    engines[n::PROCESSES],
                    start,
                    claimed,
                ),
            )
            for n in range(PROCESSES)
        ]
        for worker in workers:
            worker.start()
            self.addCleanup(worker.kill)
        start.set()
        found = [claimed.get(timeout=120) for _ in engines]
        for worker in workers:
            worker.join(60)
            self.assertEqual(0, worker.exitcode)
        self.assertEqual(
            sorted(clusters), sorted(key for keys in found for key in keys)
        )

    def test_an_end_and_a_new_beginning(self):
        for number in range(ROUNDS):
            engine = self.engine()
            cluster = self.create(name=f'n{number}', instances=3)
            self.assertTrue(claim(cluster.id, engine.id))
            held = Cluster.get_for_engine(caller(), cluster.id)
            work = (
                lambda held=held: held.finish_operation(ClusterStatus.ACTIVE),
                lambda key=cluster.id: begin(
                    key, None, ClusterStatus.DELETING, StepType.DELETING
                ),
            )
            ended, begun = self.at_once(lambda n, work=work: work[n](), 2)
            again = Cluster.get(caller(), cluster.id)
            # The operation that has begun stays, whichever was first.
            self.assertEqual(begun.operation_id, again.operation_id)
            self.assertEqual(ClusterStatus.DELETING, again.status)
            lost = isinstance(ended, exception.OperationSuperseded)
            self.assertEqual(engine.id if lost else None, again.engine_id)
            self.assertTrue(lost or ended is None, ended)

    def test_who_lost_it_changes_nothing(self):
        engines = [self.engine() for _ in range(2)]
        cluster = self.create(instances=2)
        self.assertTrue(claim(cluster.id, engines[0].id))
        old = Cluster.get_for_engine(caller(), cluster.id)
        engines[0].destroy()

        def work(number):
            if number == 0:
                return claim(cluster.id, engines[1].id)
            for each in range(ROUNDS):
                old.set_status(f'old {each}')
            return None

        found = self.at_once(work)
        self.assertIs(True, found[0])
        new = Cluster.get_for_engine(caller(), cluster.id)
        new.set_status('new')
        for change in (
            lambda: old.set_status('old'),
            lambda: old.finish_operation('old'),
            old.destroy,
            lambda: ClusterInstanceList.save_all(
                caller(), old.node_groups[0].instances, engines[0].id
            ),
        ):
            self.assertRaises(exception.OperationSuperseded, change)
        self.assertEqual('new', Cluster.get(caller(), cluster.id).status)

    def test_a_cluster_goes_while_it_is_reported_on(self):
        engine = self.engine()
        cluster = self.create(instances=2)
        self.assertTrue(claim(cluster.id, engine.id))
        held = Cluster.get_for_engine(caller(), cluster.id)
        progress = Progress(
            caller(),
            held.id,
            str(held.operation_id),
            StepType.CREATING,
        )
        step = progress.step('step', 100_000)
        step.succeed(subject='first')
        begun = threading.Barrier(THREADS)

        def work(number):
            begun.wait()
            if number == 0:
                held.destroy()
            else:
                for each in range(1000):
                    step.succeed(subject=f'{number} {each}')

        found = self.at_once(work)
        self.assertIsNone(found[0])
        for each in found[1:]:
            self.assertIsInstance(each, exception.ClusterGone)
        self.assertEqual([], ClusterList.get_page(caller(), ALL).objects)
        with facade.get_engine().connect() as connection:
            for table in ('cluster_events', 'cluster_provision_steps'):
                count = connection.exec_driver_sql(
                    f'SELECT count(*) FROM {table}'
                ).scalar()
                self.assertEqual(0, count, table)
