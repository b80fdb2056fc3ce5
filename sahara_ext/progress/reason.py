# SPDX-License-Identifier: Apache-2.0
"""The reason of a failure, without what only administrators may read.

All who see a cluster read why it failed. Where the engine keeps its
code, and the calls that led to the failure, are for those whom a policy
permits to read tracebacks.
"""

from collections.abc import Iterator
import os
import re
import sys
import sysconfig
import traceback

#: The lines of a traceback, but for the last one, which names the error.
_TRACEBACK = re.compile(
    r'^[ \t|+-]*(?:Exception Group )?Traceback \(most recent call last\):\n'
    r'(?:[ \t]+.*(?:\n|\Z)|\n)*',
    re.MULTILINE,
)


def message(error: BaseException) -> str:
    """Return what an exception says, without paths of the engine."""
    return _without_paths(_said(error), error)


def headline(error: BaseException) -> str:
    """Return the class of an exception and what it says, likewise."""
    # Of an error of syntax, only the last line does not quote the file.
    *_, last = traceback.format_exception_only(error)
    if not isinstance(error, SyntaxError):
        last = ''.join(traceback.format_exception_only(error))
    return _without_paths(last, error).strip()


def without_traceback(info: str, error_id: str | None) -> str:
    """Return the part of the information on a failure that all may read.

    :param info: of :class:`sahara_ext.progress.failure.Failure`, cut to what
        its column holds
    :param error_id: of the failure; None when it was stored without
    """
    if error_id is not None:
        before, mark, _ = info.partition(error_id)
        info = before + mark
    return _TRACEBACK.sub('', info).rstrip()


def _said(error: BaseException) -> str:
    if isinstance(error, SyntaxError):
        return str(error.msg)
    return str(error)


def _without_paths(text: str, error: BaseException) -> str:
    for path in sorted(_files(error), key=len, reverse=True):
        text = text.replace(path, _last_part(path))
    return _OWN_PATH.sub(lambda found: _last_part(found[0]), text)


def _last_part(path: str) -> str:
    return os.path.basename(path.rstrip('/'))


def _files(error: BaseException) -> Iterator[str]:
    """Generate the absolute paths that an error, or what led to it, names."""
    seen: set[int] = set()
    each: BaseException | None = error
    while each is not None and id(each) not in seen:
        seen.add(id(each))
        for name in ('filename', 'filename2'):
            path = getattr(each, name, None)
            if isinstance(path, (str, os.PathLike)):
                path = os.fspath(path)
                if isinstance(path, str) and os.path.isabs(path):
                    yield path
        each = each.__cause__ or each.__context__


def _own_directories() -> list[str]:
    """Return where the code of this process is, the longest path first."""
    found = {
        *sysconfig.get_paths().values(),
        *sys.path,
        os.path.dirname(os.path.dirname(os.path.dirname(__file__))),
    }
    if sys.prefix != sys.base_prefix:
        found.add(sys.prefix)
    # Not what is as short as /usr: users have such paths, too.
    paths = {os.path.realpath(p) for p in found if os.path.isabs(p)} | found
    return sorted(
        (p.rstrip('/') for p in paths if p.count('/') > 1),
        key=len,
        reverse=True,
    )


_OWN_PATH = re.compile(
    r'(?<![\w./-])(?:{})(?:/[^\s\'":,;()]*)?(?![\w.-])'.format(
        '|'.join(map(re.escape, _own_directories()))
    )
)
