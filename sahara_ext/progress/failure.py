# SPDX-License-Identifier: Apache-2.0
"""An error as users read it, with the id by which operators find it."""

from collections.abc import Iterator
import contextlib
import dataclasses
import traceback

from oslo_db import exception as db_exception
from oslo_log import log as logging
from oslo_utils import uuidutils

from sahara_ext import exception
from sahara_ext.progress import reason

LOG = logging.getLogger(__name__)

#: Errors by which a process loses the work on a cluster, or the database:
#: none is a failure of the work.
_LET_GO = (
    exception.OperationSuperseded,
    exception.ClusterGone,
    db_exception.DBConnectionError,
    db_exception.DBDeadlock,
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
            failure = cls._new(
                reason.headline(error)[:_LONGEST], f'\n\n{trace}'
            )
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
    return isinstance(error, Exception) and not isinstance(error, _LET_GO)


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
