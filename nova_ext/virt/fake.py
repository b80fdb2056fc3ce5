# SPDX-License-Identifier: Apache-2.0
"""A hypervisor in memory that is slow and fails on request.

Server metadata and the options of ``[fake]`` ask for that. ``fake:fail``
names methods of the driver, separated by commas; ``fake:seconds`` is the
duration of each of them. Methods for which another host waits during a live
migration take no time, but can fail.
"""

from collections.abc import Callable, Iterable, Iterator
import contextlib
import threading
import time

from oslo_config import cfg

from ext_lib.context import RequestContext
from nova_ext import exception
from nova_ext.objects.fields import PowerState
from nova_ext.objects.fields import VMState
from nova_ext.objects.instance import Instance
from nova_ext.virt import driver

FAIL = 'fake:fail'
SECONDS = 'fake:seconds'

_MIB = 1024**2
_GIB = 1024**3
#: Bounds of the time between two reports of progress, in seconds.
_STEP = (0.05, 1.0)
_ALIASES = {'migrate': 'migrate_disk_and_power_off'}


class _Move:
    """A live migration by the clock, which can be forced or aborted.

    :param seconds: duration unless it is forced or aborted
    """

    def __init__(self, instance: Instance, seconds: float) -> None:
        self._instance = instance
        self._seconds = seconds
        self._woken = threading.Event()
        self._is_forced = False
        self._is_aborted = False

    def force_complete(self) -> None:
        """Complete at once."""
        self._is_forced = True
        self.wake()

    def abort(self) -> None:
        """Make :meth:`progress` raise."""
        self._is_aborted = True
        self.wake()

    def wake(self) -> None:
        """Report the progress now."""
        self._woken.set()

    def progress(self) -> Iterator[driver.LiveMigrationProgress]:
        """Yield the progress of the copy, from nothing to all."""
        step = min(max(self._seconds / 10, _STEP[0]), _STEP[1])
        begin = time.monotonic()
        done = 0.0
        while done < 1:
            yield self._at(done)
            self._woken.wait(min(step, self._seconds))
            if self._is_aborted:
                raise driver.LiveMigrationAborted(
                    instance_uuid=self._instance.uuid
                )
            done = self._part(time.monotonic() - begin)
        yield self._at(1)

    def _part(self, elapsed: float) -> float:
        if self._is_forced or elapsed >= self._seconds:
            return 1
        return elapsed / self._seconds

    def _at(self, part: float) -> driver.LiveMigrationProgress:
        memory = (self._instance.memory_mb or 0) * _MIB
        disk = (self._instance.root_gb or 0) * _GIB
        return driver.LiveMigrationProgress(
            *_counts(memory, part), *_counts(disk, part)
        )


def _leaving(method: str, power_state: int | None) -> Callable[..., None]:
    """Return a method that takes time and leaves a guest in a state.

    :param power_state: None removes the guest
    """

    def work(
        self: 'FakeDriver',
        context: RequestContext,
        instance: Instance,
        *_: object,
    ) -> None:
        self._work(method, instance)
        if power_state is None:
            self._guests.pop(instance.uuid, None)
        else:
            self._guests[instance.uuid] = power_state

    return work


def _agreeing(method: str) -> Callable[..., None]:
    """Return a method that does nothing, unless it is to fail."""

    def agree(
        self: 'FakeDriver', context: RequestContext, instance: Instance
    ) -> None:
        self._fail_if_asked(method, instance)

    return agree


class FakeDriver(driver.ComputeDriver):
    """Keeps guests in a dictionary, for tests and demonstrations.

    :param conf: configuration with the group ``[fake]``
    """

    def __init__(self, conf: cfg.ConfigOpts) -> None:
        self._conf = conf.fake
        self._guests: dict[str, int] = {}
        self._moves: dict[str, _Move] = {}
        self._interrupted = threading.Event()

    def init_host(self, instances: Iterable[Instance]) -> None:
        """Start the guests that a real hypervisor would still be running."""
        for instance in instances:
            self._guests[instance.uuid] = instance.power_state or 0

    def interrupt(self) -> None:
        """Make every method that runs or starts raise Interrupted."""
        self._interrupted.set()
        for move in list(self._moves.values()):
            move.wake()

    def list_instance_uuids(self) -> list[str]:
        """Return the uuids of all guests."""
        return list(self._guests)

    def get_power_state(self, instance: Instance) -> int:
        """Return the state that was set last."""
        return self._guests.get(instance.uuid, PowerState.NOSTATE)

    def get_host_ip_addr(self) -> str:
        """Return an address for documentation, RFC 5737."""
        return '192.0.2.1'

    spawn = _leaving('spawn', PowerState.RUNNING)
    rebuild = _leaving('rebuild', PowerState.RUNNING)
    destroy = _leaving('destroy', None)
    power_on = _leaving('power_on', PowerState.RUNNING)
    power_off = _leaving('power_off', PowerState.SHUTDOWN)
    reboot = _leaving('reboot', PowerState.RUNNING)
    pause = _leaving('pause', PowerState.PAUSED)
    unpause = _leaving('unpause', PowerState.RUNNING)
    suspend = _leaving('suspend', PowerState.SUSPENDED)
    resume = _leaving('resume', PowerState.RUNNING)
    #: There is no disk to copy.
    migrate_disk_and_power_off = _leaving(
        'migrate_disk_and_power_off', PowerState.SHUTDOWN
    )
    confirm_migration = _leaving('confirm_migration', None)
    check_can_live_migrate_destination = _agreeing(
        'check_can_live_migrate_destination'
    )
    check_can_live_migrate_source = _agreeing('check_can_live_migrate_source')
    pre_live_migration = _agreeing('pre_live_migration')

    def finish_migration(
        self, context: RequestContext, instance: Instance, power_on: bool
    ) -> None:
        """Set up a guest from another host."""
        self._work('finish_migration', instance)
        self._guests[instance.uuid] = _power_state(power_on)

    def finish_revert_migration(
        self, context: RequestContext, instance: Instance, power_on: bool
    ) -> None:
        """Set up again a guest that had moved to another host."""
        self._work('finish_revert_migration', instance)
        self._guests[instance.uuid] = _power_state(power_on)

    def live_migration(
        self,
        context: RequestContext,
        instance: Instance,
        dest: str,
        report: driver.Report,
    ) -> None:
        """Pretend to copy for as long as the server's metadata says."""
        with self._move(instance) as move:
            for progress in move.progress():
                report(progress)
                self._raise_if_interrupted()
        self._fail_if_asked('live_migration', instance)
        self._guests.pop(instance.uuid, None)

    def live_migration_force_complete(self, instance: Instance) -> None:
        """Copy the rest at once."""
        self._fail_if_asked('live_migration_force_complete', instance)
        if move := self._moves.get(instance.uuid):
            move.force_complete()

    def live_migration_abort(self, instance: Instance) -> None:
        """Stop copying."""
        self._fail_if_asked('live_migration_abort', instance)
        if move := self._moves.get(instance.uuid):
            move.abort()

    def post_live_migration_at_destination(
        self, context: RequestContext, instance: Instance
    ) -> None:
        """Continue as the guest was on its old host."""
        self._fail_if_asked('post_live_migration_at_destination', instance)
        is_paused = instance.vm_state == VMState.PAUSED
        self._guests[instance.uuid] = (
            PowerState.PAUSED if is_paused else PowerState.RUNNING
        )

    def rollback_live_migration_at_destination(
        self, context: RequestContext, instance: Instance
    ) -> None:
        """Remove the guest."""
        self._fail_if_asked('rollback_live_migration_at_destination', instance)
        self._guests.pop(instance.uuid, None)

    def _work(self, method: str, instance: Instance) -> None:
        self._interrupted.wait(self._seconds(instance))
        self._raise_if_interrupted()
        self._fail_if_asked(method, instance)

    def _seconds(self, instance: Instance) -> float:
        asked = _as_seconds(instance.metadata.get(SECONDS))
        return self._conf.seconds if asked is None else asked

    def _raise_if_interrupted(self) -> None:
        if self._interrupted.is_set():
            raise driver.Interrupted

    def _fail_if_asked(self, method: str, instance: Instance) -> None:
        names = [*self._conf.fail, *instance.metadata.get(FAIL, '').split(',')]
        if method in {_ALIASES.get(n.strip(), n.strip()) for n in names}:
            raise exception.VirtDriverError(method=method)

    @contextlib.contextmanager
    def _move(self, instance: Instance) -> Iterator[_Move]:
        move = _Move(instance, self._seconds(instance))
        self._moves[instance.uuid] = move
        try:
            yield move
        finally:
            del self._moves[instance.uuid]


def _power_state(power_on: bool) -> int:
    return PowerState.RUNNING if power_on else PowerState.SHUTDOWN


def _as_seconds(text: str | None) -> float | None:
    try:
        seconds = float(text or '')
    except ValueError:
        return None
    # What is not a number or too long to wait for is a float, too.
    return seconds if 0 <= seconds <= threading.TIMEOUT_MAX else None


def _counts(
    total: int, part: float
) -> tuple[int | None, int | None, int | None]:
    """Return the total, the copied and the remaining, each at least 1."""
    if total < 2:
        return None, None, None
    processed = min(max(int(total * part), 1), total - 1)
    return total, processed, total - processed
