# SPDX-License-Identifier: Apache-2.0
"""The service on a compute host: its operations behind one endpoint."""

from collections.abc import Callable, Collection
from typing import Any

from oslo_config import cfg
import oslo_messaging as messaging

from ext_lib.context import RequestContext
from ext_lib.service import Manager
from ext_lib.service import PeriodicTask
from nova_ext.compute.build import BuildOperations
from nova_ext.compute.live_migration import LiveMigrationOperations
from nova_ext.compute.operation import Host
from nova_ext.compute.power import PowerOperations
from nova_ext.compute.rebuild import RebuildOperations
from nova_ext.compute.recovery import Recovery
from nova_ext.compute.resize import ResizeOperations
from nova_ext.compute.steps import Repeatable
from nova_ext.heartbeat import Heartbeat
from nova_ext.objects.fields import VMState
from nova_ext.objects.instance import Instance
from nova_ext.objects.migration import Migration
from nova_ext.objects.migration import MigrationList
from nova_ext.objects.service import COMPUTE
from nova_ext.rpcapi import compute as rpcapi
from nova_ext.virt.driver import ComputeDriver

#: How many signs of life there are between two looks at open steps.
_SETTLE_EVERY = 6

Method = Callable[..., None]


class ComputeManager(Manager):
    """Carries out on one host what :class:`ComputeAPI` sends.

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
        self.power = PowerOperations(self.host)
        self.live = LiveMigrationOperations(
            self.host, conf.compute.max_concurrent_live_migrations
        )
        self.build = BuildOperations(self.host, self.live)
        self.rebuild = RebuildOperations(self.host, self.power)
        self.resize = ResizeOperations(self.host, self.power)
        self._settle_interval = _SETTLE_EVERY * conf.report_interval
        self._heartbeat = Heartbeat(
            name, COMPUTE, rpcapi.TOPIC, conf.report_interval
        )
        self._recovery = Recovery(self.host, self._repeatable())

    def endpoints(self) -> list[object]:
        """Return what answers; the names of the methods do not overlap."""
        return [
            self.power,
            self.build,
            self.rebuild,
            self.resize,
            self.live,
        ]

    def init_host(self) -> None:
        """Settle what was left when the host died."""
        self._heartbeat.beat()
        self._recovery.start()

    def periodic_tasks(self) -> list[PeriodicTask]:
        """Return the sign of life, and the search for abandoned steps."""
        return [
            self._heartbeat.periodic_task(),
            PeriodicTask(self._recovery.settle, self._settle_interval),
        ]

    def cleanup_host(self) -> None:
        """Wait for what runs in threads of its own."""
        self.live.wait()
        self._recovery.wait()

    def _repeatable(self) -> dict[str, Repeatable]:
        power, build, resize = self.power, self.build, self.resize
        results: dict[Method, Collection[str]] = {
            power.start_instance: [VMState.ACTIVE],
            power.stop_instance: [VMState.STOPPED],
            power.pause_instance: [VMState.PAUSED],
            power.unpause_instance: [VMState.ACTIVE],
            power.suspend_instance: [VMState.SUSPENDED],
            power.resume_instance: [VMState.ACTIVE],
            build.terminate_instance: [],
        }
        moves = (
            resize.confirm_resize,
            resize.revert_resize,
            resize.finish_revert_resize,
        )
        return {
            'compute__do_build_and_run_instance': Repeatable(
                build.build_and_run_instance, [VMState.ACTIVE]
            ),
            'compute_reboot_instance': Repeatable(
                power.reboot_instance, [VMState.ACTIVE], _reboot_type
            ),
            **{
                f'compute_{method.__name__}': Repeatable(method, states)
                for method, states in results.items()
            },
            **{
                f'compute_{method.__name__}': Repeatable(
                    method, [VMState.ACTIVE, VMState.STOPPED], _migration
                )
                for method in moves
            },
        }


def _reboot_type(
    context: RequestContext, instance: Instance
) -> dict[str, Any]:
    is_hard = str(instance.task_state).endswith('_hard')
    return {'reboot_type': 'HARD' if is_hard else 'SOFT'}


def _migration(context: RequestContext, instance: Instance) -> dict[str, Any]:
    migrations: list[Migration] = list(
        MigrationList.get_by_filters(context, {'instance_uuid': instance.uuid})
    )
    return {'migration': migrations[-1]}
