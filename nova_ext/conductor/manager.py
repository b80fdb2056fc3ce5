# SPDX-License-Identifier: Apache-2.0
"""The conductor service."""

from oslo_config import cfg
import oslo_messaging as messaging

from ext_lib.service import Manager
from ext_lib.service import PeriodicTask
from nova_ext.conductor.placement import ComputeTasks
from nova_ext.conductor.recovery import Recovery
from nova_ext.conductor.redelivery import Redelivery
from nova_ext.heartbeat import Heartbeat
from nova_ext.objects.service import CONDUCTOR
from nova_ext.rpcapi import conductor as rpcapi
from nova_ext.rpcapi.compute import ComputeAPI

#: How many sweeps there are before a message counts as lost.
_SWEEPS = 5


class ConductorManager(Manager):
    """Chooses hosts, and sends again what got lost.

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
        self.tasks = ComputeTasks(conf, self.host, compute)
        self.redelivery = Redelivery(
            self.host, compute, rpcapi.ConductorAPI(transport)
        )
        self._recovery = Recovery(self.host)
        self._lost_after = conf.conductor.lost_after
        #: After how many seconds another conductor counts as dead.
        self._dead_after = max(self._lost_after, conf.service_down_time)
        self._heartbeat = Heartbeat(
            self.host, CONDUCTOR, rpcapi.TOPIC, conf.report_interval
        )

    def endpoints(self) -> list[object]:
        """Return what answers: tasks of servers."""
        return [self.tasks]

    def init_host(self) -> None:
        """End the steps that this service had begun before it died."""
        self._heartbeat.beat()
        self._recovery.recover()

    def periodic_tasks(self) -> list[PeriodicTask]:
        """Return the heartbeat and the sweep for what got lost."""
        return [
            self._heartbeat.periodic_task(),
            PeriodicTask(self._sweep, self._lost_after / _SWEEPS),
        ]

    def _sweep(self) -> None:
        self._recovery.recover(self._lost_after)
        self._recovery.recover_others(self._dead_after)
        self.redelivery.run(self._lost_after)
