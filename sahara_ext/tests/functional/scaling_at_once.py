# SPDX-License-Identifier: Apache-2.0
"""Many requests scale one cluster at once: each plans from what is."""

from collections.abc import Mapping
import multiprocessing
from typing import Any

from oslo_config import cfg

from ext_lib.testing import polling
from sahara_ext import exception
from sahara_ext import objects
from sahara_ext.conf import opts
from sahara_ext.db.facade import facade
from sahara_ext.engine.api import EngineAPI
from sahara_ext.objects.cluster import Cluster
from sahara_ext.objects.engine import Engine
from sahara_ext.objects.fields import ClusterStatus
from sahara_ext.tests import requested
from sahara_ext.tests.functional import at_once
from sahara_ext.tests.functional.at_once import caller
from sahara_ext.tests.functional.at_once import ROUNDS
from sahara_ext.tests.functional.at_once import THREADS

PROCESSES = 3

_START = {'worker': 1}


def finish(begun: Cluster, engine_id: str) -> None:
    """Carry out what was begun on a cluster, as an engine does."""
    deadline = Engine.get_deadline(caller(), 60)
    if not Cluster.claim(caller(), begun.id, engine_id, deadline):
        raise AssertionError(f'{begun.id} is claimed by another engine')
    held = Cluster.get_for_engine(caller(), begun.id)
    if held.operation_id != begun.operation_id:
        # It is being deleted by now.
        held.release()
        return
    gone = [
        instance.id
        for group in held.node_groups
        for instance in group.instances
        if instance.state == 'removing'
    ]
    try:
        held.finish_operation(ClusterStatus.ACTIVE, gone=gone)
    except exception.OperationSuperseded:
        held.release()


def scale(
    api: EngineAPI,
    stale: Cluster,
    engine_id: str,
    sizes: Mapping[str, int],
    *add: Mapping[str, Any],
) -> None:
    """Scale a cluster as it was read long ago, when it is its turn.

    :param stale: the cluster as it was read
    """

    def is_accepted() -> bool:
        try:
            scaled = api.scale_cluster(caller(), stale, sizes, add)
        except exception.ClusterInvalidStatus as error:
            if ClusterStatus.DELETING in str(error):
                raise
            return False
        if scaled.operation_id is not None:
            finish(scaled, engine_id)
        return True

    polling.wait_until(is_accepted, f'{stale.id} to be scaled')


def scale_in_process(
    url: str,
    cluster_id: str,
    engine_id: str,
    number: int,
    start: Any,
    said: Any,
) -> None:
    """Scale a cluster by one and back, and say what went wrong."""
    conf = cfg.ConfigOpts()
    opts.register_opts(conf)
    conf([], project='sahara-ext')
    conf.set_override('connection', url, 'database')
    objects.register_all()
    facade.configure(conf)
    api = at_once.engine_api(conf)
    stale = Cluster.get(caller(), cluster_id)
    said.put('ready')
    start.wait()
    try:
        for round_number in range(ROUNDS):
            size = 1 + (number + round_number) % 3
            scale(api, stale, engine_id, {'worker': size})
    except Exception as error:
        said.put(repr(error))
    else:
        said.put('')


class ScalingTests(at_once.AtOnceTestCase):
    """The tests of one database; a subclass sets ``url``."""

    def create(self) -> Cluster:
        """Return a cluster that is active."""
        [made] = self.api.create_clusters(caller(), requested.values(_START))
        finish(made, self.engine())
        return Cluster.get(caller(), made.id)

    def engine(self) -> str:
        """Return the id of an engine that is alive."""
        engine = Engine(caller(), host='host')
        engine.register()
        return str(engine.id)

    def check(self, cluster_id: str) -> None:
        """Check that a cluster has what its groups say."""
        found = Cluster.get(caller(), cluster_id)
        self.assertEqual(ClusterStatus.ACTIVE, found.status)
        for group in found.node_groups:
            self.assertEqual(group.count, len(group.instances), group.name)
            numbers = [instance.position for instance in group.instances]
            self.assertEqual(sorted(set(numbers)), sorted(numbers))

    def test_sizes(self) -> None:
        stale = self.create()
        engines = [self.engine() for _ in range(THREADS)]

        def work(number: int) -> None:
            for round_number in range(ROUNDS):
                size = 1 + (number + round_number) % 4
                scale(self.api, stale, engines[number], {'worker': size})

        self.assertEqual([None] * THREADS, self.at_once(work))
        self.check(stale.id)

    def test_sizes_from_processes(self) -> None:
        stale = self.create()
        engines = [self.engine() for _ in range(PROCESSES)]
        # The connections of this process are not for others.
        facade.get_engine().dispose()
        spawn = multiprocessing.get_context('spawn')
        start, said = spawn.Event(), spawn.Queue()
        workers = [
            spawn.Process(
                target=scale_in_process,
                args=(self.url, stale.id, engines[n], n, start, said),
            )
            for n in range(PROCESSES)
        ]
        for worker in workers:
            worker.start()
            self.addCleanup(worker.kill)
        for _ in workers:
            self.assertEqual('ready', said.get(timeout=120))
        start.set()
        found = [said.get(timeout=120) for _ in workers]
        for worker in workers:
            worker.join(60)
        self.assertEqual([''] * PROCESSES, found)
        self.check(stale.id)

    def test_one_new_node_group(self) -> None:
        stale = self.create()
        engines = [self.engine() for _ in range(THREADS)]
        found = self.at_once(
            lambda n: scale(
                self.api, stale, engines[n], {}, requested.group('extra', 2)
            )
        )
        self.assertEqual(1, found.count(None), str(found))
        for each in found:
            if each is not None:
                self.assertIsInstance(each, exception.NodeGroupNameExists)
        self.check(stale.id)

    def test_to_one_size(self) -> None:
        stale = self.create()
        engines = [self.engine() for _ in range(THREADS)]
        found = self.at_once(
            lambda n: scale(self.api, stale, engines[n], {'worker': 5})
        )
        self.assertEqual([None] * THREADS, found)
        self.check(stale.id)
        [group] = Cluster.get(caller(), stale.id).node_groups
        names = [f'demo-worker-{n:03}' for n in range(1, 6)]
        self.assertEqual(
            names, [each.instance_name for each in group.instances]
        )

    def test_deleted_amid_it(self) -> None:
        stale = self.create()
        engines = [self.engine() for _ in range(THREADS)]

        def work(number: int) -> None:
            if number == 0:
                self.api.delete_cluster(caller(), stale)
                return
            for size in range(2, 2 + ROUNDS):
                scale(self.api, stale, engines[number], {'worker': size})

        found = self.at_once(work)
        self.assertIsNone(found[0])
        for each in found[1:]:
            if each is not None:
                self.assertIsInstance(each, exception.ClusterInvalidStatus)
        deleted = Cluster.get(caller(), stale.id)
        self.assertEqual(ClusterStatus.DELETING, deleted.status)
        states = {
            instance.state
            for group in deleted.node_groups
            for instance in group.instances
        }
        self.assertEqual({'removing'}, states)
