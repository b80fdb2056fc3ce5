# SPDX-License-Identifier: Apache-2.0
"""The two managers of the conductor service."""

from oslo_config import cfg
import oslo_messaging as messaging

from ext_lib import indirection
from ext_lib.service import Manager
from ext_lib.service import PeriodicTask
from nova_ext.conductor.placement import MovePlacement
from nova_ext.conductor.recovery import ConductorRecovery
from nova_ext.conductor.redelivery import Redelivery
from nova_ext.conductor.scheduler import BuildScheduler
from nova_ext.conductor.scheduler import Scheduler
from nova_ext.heartbeat import Heartbeat
from nova_ext.objects.base import NovaExtObject
from nova_ext.objects.service import CONDUCTOR
from nova_ext.rpcapi import conductor as rpcapi
from nova_ext.rpcapi.compute import ComputeAPI

#: Sweeps in the time after which a message counts as lost.
_SWEEPS = 5


class ConductorManager(Manager):
    """Selects hosts, redelivers lost messages and recovers conductors.

    :param transport: from :func:`ext_lib.rpc.get_transport`
    :param host: name of the service; ``[DEFAULT] host`` by default
    """

    def __init__(
        self,
        conf: cfg.ConfigOpts,
        transport: messaging.Transport,
        host: str | None = None,
    ) -> None:
        self.host = host or conf.host
        compute = ComputeAPI(transport)
        scheduler = Scheduler(conf)
        self._endpoints = [
            BuildScheduler(self.host, compute, scheduler),
            MovePlacement(conf, self.host, compute, scheduler),
        ]
        self.redelivery = Redelivery(
            self.host, compute, rpcapi.ConductorAPI(transport)
        )
        self._recovery = ConductorRecovery(self.host)
        self._lost_after = conf.conductor.lost_after
        #: Seconds after which another conductor counts as dead.
        self._dead_after = max(self._lost_after, conf.service_down_time)
        self._heartbeat = Heartbeat(
            self.host, CONDUCTOR, rpcapi.TOPIC, conf.report_interval
        )

    def endpoints(self) -> list[object]:
        """Return the endpoints; the names of their methods do not overlap."""
        return [*self._endpoints]

    def init_host(self) -> None:
        """End the steps that this service left open when it died."""
        self._heartbeat.beat()
        self._recovery.recover()

    def periodic_tasks(self) -> list[PeriodicTask]:
        """Return the heartbeat and the sweep for abandoned actions."""
        return [
            self._heartbeat.periodic_task(),
            PeriodicTask(self._sweep, self._lost_after / _SWEEPS),
        ]

    def _sweep(self) -> None:
        self._recovery.recover(self._lost_after)
        self._recovery.recover_others(self._dead_after)
        self.redelivery.run(self._lost_after)


class ObjectsManager(Manager):
    """Loads and stores objects for compute hosts, and nothing else.

    It answers on a topic of its own. Conductors wait for hosts, which load
    and store objects in the meantime: on a common topic, as many requests as
    there are threads would wait for each other without limit.
    """

    def endpoints(self) -> list[object]:
        """Return the server of remote objects."""
        return [indirection.ObjectServer(NovaExtObject)]
