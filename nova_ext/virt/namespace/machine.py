# SPDX-License-Identifier: Apache-2.0
"""Guests that are created, started, stopped and removed on the machine."""

import logging
import pathlib
import threading

from oslo_config import cfg

from nova_ext import exception
from nova_ext.objects import system_metadata
from nova_ext.objects.fields import PowerState
from nova_ext.objects.instance import Instance
from nova_ext.virt.namespace import network
from nova_ext.virt.namespace import processes
from nova_ext.virt.namespace import requirements
from nova_ext.virt.namespace.files import Files
from nova_ext.virt.namespace.guest import Guest
from nova_ext.virt.namespace.guest import GuestStore
from nova_ext.virt.namespace.sshd import SSHServers

LOG = logging.getLogger(__name__)


class Machine:
    """Runs guests. All methods are idempotent.

    :param conf: configuration with the group ``[namespace]``
    :param interrupted: is set when the process ends
    """

    def __init__(
        self, conf: cfg.ConfigOpts, interrupted: threading.Event
    ) -> None:
        self._conf = conf
        options = conf.namespace
        requirements.check(conf)
        path = pathlib.Path(options.state_path).resolve()
        addresses = network.parse(options.network)
        self._network = network.Network(options.bridge, addresses, path)
        self._network.check()
        self.store = GuestStore(path, addresses)
        self.store.prepare()
        self._servers = SSHServers(
            requirements.program('sshd'),
            options.home,
            options.start_timeout,
            interrupted,
        )

    def create(self, instance: Instance, host: str) -> Guest:
        """Make the files of a guest, and give it an address."""
        guest = self.store.create(instance.uuid, host)
        self._files(guest).prepare(
            system_metadata.key_data(instance.system_metadata)
        )
        return guest

    def clear(self, guest: Guest) -> Guest:
        """Remove the files of a guest, but not its address."""
        guest = self.stop(guest)
        self._files(guest).clear()
        return guest

    def start(self, guest: Guest, instance: Instance) -> Guest:
        """Start a guest, unless it runs."""
        if guest.is_on and self.power_state(guest) == PowerState.RUNNING:
            return guest
        guest = self.stop(guest)
        files = self._files(guest)
        hostname = instance.hostname or f'server-{instance.uuid}'
        files.prepare_start(guest, hostname)
        with self.store.locked():
            self._network.plug(guest)
        first = self._servers.start(guest, files, hostname)
        LOG.info('Instance %s: started at %s', guest.uuid, guest.address)
        return self.store.change(
            guest, is_on=True, is_suspended=False, first=first
        )

    def stop(self, guest: Guest, timeout: float = 0.0) -> Guest:
        """End all processes of a guest.

        :param timeout: seconds they have to end by themselves
        :raises GuestFailed: when they cannot be ended
        """
        group = processes.Group(guest.namespace, guest.first)
        if timeout and self.power_state(guest) == PowerState.RUNNING:
            group.terminate(timeout)
        if not group.kill():
            raise exception.GuestFailed(
                instance_uuid=guest.uuid, reason='Its processes do not end.'
            )
        self._servers.reap(guest)
        return self.store.change(
            guest, is_on=False, is_suspended=False, first=None
        )

    def freeze(self, guest: Guest, is_suspended: bool) -> None:
        """Stop all processes of a guest, to let them run on later.

        :raises GuestFailed: when they cannot be stopped
        """
        self._check_running(guest)
        if not processes.Group(guest.namespace, guest.first).stop():
            raise exception.GuestFailed(
                instance_uuid=guest.uuid, reason='Its processes do not stop.'
            )
        self.store.change(guest, is_suspended=is_suspended)

    def thaw(self, guest: Guest) -> None:
        """Let a guest run on.

        :raises GuestFailed: when its processes are gone
        """
        self._check_running(guest)
        guest = self.store.change(guest, is_suspended=False)
        processes.Group(guest.namespace, guest.first).go_on()

    def remove(self, guest: Guest) -> None:
        """Remove a guest, and the bridge with the last one."""
        guest = self.stop(guest)
        with self.store.locked():
            self._network.unplug(guest)
            self.store.remove(guest)
            if self.store.is_empty():
                self._network.remove()
        LOG.info('Instance %s: removed from the machine', guest.uuid)

    def power_state(self, guest: Guest) -> int:
        """Return what the processes of a guest show."""
        if not guest.is_on:
            return PowerState.SHUTDOWN
        first = guest.first
        if (
            first is None
            or not first.is_alive()
            or not processes.is_named(guest.namespace)
        ):
            return PowerState.CRASHED
        if not processes.is_stopped(first):
            return PowerState.RUNNING
        if guest.is_suspended:
            return PowerState.SUSPENDED
        return PowerState.PAUSED

    def _check_running(self, guest: Guest) -> None:
        state = self.power_state(guest)
        if state in (PowerState.SHUTDOWN, PowerState.CRASHED):
            raise exception.GuestFailed(
                instance_uuid=guest.uuid, reason='It does not run.'
            )

    def _files(self, guest: Guest) -> Files:
        return Files(self._conf, self.store.directory(guest.uuid))
