# SPDX-License-Identifier: Apache-2.0
"""A step of the work on a cluster, while it is being done."""

from collections.abc import Callable, Mapping
import types
from typing import Any

from oslo_db import exception as db_exception
from oslo_log import log as logging

from ext_lib.db import text
from sahara_ext import exception
from sahara_ext.objects.cluster_instance import ClusterInstance
from sahara_ext.objects.journal import Journal
from sahara_ext.progress.event import Event
from sahara_ext.progress.failure import Failure
from sahara_ext.progress.failure import is_recorded
from sahara_ext.progress.null_journal import NullJournal

LOG = logging.getLogger(__name__)

#: They say that the work is somebody else's now, or nobody's, or that there
#: is no database to say so: none of this is a failure of the work.
_LET_GO = (
    exception.OperationSuperseded,
    exception.ClusterGone,
    db_exception.DBConnectionError,
    db_exception.DBDeadlock,
)


class Step:
    """A step others report to; threads may share it.

    As a context manager it ends when the block does, whether or not its
    total was reached. What the block raises is recorded as a failure of the
    step, but an error that one of its events has recorded already, and what
    says that somebody else goes on: then the step stays open.

    :param checkpoint: called before each event; may raise to end the work
    :param is_own: whether leaving the block ends the step
    """

    def __init__(
        self,
        name: str,
        journal: Journal | NullJournal,
        checkpoint: Callable[[], None],
        is_own: bool = True,
    ) -> None:
        self.name = name
        self._journal = journal
        self._checkpoint = checkpoint
        self._is_own = is_own
        #: Whether it was over before: there is nothing left to be done.
        self.finished = journal.state.completed_at is not None

    @property
    def id(self) -> str:
        """Its id; empty when nothing is recorded."""
        return self._journal.step_id

    @property
    def total(self) -> int | None:
        """How many successes and failures there will be, if known."""
        return self._journal.state.total

    @property
    def completed(self) -> int:
        """How many successes counted when it was last written to."""
        return self._journal.state.completed

    @property
    def failed(self) -> int:
        """How many failures counted when it was last written to."""
        return self._journal.state.failed

    @property
    def successful(self) -> bool | None:
        """False from the first failure on, True at a good end."""
        return self._journal.state.successful

    @property
    def has_completed(self) -> bool:
        """Whether it was ended by a report to this very object.

        Of all that report to a step, in whatever process, one can say so.
        """
        return self._journal.has_completed

    def done(
        self,
        instance: ClusterInstance | None = None,
        *,
        subject: str | None = None,
    ) -> bool:
        """Tell what need not be done again: it has succeeded before."""
        who = _who(instance, subject)
        return self._journal.has_succeeded(who['subject'])

    def event(
        self,
        instance: ClusterInstance | None = None,
        *,
        info: str | None = None,
        subject: str | None = None,
    ) -> Event:
        """Return a context manager around what is reported.

        Its block succeeds or raises; both are recorded before it is left.

        :param info: what users read; the event's ``info`` can be set later
        :param subject: what is counted once; by default the instance
        """
        self._checkpoint()
        return Event(self, instance, info=info, subject=subject)

    def succeed(
        self,
        instance: ClusterInstance | None = None,
        *,
        info: str | None = None,
        subject: str | None = None,
        wait: bool = True,
    ) -> bool | None:
        """Record a success.

        :param wait: whether to return only once it is committed; without,
            it may be lost until :meth:`flush` returns
        :returns: whether it counts; None when that is not known yet
        :raises ClusterGone: when the cluster was deleted meanwhile
        """
        values = {'event_info': info, 'error_id': None, 'successful': True}
        return self._record(instance, subject, values, wait)

    def fail(
        self,
        instance: ClusterInstance | None = None,
        *,
        error: BaseException | str,
        subject: str | None = None,
        wait: bool = True,
    ) -> str:
        """Record a failure, and log it.

        :param error: an exception, of which the traceback is kept as well,
            or a message for users
        :returns: the id users and operators find it by
        :raises ClusterGone: when the cluster was deleted meanwhile
        """
        failure = Failure.of(error)
        if not failure.steps:
            self._log(failure, instance)
        values = {
            'event_info': failure.info,
            'error_id': failure.error_id,
            'successful': False,
        }
        self._record(instance, subject, values, wait)
        failure.steps.add(self.id)
        return failure.error_id

    def fail_by(
        self,
        error: BaseException,
        instance: ClusterInstance | None = None,
        *,
        subject: str | None = None,
    ) -> None:
        """Record a failure by what is being raised, if it is one.

        That an exception cannot be recorded is no reason to lose it: this
        raises nothing.
        """
        if not isinstance(error, Exception) or isinstance(error, _LET_GO):
            return
        try:
            self.fail(instance, error=error, subject=subject)
        except Exception:
            LOG.exception('The failure before could not be recorded')

    def flush(self) -> None:
        """Return once all that was reported is committed.

        :raises ClusterGone: when the cluster was deleted meanwhile
        """
        self._journal.flush()

    def _record(
        self,
        instance: ClusterInstance | None,
        subject: str | None,
        values: Mapping[str, Any],
        wait: bool,
    ) -> bool | None:
        return self._journal.record(
            {**_who(instance, subject), **values}, wait
        )

    def _log(self, failure: Failure, instance: ClusterInstance | None) -> None:
        # With the traceback as users see it: a log that cannot write some
        # character of it would lose it all.
        LOG.error(
            'Step "%(step)s" of cluster %(cluster)s failed for %(who)s: '
            '%(info)s',
            {
                'step': self.name,
                'cluster': self._journal.cluster_id,
                'who': instance.instance_name if instance else 'all of it',
                'info': text.storable(failure.info),
            },
        )

    def __enter__(self) -> 'Step':
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: types.TracebackType | None,
    ) -> None:
        try:
            self._leave(error)
        finally:
            self._journal.close()

    def _leave(self, error: BaseException | None) -> None:
        if error is None:
            self._finish()
            return
        if not is_recorded(error, self.id):
            self.fail_by(error)
        try:
            self._give_up(error)
        except Exception:
            LOG.exception('Step "%s" could not be ended', self.name)

    def _finish(self) -> None:
        self.flush()
        if not self._is_own or self.finished:
            return
        if self.total == 1 and not self.completed + self.failed:
            # Its one piece of work was done without further words.
            self.succeed()
        self._journal.end()

    def _give_up(self, error: BaseException) -> None:
        self.flush()
        is_failure = isinstance(error, Exception)
        if is_failure and not isinstance(error, _LET_GO) and self._is_own:
            self._journal.end()


def _who(
    instance: ClusterInstance | None, subject: str | None
) -> dict[str, Any]:
    if instance is None:
        names = dict.fromkeys(_NAMES)
    else:
        names = {name: getattr(instance, name) for name in _NAMES}
        subject = instance.id if subject is None else subject
    return {**names, 'subject': subject or ''}


#: What an event keeps of an instance.
_NAMES = ('node_group_id', 'instance_id', 'instance_name')
