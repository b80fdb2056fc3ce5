# SPDX-License-Identifier: Apache-2.0
"""A directory and files that only their owner reads, on a shared machine.

A user who can write to a directory can put symbolic links there, to have a
program write elsewhere; and what it writes has passwords and data in it.
"""

import os
import pathlib
import stat

_DIRECTORY = 0o700
_FILE = 0o600
_OTHERS = 0o077
#: What SQLite keeps beside a database.
_OF_SQLITE = ('', '-wal', '-shm', '-journal')


class Unsafe(OSError):
    """A place that others could have prepared."""


def make_directory(path: pathlib.Path, mark: str) -> None:
    """Make a directory, or take an earlier one, with mode 0700.

    :param mark: a file that an earlier run has left in its directory; one
        without it is taken if it is empty or private already, so that the
        mode of, say, ``/tmp`` never changes
    :raises Unsafe: when it is a symbolic link, another user's, or full of
        other files
    :raises OSError: when it cannot be made or is no directory
    """
    try:
        path.mkdir(mode=_DIRECTORY, parents=True)
    except FileExistsError:
        _check_directory(path, mark)
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        os.fchmod(descriptor, _DIRECTORY)
        _tighten_files(descriptor)
    finally:
        os.close(descriptor)


def _check_directory(path: pathlib.Path, mark: str) -> None:
    found = path.lstat()
    if stat.S_ISLNK(found.st_mode):
        raise Unsafe(f'{path} is a symbolic link; name what it leads to')
    if not stat.S_ISDIR(found.st_mode):
        raise NotADirectoryError(f'{path} is not a directory')
    if found.st_uid != os.geteuid():
        raise Unsafe(f'{path} belongs to another user')
    if not found.st_mode & _OTHERS:
        return
    names = os.listdir(path)
    is_shared = found.st_mode & stat.S_ISVTX
    if is_shared or (names and mark not in names):
        raise Unsafe(
            f'{path} has files of others and can be read by them; name a '
            'new or an empty directory'
        )


def _tighten_files(directory: int) -> None:
    """Let others read no plain file that an earlier run has left."""
    for name in os.listdir(directory):
        found = os.stat(name, dir_fd=directory, follow_symlinks=False)
        is_plain = stat.S_ISREG(found.st_mode) and found.st_nlink == 1
        if is_plain and found.st_mode & _OTHERS:
            # From here on no other user can put a link in its place.
            os.chmod(name, found.st_mode & 0o700, dir_fd=directory)


def open_descriptor(path: pathlib.Path, flags: int = os.O_RDWR) -> int:
    """Return a descriptor of a file with mode 0600, made if it is missing.

    :param flags: of open(2), ``os.O_TRUNC`` for instance
    :raises Unsafe: when it is a symbolic link or no plain file
    """
    flags |= os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        descriptor = os.open(path, flags, _FILE)
    except OSError as error:
        if path.is_symlink():
            raise Unsafe(f'{path} is a symbolic link') from error
        raise
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode):
        os.close(descriptor)
        raise Unsafe(f'{path} is not a plain file')
    # Of another link to it the mode changes, too.
    if found.st_nlink > 1:
        os.close(descriptor)
        raise Unsafe(f'{path} has more than one name')
    os.fchmod(descriptor, _FILE)
    return descriptor


def write(path: pathlib.Path, text: str) -> None:
    """Write a whole file.

    :raises Unsafe: when it is a symbolic link or no plain file
    """
    descriptor = open_descriptor(path, os.O_WRONLY | os.O_TRUNC)
    with os.fdopen(descriptor, 'w') as file:
        file.write(text)


def prepare(path: pathlib.Path) -> None:
    """Let a library open a file that is private and no symbolic link.

    :raises Unsafe: when it is one
    """
    os.close(open_descriptor(path))


def prepare_database(path: pathlib.Path) -> None:
    """Prepare a SQLite file, and tighten what is there beside it.

    SQLite gives the latter the mode of the former.

    :raises Unsafe: when one of them is a symbolic link
    """
    for suffix in _OF_SQLITE:
        found = path.with_name(path.name + suffix)
        if not suffix or os.path.lexists(found):
            prepare(found)
