# SPDX-License-Identifier: Apache-2.0
"""The service that has a view of all hosts."""

from oslo_config import cfg
import oslo_messaging as messaging

from ext_lib.service import Manager
from ext_lib.service import PeriodicTask
from nova_ext.conductor.placement import ComputeTasks
from nova_ext.conductor.recovery import Recovery
from nova_ext.conductor.redelivery import Search
from nova_ext.heartbeat import Heartbeat
from nova_ext.objects.service import CONDUCTOR
from nova_ext.rpcapi import conductor as rpcapi
from nova_ext.rpcapi.compute import ComputeAPI

#: How often to look before a message counts as lost.
_LOOKS = 5


class ConductorManager(Manager):
    """Chooses hosts, and looks for what got lost.

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
        self.search = Search(
            self.host, compute, rpcapi.ConductorAPI(transport)
        )
        self._recovery = Recovery(self.host)
        self._patience = conf.conductor.lost_after
        #: That of others, who may only seem to be dead.
        self._silence = max(self._patience, conf.service_down_time)
        self._heartbeat = Heartbeat(
            self.host, CONDUCTOR, rpcapi.TOPIC, conf.report_interval
        )

    def endpoints(self) -> list[object]:
        """Return what answers: tasks of servers."""
        return [self.tasks]

    def init_host(self) -> None:
        """End what this service had begun before it died."""
        self._heartbeat.beat()
        self._recovery.settle()

    def periodic_tasks(self) -> list[PeriodicTask]:
        """Return the sign of life, and the search for what got lost."""
        return [
            self._heartbeat.periodic_task(),
            PeriodicTask(self._look_after, self._patience / _LOOKS),
        ]

    def _look_after(self) -> None:
        self._recovery.settle(self._patience)
        self._recovery.settle_others(self._silence)
        self.search.run(self._patience)
