# SPDX-License-Identifier: Apache-2.0
"""Processes of guests, found in /proc (proc(5), namespaces(7)).

A guest has a network namespace with a name and a process namespace without
one. What is in either belongs to it. The process that waits outside for the
guest's first process is in the network namespace only, and ends with it.
"""

from collections.abc import Callable, Iterator
import dataclasses
import os
import pathlib
import signal
import time

_PROC = pathlib.Path('/proc')
_BOOT_ID = _PROC / 'sys/kernel/random/boot_id'
#: Where ip-netns(8) keeps the names.
NAMESPACES = pathlib.Path('/run/netns')
_PAUSE = 0.02
#: Seconds after which a process that was killed should be gone.
_DEADLINE = 10.0

#: Device and inode of a namespace.
_Namespace = tuple[int, int]


@dataclasses.dataclass(frozen=True)
class Process:
    """A process, which another one with its number later is not.

    :param pid: as the machine numbers it
    :param started: in ticks since the machine started
    :param boot: identifier of that start of the machine
    """

    pid: int
    started: int
    boot: str

    @classmethod
    def of(cls, pid: int) -> 'Process | None':
        """Return the process that has a number now, unless it has ended."""
        found = _stat(pid)
        if found is None or found[0] in 'ZX':
            return None
        return cls(pid, int(found[1]), _BOOT_ID.read_text().strip())

    def is_alive(self) -> bool:
        """Return whether the process has not ended."""
        return self == Process.of(self.pid)


def is_named(name: str) -> bool:
    """Return whether there is a network namespace of this name."""
    found = _namespace(NAMESPACES / name)
    # A plain file may be left where a namespace was.
    return found is not None and found[0] != NAMESPACES.stat().st_dev


def first_process(name: str) -> Process | None:
    """Return the first process of the guest in a network namespace."""
    for pid in _in_network(name):
        if _numbers(pid)[1:] == [1]:
            return Process.of(pid)
    return None


def is_stopped(process: Process) -> bool:
    """Return whether a process was stopped by a signal."""
    found = _stat(process.pid)
    return found is not None and found[0] in 'Tt'


class Group:
    """All processes of one guest.

    :param name: of its network namespace
    :param first: its first process as it was last known
    """

    def __init__(self, name: str, first: Process | None) -> None:
        self._name = name
        self._first = first if first and first.is_alive() else None

    def members(self) -> set[int]:
        """Return the numbers of its processes, without the one outside."""
        inside = {p for p in _in_network(self._name) if len(_numbers(p)) > 1}
        if self._first and self._first.is_alive():
            wanted = _namespace(_PROC / str(self._first.pid) / 'ns/pid')
            inside.update(_with_namespace('pid', wanted))
        return inside

    def terminate(self, timeout: float) -> None:
        """Ask all but the first to end, and wait for that.

        :param timeout: in seconds
        """
        others = {p for p in self.members() if _numbers(p)[1:] != [1]}
        _send(others, signal.SIGTERM)
        _wait(lambda: not others.intersection(self.members()), timeout)

    def kill(self) -> bool:
        """Kill all; return whether all are gone."""

        def is_gone() -> bool:
            members = self.members()
            _send(members, signal.SIGKILL)
            return not members

        if not _wait(is_gone, _DEADLINE):
            return False
        # The one outside ends by itself, as its child has.
        if not _wait(lambda: not _in_network(self._name), 1.0):
            _send(_in_network(self._name), signal.SIGKILL)
        return _wait(lambda: not _in_network(self._name), _DEADLINE)

    def stop(self) -> bool:
        """Stop all; return whether all are stopped."""

        def is_stopped() -> bool:
            running = {p for p in self.members() if not _is_in_state(p, 'Tt')}
            _send(running, signal.SIGSTOP)
            return not running

        return _wait(is_stopped, _DEADLINE)

    def go_on(self) -> None:
        """Let all run on."""
        _send(self.members(), signal.SIGCONT)


def _wait(is_done: Callable[[], bool], timeout: float) -> bool:
    deadline = time.monotonic() + timeout
    while not is_done():
        if time.monotonic() >= deadline:
            return False
        time.sleep(_PAUSE)
    return True


def _send(pids: set[int], number: signal.Signals) -> None:
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue


def _in_network(name: str) -> set[int]:
    if not is_named(name):
        return set()
    return set(_with_namespace('net', _namespace(NAMESPACES / name)))


def _with_namespace(kind: str, wanted: _Namespace | None) -> Iterator[int]:
    if wanted is None:
        return
    for entry in os.listdir(_PROC):
        if (
            entry.isdecimal()
            and _namespace(_PROC / entry / 'ns' / kind) == wanted
            and not _is_in_state(int(entry), 'ZX')
        ):
            yield int(entry)


def _namespace(path: pathlib.Path) -> _Namespace | None:
    try:
        found = path.stat()
    except OSError:
        # There is none, or the process has ended.
        return None
    return found.st_dev, found.st_ino


def _is_in_state(pid: int, states: str) -> bool:
    found = _stat(pid)
    return found is None or found[0] in states


def _stat(pid: int) -> tuple[str, str] | None:
    """Return the state and the start of a process; None when it is gone."""
    try:
        text = (_PROC / str(pid) / 'stat').read_text(errors='replace')
    except OSError:
        return None
    # Its name stands in parentheses and may have any character in it.
    fields = text.rpartition(')')[2].split()
    return fields[0], fields[19]


def _numbers(pid: int) -> list[int]:
    """Return the numbers of a process, from the machine's inwards."""
    try:
        text = (_PROC / str(pid) / 'status').read_text(errors='replace')
    except OSError:
        return []
    for line in text.splitlines():
        if line.startswith('NSpid:'):
            return [int(number) for number in line.split()[1:]]
    return []
