# SPDX-License-Identifier: Apache-2.0
"""Driver that runs each server in namespaces of the machine.

Compute hosts of one machine share the guests, so that a migration between
them hands a guest over and moves no file.
"""

from collections.abc import Iterable
import dataclasses
import logging
import socket
import threading

from oslo_config import cfg

from ext_lib.context import RequestContext
from nova_ext import exception
from nova_ext.objects.fields import PowerState
from nova_ext.objects.fields import TaskState
from nova_ext.objects.instance import Instance
from nova_ext.virt import driver
from nova_ext.virt.namespace.guest import Guest
from nova_ext.virt.namespace.machine import Machine

LOG = logging.getLogger(__name__)

_SOFT = 'SOFT'
_NOTHING_TO_COPY = driver.LiveMigrationProgress(
    **{f.name: None for f in dataclasses.fields(driver.LiveMigrationProgress)}
)


class NamespaceDriver(driver.ComputeDriver):
    """Runs servers that one can log in to with SSH.

    :param conf: configuration with the group ``[namespace]``
    :param host: name of the compute host
    :raises Misconfigured: when the machine cannot run guests
    """

    def __init__(self, conf: cfg.ConfigOpts, host: str) -> None:
        self._host = host
        self._network_name = conf.namespace.network_name
        self._timeout = conf.namespace.shutdown_timeout
        self._interrupted = threading.Event()
        self._machine = Machine(conf, self._interrupted)
        self._store = self._machine.store

    def init_host(self, instances: Iterable[Instance]) -> None:
        """Find the guests, which may have run while the service did not."""
        for instance in instances:
            guest = self._store.find(instance.uuid)
            if guest is not None and guest.host == self._host:
                LOG.info(
                    'Instance %s: found with power state %s',
                    guest.uuid,
                    self._machine.power_state(guest),
                )

    def interrupt(self) -> None:
        """Make every method that starts a guest raise Interrupted."""
        self._interrupted.set()

    def list_instance_uuids(self) -> list[str]:
        """Return the uuids of the guests of this host."""
        return [g.uuid for g in self._store.all() if g.host == self._host]

    def get_power_state(self, instance: Instance) -> int:
        """Return what the processes of the guest show."""
        guest = self._store.find(instance.uuid)
        if guest is None or guest.host != self._host:
            return PowerState.NOSTATE
        return self._machine.power_state(guest)

    def get_host_ip_addr(self) -> str:
        """Return the address of the loopback: hosts are on one machine."""
        return socket.inet_ntoa(socket.INADDR_LOOPBACK.to_bytes(4, 'big'))

    def get_network_info(
        self, instance: Instance
    ) -> list[driver.NetworkAddress]:
        """Return the one address of the guest."""
        guest = self._store.find(instance.uuid)
        if guest is None:
            return []
        return [
            driver.NetworkAddress(self._network_name, guest.address, guest.mac)
        ]

    def spawn(self, context: RequestContext, instance: Instance) -> None:
        """Create the guest and start it; remove it when that fails."""
        guest = self._machine.create(instance, self._host)
        try:
            self._machine.start(guest, instance)
        except Exception:
            self._machine.remove(guest)
            raise

    def rebuild(self, context: RequestContext, instance: Instance) -> None:
        """Start the guest with an empty home and another host key."""
        guest = self._store.create(instance.uuid, self._host)
        self._machine.clear(guest)
        guest = self._machine.create(instance, self._host)
        self._machine.start(guest, instance)

    def destroy(self, context: RequestContext, instance: Instance) -> None:
        """Remove the guest, or hand it back to the host it came from."""
        guest = self._store.find(instance.uuid)
        if guest is None or guest.host != self._host:
            # It was evacuated, or its migration was reverted.
            return
        if guest.source and instance.task_state == TaskState.RESIZE_REVERTING:
            guest = self._machine.stop(guest, self._timeout)
            self._store.change(guest, host=guest.source, source=None)
        else:
            self._machine.remove(guest)

    def power_on(self, context: RequestContext, instance: Instance) -> None:
        """Start the guest, unless it runs."""
        self._machine.start(self._get(instance), instance)

    def power_off(self, context: RequestContext, instance: Instance) -> None:
        """End all processes of the guest."""
        self._machine.stop(self._get(instance), self._timeout)

    def reboot(
        self, context: RequestContext, instance: Instance, reboot_type: str
    ) -> None:
        """End all processes and start again; ``HARD`` kills them at once."""
        timeout = self._timeout if reboot_type == _SOFT else 0.0
        guest = self._machine.stop(self._get(instance), timeout)
        self._machine.start(guest, instance)

    def pause(self, context: RequestContext, instance: Instance) -> None:
        """Stop all processes of the guest with SIGSTOP."""
        self._machine.freeze(self._get(instance), is_suspended=False)

    def unpause(self, context: RequestContext, instance: Instance) -> None:
        """Let all processes run on."""
        self._machine.thaw(self._get(instance))

    def suspend(self, context: RequestContext, instance: Instance) -> None:
        """Stop all processes with SIGSTOP; they stay in memory."""
        self._machine.freeze(self._get(instance), is_suspended=True)

    def resume(self, context: RequestContext, instance: Instance) -> None:
        """Let all processes run on."""
        self._machine.thaw(self._get(instance))

    def migrate_disk_and_power_off(
        self, context: RequestContext, instance: Instance, dest: str
    ) -> None:
        """Stop the guest; its files are where the destination finds them."""
        self._machine.stop(self._get(instance), self._timeout)

    def finish_migration(
        self, context: RequestContext, instance: Instance, power_on: bool
    ) -> None:
        """Take the guest over from its host, which gets it back by revert."""
        guest = self._store.get(instance.uuid, self._host)
        if guest.host != self._host:
            guest = self._store.change(
                guest, host=self._host, source=guest.host
            )
        if power_on:
            self._machine.start(guest, instance)

    def confirm_migration(
        self, context: RequestContext, instance: Instance
    ) -> None:
        """Forget the source host of the guest."""
        guest = self._store.get(instance.uuid, self._host)
        if guest.source is not None:
            self._store.change(guest, source=None)

    def finish_revert_migration(
        self, context: RequestContext, instance: Instance, power_on: bool
    ) -> None:
        """Take the guest back, which the destination has stopped."""
        guest = self._store.get(instance.uuid, self._host)
        guest = self._store.change(guest, host=self._host, source=None)
        if power_on:
            self._machine.start(guest, instance)

    def check_can_live_migrate_destination(
        self, context: RequestContext, instance: Instance
    ) -> None:
        """Refuse a guest of another machine."""
        self._store.get(instance.uuid, self._host)

    def check_can_live_migrate_source(
        self, context: RequestContext, instance: Instance
    ) -> None:
        """Refuse a guest that is not here."""
        self._get(instance)

    def pre_live_migration(
        self, context: RequestContext, instance: Instance
    ) -> None:
        """Refuse a guest of another machine."""
        self._store.get(instance.uuid, self._host)

    def live_migration(
        self,
        context: RequestContext,
        instance: Instance,
        dest: str,
        report: driver.Report,
    ) -> None:
        """Hand the guest over as it runs; there is nothing to copy."""
        guest = self._get(instance)
        report(_NOTHING_TO_COPY)
        self._store.change(guest, host=dest)

    def live_migration_force_complete(self, instance: Instance) -> None:
        """Do nothing: a migration takes no time."""

    def live_migration_abort(self, instance: Instance) -> None:
        """Do nothing: a migration takes no time."""

    def post_live_migration_at_destination(
        self, context: RequestContext, instance: Instance
    ) -> None:
        """Refuse a guest that has not arrived."""
        self._get(instance)

    def rollback_live_migration_at_destination(
        self, context: RequestContext, instance: Instance
    ) -> None:
        """Do nothing: the guest stays with its host until it has arrived."""

    def _get(self, instance: Instance) -> Guest:
        guest = self._store.get(instance.uuid, self._host)
        if guest.host != self._host:
            raise exception.GuestNotHere(
                instance_uuid=instance.uuid, host=self._host
            )
        return guest
