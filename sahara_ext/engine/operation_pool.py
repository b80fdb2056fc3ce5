# SPDX-License-Identifier: Apache-2.0
"""The operations one engine carries out, several at the same time."""

from concurrent import futures
import datetime
import threading

from oslo_config import cfg
from oslo_log import log as logging

from ext_lib import context as ext_context
from ext_lib import service_log
from ext_lib.context import RequestContext
from sahara_ext.engine import provisioning
from sahara_ext.engine.lease import Interrupted
from sahara_ext.engine.lease import Lease
from sahara_ext.engine.operation import Operation
from sahara_ext.infra.base import InfraDriver
from sahara_ext.objects.cluster import Cluster
from sahara_ext.objects.cluster import ClusterList
from sahara_ext.objects.engine import Engine
from sahara_ext.objects.fields import ClusterStatus
from sahara_ext.plugins.registry import PluginRegistry

LOG = logging.getLogger(__name__)


class OperationPool:
    """A pool of threads that claim operations and carry them out.

    :param engine: owns the clusters that are worked on
    """

    def __init__(
        self,
        conf: cfg.ConfigOpts,
        plugins: PluginRegistry,
        driver: InfraDriver,
        engine: Engine,
    ) -> None:
        self._conf = conf
        self._plugins = plugins
        self._driver = driver
        self._engine = engine
        self._workers = conf.engine.operation_workers
        self._pool = futures.ThreadPoolExecutor(
            self._workers, thread_name_prefix='operation'
        )
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._idle = threading.Condition(self._lock)
        #: Clusters that are worked on; with a lease as soon as it is claimed.
        self._running: dict[str, Lease | None] = {}
        #: Clusters to be looked at once more.
        self._again: set[str] = set()

    @property
    def room(self) -> int:
        """The number of operations that may be begun now."""
        with self._lock:
            return 0 if self._is_over else self._workers - len(self._running)

    @property
    def _is_over(self) -> bool:
        return self._stopping.is_set()

    def submit(self, cluster_id: str) -> None:
        """Carry out what is to be done on a cluster, if there is room.

        If something is under way on it, see whether that is still wanted.
        """
        with self._lock:
            if cluster_id in self._running:
                self._again.add(cluster_id)
                if lease := self._running[cluster_id]:
                    lease.expire()
            elif not self._is_over and len(self._running) < self._workers:
                self._running[cluster_id] = None
                self._pool.submit(self._run, cluster_id)

    def search(self) -> None:
        """Claim operations that no engine works on, if there is room."""
        if not self.room:
            return
        context = ext_context.get_admin_context()
        for cluster_id in ClusterList.get_abandoned(
            context, self._deadline(context), self._workers, self._engine.id
        ):
            # Of those it owns, only what it has lost sight of.
            if not self._has(cluster_id):
                self.submit(cluster_id)

    def _has(self, cluster_id: str) -> bool:
        with self._lock:
            return cluster_id in self._running

    def _deadline(self, context: RequestContext) -> datetime.datetime:
        return self._engine.get_deadline(
            context, self._conf.engine.heartbeat_timeout
        )

    def _claim(self, cluster_id: str) -> bool:
        context = ext_context.get_admin_context()
        return Cluster.claim(
            context, cluster_id, self._engine.id, self._deadline(context)
        )

    def stop(self) -> None:
        """Release all clusters, as soon as their instances permit it."""
        with self._lock:
            self._stopping.set()
        self._pool.shutdown(wait=False)

    def wait(self, seconds: float) -> bool:
        """Wait until nothing is under way; return whether that is so."""
        with self._idle:
            return self._idle.wait_for(lambda: not self._running, seconds)

    def _run(self, cluster_id: str) -> None:
        is_done = False
        # This thread may have worked for another project before.
        ext_context.get_admin_context().update_store()
        while True:
            try:
                is_done = self._carry_out_all(cluster_id)
            except Exception:
                LOG.exception('Cluster %s is to be retried', cluster_id)
            with self._lock:
                if cluster_id not in self._again or self._is_over:
                    del self._running[cluster_id]
                    self._idle.notify_all()
                    break
                self._again.discard(cluster_id)
        if is_done:
            # There is room for another.
            self.search()

    def _carry_out_all(self, cluster_id: str) -> bool:
        """Do all that is to be done; return whether that was possible."""
        # A request may have put another operation in place of one. But one
        # that was released is left for later.
        last: str | None = None
        while not self._is_over and self._claim(cluster_id):
            context = ext_context.get_admin_context()
            cluster = Cluster.get_for_engine(context, cluster_id)
            if cluster.operation_id == last:
                cluster.release()
                return False
            last = cluster.operation_id
            lease = Lease(cluster, self._stopping)
            with self._lock:
                self._running[cluster_id] = lease
            self._carry_out(
                Operation(
                    self._conf, cluster, lease, self._plugins, self._driver
                )
            )
        return True

    def _carry_out(self, operation: Operation) -> None:
        cluster = operation.cluster
        what = f'Cluster {cluster.id}: {cluster.operation_type}'
        try:
            with service_log.operation(LOG, what) as outcome:
                provisioning.carry_out(operation)
                # One that was deleted keeps the status it had last.
                is_gone = cluster.status == ClusterStatus.DELETING
                outcome.text = 'done' if is_gone else cluster.status
        except Interrupted as reason:
            LOG.info('Released cluster %s: %s', cluster.id, reason)
        finally:
            cluster.release()
