# SPDX-License-Identifier: Apache-2.0
"""Interface of hypervisors, as compute hosts use it."""

import abc
from collections.abc import Callable, Iterable
import dataclasses
from typing import NamedTuple

from ext_lib import exception
from ext_lib.context import RequestContext
from nova_ext.objects.instance import Instance


class Interrupted(BaseException):
    """The process ends while the hypervisor works.

    It is no Exception: handlers of failures must not change anything, so that
    the next start recovers the step.
    """


class LiveMigrationAborted(exception.Error):
    """A live migration was aborted at the request of a user."""

    msg_fmt = 'Live migration of instance %(instance_uuid)s was aborted.'


@dataclasses.dataclass(frozen=True)
class LiveMigrationProgress:
    """Progress of a copy, in bytes; None where there is nothing to copy.

    No count is below 1: the response schema of nova requires that, and
    clients that validate answers would fail.
    """

    memory_total: int | None
    memory_processed: int | None
    memory_remaining: int | None
    disk_total: int | None
    disk_processed: int | None
    disk_remaining: int | None


class NetworkAddress(NamedTuple):
    """An address of a guest.

    :param network: name of the network, as users see it
    :param address: of version 4 or 6
    :param mac: hardware address of the interface
    """

    network: str
    address: str
    mac: str


Report = Callable[[LiveMigrationProgress], None]


class ComputeDriver(abc.ABC):
    """One hypervisor.

    Methods return when the work is done and raise when it failed. They may
    run in several threads at once, but never in two for the same server,
    save for the two that steer a running live migration. All are idempotent.
    """

    @abc.abstractmethod
    def init_host(self, instances: Iterable[Instance]) -> None:
        """Prepare; ``instances`` is what the host should be running."""

    @abc.abstractmethod
    def interrupt(self) -> None:
        """Make every method that runs or starts raise Interrupted."""

    @abc.abstractmethod
    def list_instance_uuids(self) -> list[str]:
        """Return the uuids of all guests."""

    @abc.abstractmethod
    def get_power_state(self, instance: Instance) -> int:
        """Return a PowerState; NOSTATE when there is no such guest."""

    @abc.abstractmethod
    def get_host_ip_addr(self) -> str:
        """Return the address other hosts send guests to."""

    def get_network_info(self, instance: Instance) -> list[NetworkAddress]:
        """Return the addresses of the guest; none by default."""
        return []

    @abc.abstractmethod
    def spawn(self, context: RequestContext, instance: Instance) -> None:
        """Create the guest and power it on."""

    @abc.abstractmethod
    def rebuild(self, context: RequestContext, instance: Instance) -> None:
        """Create the guest again, from the image it has now."""

    @abc.abstractmethod
    def destroy(self, context: RequestContext, instance: Instance) -> None:
        """Remove the guest and all it occupies."""

    @abc.abstractmethod
    def power_on(self, context: RequestContext, instance: Instance) -> None:
        """Start the guest."""

    @abc.abstractmethod
    def power_off(self, context: RequestContext, instance: Instance) -> None:
        """Stop the guest."""

    @abc.abstractmethod
    def reboot(
        self, context: RequestContext, instance: Instance, reboot_type: str
    ) -> None:
        """Restart the guest; ``HARD`` does so whatever state it is in."""

    @abc.abstractmethod
    def pause(self, context: RequestContext, instance: Instance) -> None:
        """Freeze the guest in memory."""

    @abc.abstractmethod
    def unpause(self, context: RequestContext, instance: Instance) -> None:
        """Let a frozen guest run on."""

    @abc.abstractmethod
    def suspend(self, context: RequestContext, instance: Instance) -> None:
        """Write the guest's memory to disk and stop it."""

    @abc.abstractmethod
    def resume(self, context: RequestContext, instance: Instance) -> None:
        """Run a suspended guest again."""

    @abc.abstractmethod
    def migrate_disk_and_power_off(
        self, context: RequestContext, instance: Instance, dest: str
    ) -> None:
        """Stop the guest and bring its disk to the host ``dest``."""

    @abc.abstractmethod
    def finish_migration(
        self, context: RequestContext, instance: Instance, power_on: bool
    ) -> None:
        """Set up here a guest whose disk has arrived."""

    @abc.abstractmethod
    def confirm_migration(
        self, context: RequestContext, instance: Instance
    ) -> None:
        """Remove the copy of a guest that has moved to another host."""

    @abc.abstractmethod
    def finish_revert_migration(
        self, context: RequestContext, instance: Instance, power_on: bool
    ) -> None:
        """Set up a guest again that had moved to another host."""

    @abc.abstractmethod
    def check_can_live_migrate_destination(
        self, context: RequestContext, instance: Instance
    ) -> None:
        """Raise if the guest cannot be migrated to this host."""

    @abc.abstractmethod
    def check_can_live_migrate_source(
        self, context: RequestContext, instance: Instance
    ) -> None:
        """Raise if the guest cannot be migrated from this host."""

    @abc.abstractmethod
    def pre_live_migration(
        self, context: RequestContext, instance: Instance
    ) -> None:
        """Prepare to receive the guest."""

    @abc.abstractmethod
    def live_migration(
        self,
        context: RequestContext,
        instance: Instance,
        dest: str,
        report: Report,
    ) -> None:
        """Copy the running guest to ``dest`` and remove it here.

        :param report: is called with the progress from time to time
        :raises LiveMigrationAborted: after :meth:`live_migration_abort`
        """

    @abc.abstractmethod
    def live_migration_force_complete(self, instance: Instance) -> None:
        """Force the running live migration to complete, at any price."""

    @abc.abstractmethod
    def live_migration_abort(self, instance: Instance) -> None:
        """Abort the running live migration."""

    @abc.abstractmethod
    def post_live_migration_at_destination(
        self, context: RequestContext, instance: Instance
    ) -> None:
        """Take over the guest that has arrived."""

    @abc.abstractmethod
    def rollback_live_migration_at_destination(
        self, context: RequestContext, instance: Instance
    ) -> None:
        """Remove the parts that have arrived of an aborted migration."""
