# SPDX-License-Identifier: Apache-2.0
"""The manager of the service on a compute host."""

from collections.abc import Callable

from oslo_config import cfg
import oslo_messaging as messaging

from ext_lib.service import Manager
from ext_lib.service import PeriodicTask
from nova_ext import operations
from nova_ext.compute.build import BuildSteps
from nova_ext.compute.build import RebuildSteps
from nova_ext.compute.host_step import Host
from nova_ext.compute.live_migration import LiveMigrationSteps
from nova_ext.compute.power import PowerStateSync
from nova_ext.compute.power import PowerSteps
from nova_ext.compute.recovery import HostRecovery
from nova_ext.compute.resize import ResizeSteps
from nova_ext.heartbeat import Heartbeat
from nova_ext.objects.service import COMPUTE
from nova_ext.rpcapi import compute as rpcapi
from nova_ext.virt.driver import ComputeDriver

#: Heartbeats between two sweeps over open steps.
_HEARTBEATS = 6


class ComputeManager(Manager):
    """Takes the steps that :class:`ComputeAPI` sends to one host.

    :param transport: from :func:`ext_lib.rpc.get_transport`
    :param driver: the hypervisor of the host
    :param host: name of the service; ``[DEFAULT] host`` by default
    """

    def __init__(
        self,
        conf: cfg.ConfigOpts,
        transport: messaging.Transport,
        driver: ComputeDriver,
        host: str | None = None,
    ) -> None:
        name = host or conf.host
        self.host = Host(name, driver, rpcapi.ComputeAPI(transport))
        self.power = PowerSteps(self.host)
        self.live = LiveMigrationSteps(
            self.host, conf.compute.max_concurrent_live_migrations
        )
        self.build = BuildSteps(self.host, self.live)
        self.rebuild = RebuildSteps(self.host, self.power)
        self.resize = ResizeSteps(self.host, self.power)
        self._recovery_interval = _HEARTBEATS * conf.report_interval
        self._sync_interval = conf.compute.sync_power_state_interval
        self._power_states = PowerStateSync(self.host)
        self._heartbeat = Heartbeat(
            name, COMPUTE, rpcapi.TOPIC, conf.report_interval
        )
        self._recovery = HostRecovery(self.host, self._resuming())

    def endpoints(self) -> list[object]:
        """Return the endpoints; the names of their methods do not overlap."""
        return [
            self.power,
            self.build,
            self.rebuild,
            self.resize,
            self.live,
        ]

    def init_host(self) -> None:
        """Recover the steps that the host left open when it died."""
        self._heartbeat.beat()
        self._recovery.start()

    def periodic_tasks(self) -> list[PeriodicTask]:
        """Return the heartbeat and the sweeps over steps and guests."""
        return [
            self._heartbeat.periodic_task(),
            PeriodicTask(self._recovery.recover, self._recovery_interval),
            PeriodicTask(self._power_states.sync, self._sync_interval),
        ]

    def cleanup_host(self) -> None:
        """Wait for live migrations and recovery, which have own threads."""
        self.live.wait()
        self._recovery.wait()

    def _resuming(self) -> dict[str, Callable[..., None]]:
        """Return the methods that resume steps, by the name of the event."""
        return {
            step.event: getattr(endpoint, step.method)
            for endpoint in self.endpoints()
            for step in operations.HOST_STEPS.values()
            if step.is_resumed and hasattr(endpoint, step.method)
        }
