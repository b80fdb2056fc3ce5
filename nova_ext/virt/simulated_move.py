# SPDX-License-Identifier: Apache-2.0
"""Simulation of a live migration, which copies nothing."""

from collections.abc import Iterator
import threading
import time

from nova_ext.objects.instance import Instance
from nova_ext.virt import driver

_MIB = 1024**2
_GIB = 1024**3
#: Bounds of the time between two reports of progress, in seconds.
_STEP = (0.05, 1.0)


class SimulatedMove:
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


def _counts(
    total: int, part: float
) -> tuple[int | None, int | None, int | None]:
    """Return the total, the copied and the remaining, each at least 1."""
    if total < 2:
        return None, None, None
    processed = min(max(int(total * part), 1), total - 1)
    return total, processed, total - processed
