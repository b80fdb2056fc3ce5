# SPDX-License-Identifier: Apache-2.0
"""An error as users read it, with the id by which operators find it.

All who see a cluster read why it failed. Where the engine keeps its
code, and the calls that led to the failure, are for those whom a policy
permits to read tracebacks.
"""

from collections.abc import Iterator
import contextlib
import dataclasses
import os
import re
import sys
import sysconfig
import traceback

from oslo_db import exception as db_exception
from oslo_log import log as logging
from oslo_utils import uuidutils

from sahara_ext import exception

LOG = logging.getLogger(__name__)

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

    :param info: of :class:`Failure`, cut to what
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


#: Errors of databases that are unreachable or too busy.
LOST = (db_exception.DBConnectionError, db_exception.DBDeadlock)
#: Errors by which a process loses the work on a cluster, or the database:
#: none is a failure of the work.
NOT_FAILURES = (
    exception.OperationSuperseded,
    exception.ClusterGone,
    *LOST,
)
#: The attribute of an exception that keeps its failure.
_ATTRIBUTE = '_sahara_ext_failure'
#: How much of a message stands before its traceback.
_LONGEST = 2000


@dataclasses.dataclass(frozen=True)
class Failure:
    """The record of an error.

    :param error_id: users see it, and the log has it
    :param info: for users: all there is to say
    :param steps: ids of the steps it was recorded in
    """

    error_id: str
    info: str
    steps: set[str] = dataclasses.field(default_factory=set)

    @classmethod
    def of(cls, error: BaseException | str) -> 'Failure':
        """Return the failure of an exception, or a new one of a message.

        However many steps an exception passes through, it has one id.
        """
        if isinstance(error, str):
            return cls._new(error)
        failure = _kept(error)
        if failure is None:
            trace = ''.join(traceback.format_exception(error))
            failure = cls._new(headline(error)[:_LONGEST], f'\n\n{trace}')
            setattr(error, _ATTRIBUTE, failure)
        return failure

    @classmethod
    def _new(cls, said: str, trace: str = '') -> 'Failure':
        # In this order: what does not fit a column is cut from the end.
        error_id = uuidutils.generate_uuid()
        info = f'{said}\nError ID: {error_id}{trace}'
        return cls(error_id, info)


def is_failure(error: BaseException) -> bool:
    """Return whether an exception is a failure of the work."""
    return isinstance(error, Exception) and not isinstance(error, NOT_FAILURES)


@contextlib.contextmanager
def logged(message: str, *args: object) -> Iterator[None]:
    """Log an exception of the block with ``message``, and raise nothing.

    The exception that is being handled is not to be lost by another one.
    """
    try:
        yield
    except Exception:
        LOG.exception(message, *args)


def is_recorded(error: BaseException, step_id: str) -> bool:
    """Return whether a step has recorded an error, or what caused it."""
    failures = (_kept(cause) for cause in _causes(error))
    return any(f is not None and step_id in f.steps for f in failures)


def _kept(error: BaseException) -> Failure | None:
    return getattr(error, _ATTRIBUTE, None)


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    rest: list[BaseException | None] = [error]
    while rest:
        cause = rest.pop()
        if cause is not None and id(cause) not in seen:
            seen.add(id(cause))
            yield cause
            rest += [cause.__cause__, *getattr(cause, 'exceptions', ())]
