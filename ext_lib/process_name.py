# SPDX-License-Identifier: Apache-2.0
"""Names of processes, and whether those processes have ended."""

import functools
import os
import pathlib

_PROC = pathlib.Path('/proc')
#: Where, after the name of the program, a process's start time stands.
_START = 19


def current(host: str) -> str:
    """Return the name of this process, unlike that of any other.

    :param host: the name of the machine
    """
    return _name(host, os.getpid())


def is_dead(owner: str, host: str) -> bool:
    """Return whether the process of that name is known to have ended.

    That is known of processes of this machine since its last start, and only
    to a process in the same PID namespace.
    """
    place, _, rest = owner.rpartition('/')
    pid, _, started = rest.partition('.')
    if place != _place(host) or not pid.isdecimal():
        return False
    return _started(int(pid)) != started


@functools.lru_cache(maxsize=4)
def _name(host: str, pid: int) -> str:
    return f'{_place(host)}/{pid}.{_started(pid)}'


@functools.lru_cache(maxsize=4)
def _place(host: str) -> str:
    """Return what processes in one PID namespace have in common."""
    try:
        boot = (_PROC / 'sys/kernel/random/boot_id').read_text().strip()
        namespace = (_PROC / 'self/ns/pid').readlink()
    except OSError:
        # Without /proc no process is known to have ended.
        return ''
    return f'{host[:120]}/{boot}/{namespace}'


def _started(pid: int) -> str:
    """Return when a process began, nothing when there is none."""
    try:
        text = (_PROC / str(pid) / 'stat').read_text()
    except OSError:
        return ''
    state, *rest = text.rpartition(') ')[2].split()
    # A zombie waits for its parent only.
    return '' if state == 'Z' else rest[_START - 1]
