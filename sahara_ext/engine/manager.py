# SPDX-License-Identifier: Apache-2.0
"""The service that carries out operations on clusters."""

from oslo_config import cfg
from oslo_log import log as logging

from ext_lib import context as ext_context
from ext_lib.context import get_admin_context
from ext_lib.context import RequestContext
from ext_lib.service import Manager
from ext_lib.service import PeriodicTask
from sahara_ext.engine.operation_pool import OperationPool
from sahara_ext.infra.base import InfraDriver
from sahara_ext.objects.cluster_event import ClusterEventList
from sahara_ext.objects.engine import Engine
from sahara_ext.plugins.registry import PluginRegistry

LOG = logging.getLogger(__name__)

#: How many chunks are removed at a time: an engine that is to stop waits
#: for no more than these.
_CHUNKS = 100


class EventCleanup:
    """Removal of old events.

    They are those of steps that were completed successfully. Any number of
    engines may do so at the same time.
    """

    def __init__(self, conf: cfg.ConfigOpts) -> None:
        self._conf = conf.event_log

    def tasks(self) -> list[PeriodicTask]:
        """Return the periodic task; none when it is disabled."""
        interval = self._conf.cleanup_interval
        return [PeriodicTask(self.clean_up, interval)] if interval else []

    def clean_up(self) -> None:
        """Remove the events that are old enough, or the oldest of many."""
        chunk = self._conf.cleanup_chunk
        count = ClusterEventList.purge(
            get_admin_context(),
            self._conf.cleanup_age,
            chunk,
            chunk * _CHUNKS,
        )
        if count:
            LOG.info('Removed %d events of completed steps', count)


class EngineEndpoint:
    """The RPC methods of an engine."""

    def __init__(self, pool: OperationPool) -> None:
        self._pool = pool

    def run_operation(self, context: RequestContext, cluster_id: str) -> None:
        """Carry out what is stored to be done on a cluster, beside others."""
        self._pool.submit(cluster_id)


class EngineManager(Manager):
    """One engine: its sign of life, its operations, its search for more.

    :param driver: the cloud to work with
    :param is_alone: whether no other engine can be alive; what one has left
        is then taken over at once
    """

    def __init__(
        self,
        conf: cfg.ConfigOpts,
        plugins: PluginRegistry,
        driver: InfraDriver,
        is_alone: bool = False,
    ) -> None:
        self.host: str = conf.host
        self._conf = conf.engine
        self._cleanup = EventCleanup(conf)
        self._is_alone = is_alone
        self._engine = Engine(ext_context.get_admin_context(), host=conf.host)
        self._pool = OperationPool(conf, plugins, driver, self._engine)

    def endpoints(self) -> list[object]:
        """Return the objects whose methods can be called."""
        return [EngineEndpoint(self._pool)]

    def init_host(self) -> None:
        """Become known, in place of engines that died."""
        self._engine.register()
        if self._is_alone:
            self._engine.destroy_others()
        else:
            context = ext_context.get_admin_context()
            deadline = Engine.get_deadline(
                context, self._conf.heartbeat_timeout
            )
            Engine.destroy_dead(context, deadline)

    def periodic_tasks(self) -> list[PeriodicTask]:
        """Return the sign of life, and the search for what was left."""
        return [
            PeriodicTask(
                self._engine.heartbeat, self._conf.heartbeat_interval
            ),
            PeriodicTask(self._pool.search, self._conf.search_interval),
            *self._cleanup.tasks(),
        ]

    def stop_operations(self) -> None:
        """Begin no operation, and release those under way; return at once.

        Others can continue with each as soon as its instances permit.
        """
        self._pool.stop()

    def cleanup_host(self) -> None:
        """Remove the record of this engine, once all clusters are free."""
        self.stop_operations()
        while not self._pool.wait(self._conf.heartbeat_interval):
            # An engine that still owns clusters is alive.
            self._engine.heartbeat()
        self._engine.destroy()
