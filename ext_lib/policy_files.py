# SPDX-License-Identifier: Apache-2.0
"""Files of policies, watched for changes."""

from collections.abc import Iterable, Iterator
import os
import time

from oslo_config import cfg

#: Time of change in nanoseconds, size and number.
_Mark = tuple[int, int, int]
#: The coarsest resolution of times of change of a file system, in nanoseconds.
_RESOLUTION = 2 * 10**9


class PolicyFiles:
    """Files and directories that rules are loaded from, as they are now.

    A file that does not exist, as most do not, is watched by the directory
    it would appear in: of those there are few, and they are looked at in
    each request. A directory that has just been changed may be changed again
    without another time of change, so its files are looked for themselves.

    :param conf: says where a file may be
    :param names: of the files and directories, as they are configured
    """

    def __init__(self, conf: cfg.ConfigOpts, names: Iterable[str]) -> None:
        self._paths = [p for name in names for p in _candidates(conf, name)]
        self._watch(self._state())

    def are_unchanged(self) -> bool:
        """Return whether nothing was changed, added or removed since."""
        for path, mark in self._marks:
            if _mark(path) != mark:
                return self._look_again()
        for path in self._missing:
            if os.access(path, os.F_OK):
                return False
        if self._missing and time.time_ns() > self._until:
            return self._look_again()
        return True

    def _look_again(self) -> bool:
        found = self._state()
        if found != self._found:
            return False
        # It was something else in a directory.
        self._watch(found)
        return True

    def _watch(self, found: dict[str, _Mark | None]) -> None:
        self._found = found
        homes = {p: _home(p) for p, mark in found.items() if mark is None}
        now = time.time_ns()
        marks = {home: _mark(home) for home in homes.values()}
        quiet = {
            home: mark
            for home, mark in marks.items()
            if mark is not None and mark[0] < now - _RESOLUTION
        }
        existing = {p: mark for p, mark in found.items() if mark is not None}
        self._missing = [p for p, home in homes.items() if home not in quiet]
        self._until = now + _RESOLUTION
        self._marks = [*existing.items(), *quiet.items()]

    def _state(self) -> dict[str, _Mark | None]:
        return {path: _mark(path) for path in _with_content(self._paths)}


def places(conf: cfg.ConfigOpts) -> list[str]:
    """Return the directories oslo.config looks for a file in, in order."""
    home = os.path.expanduser('~')
    found = [
        *map(_absolute, conf.config_dirs),
        *(os.path.dirname(_absolute(f)) for f in reversed(conf.config_file)),
    ]
    if not conf.project:
        return [*found, home, '/etc']
    snaps = map(os.environ.get, ('SNAP_COMMON', 'SNAP'))
    return [
        *found,
        os.path.join(home, f'.{conf.project}'),
        home,
        os.path.join('/etc', conf.project),
        '/etc',
        *(os.path.join(s, 'etc', conf.project) for s in snaps if s),
    ]


def _absolute(path: str) -> str:
    return os.path.abspath(os.path.expanduser(path))


def _candidates(conf: cfg.ConfigOpts, name: str) -> Iterator[str]:
    """Yield where a file is looked for, up to where it is."""
    for place in places(conf):
        path = os.path.join(place, name)
        yield path
        if os.path.exists(path):
            return


def _with_content(paths: Iterable[str]) -> Iterator[str]:
    for path in paths:
        yield path
        if os.path.isdir(path):
            yield from (entry.path for entry in os.scandir(path))


def _mark(path: str) -> _Mark | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _home(path: str) -> str:
    """Return the nearest directory above ``path`` that exists."""
    above = os.path.dirname(path)
    while not os.path.isdir(above) and above != os.path.dirname(above):
        above = os.path.dirname(above)
    return above
