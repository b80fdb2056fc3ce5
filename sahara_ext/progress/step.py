# SPDX-License-Identifier: Apache-2.0
"""A step of the work on a cluster, while it is being done, and its events."""

from collections.abc import Callable
import types
from typing import Any

from oslo_log import log as logging

from ext_lib.db import text
from sahara_ext.objects.cluster_instance import ClusterInstance
from sahara_ext.objects.journal import Journal
from sahara_ext.objects.journal import NullJournal
from sahara_ext.progress.failure import Failure
from sahara_ext.progress.failure import is_failure
from sahara_ext.progress.failure import is_recorded
from sahara_ext.progress.failure import logged

LOG = logging.getLogger(__name__)


class Event:
    """A context manager that reports how its block was left.

    An exception that the block raises is recorded and raised further.
    """

    def __init__(
        self,
        step: 'Step',
        instance: ClusterInstance | None,
        info: str | None,
        subject: str | None,
    ) -> None:
        self._step = step
        self._instance = instance
        #: A text for users about its success; the block may set it.
        self.info = info
        self._subject = subject

    def __enter__(self) -> 'Event':
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: types.TracebackType | None,
    ) -> None:
        if error is None:
            self._step.succeed(
                self._instance, info=self.info, subject=self._subject
            )
        elif is_failure(error):
            with logged('The failure before could not be recorded'):
                self._step.fail(
                    self._instance, error=error, subject=self._subject
                )


class Step:
    """A step that takes reports; threads may share it.

    As a context manager it ends when the block does, whether or not its
    total was reached. An exception of the block is recorded as a failure of
    the step, unless one of its events has recorded it already, or it says
    that another process continues with the work: then the step stays open.

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
        #: Whether it was over before, so that nothing is left to be done.
        self.finished = journal.state.completed_at is not None

    @property
    def id(self) -> str:
        """Its id; empty when nothing is recorded."""
        return self._journal.step_id

    @property
    def total(self) -> int | None:
        """The number of successes and failures there will be, if known."""
        return self._journal.state.total

    @property
    def completed(self) -> int:
        """The number of successes when it was last written to."""
        return self._journal.state.completed

    @property
    def failed(self) -> int:
        """The number of failures when it was last written to."""
        return self._journal.state.failed

    @property
    def successful(self) -> bool | None:
        """False from the first failure on, True at a good end."""
        return self._journal.state.successful

    @property
    def has_completed(self) -> bool:
        """True when a report to this very object has ended it.

        That is so for one object in one process at most.
        """
        return self._journal.has_completed

    def done(
        self,
        instance: ClusterInstance | None = None,
        *,
        subject: str | None = None,
    ) -> bool:
        """Return whether it has succeeded before and is not to be repeated."""
        return self._journal.has_succeeded(_subject(instance, subject))

    def event(
        self,
        instance: ClusterInstance | None = None,
        *,
        info: str | None = None,
        subject: str | None = None,
    ) -> Event:
        """Return a context manager around the work that is reported.

        Its block succeeds or raises; both are recorded before it is left.

        :param info: for users; the event's ``info`` can be set later
        :param subject: is counted once; by default the instance
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
        event = _event(instance, subject, successful=True, event_info=info)
        return self._journal.record(event, wait)

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
        event = _event(
            instance,
            subject,
            successful=False,
            event_info=failure.info,
            error_id=failure.error_id,
        )
        self._journal.record(event, wait)
        failure.steps.add(self.id)
        return failure.error_id

    def fail_by(
        self,
        error: BaseException,
        instance: ClusterInstance | None = None,
        *,
        subject: str | None = None,
    ) -> None:
        """Record an exception that is being raised, if it is a failure.

        This raises nothing, so that the exception is not lost.
        """
        if is_failure(error):
            with logged('The failure before could not be recorded'):
                self.fail(instance, error=error, subject=subject)

    def flush(self) -> None:
        """Return once all that was reported is committed.

        :raises ClusterGone: when the cluster was deleted meanwhile
        """
        self._journal.flush()

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
        with logged('Step "%s" could not be ended', self.name):
            self.flush()
            if self._is_own and is_failure(error):
                self._journal.end()

    def _finish(self) -> None:
        self.flush()
        if not self._is_own or self.finished:
            return
        if self.total == 1 and not self.completed + self.failed:
            # Its one piece of work was done without a report.
            self.succeed()
        self._journal.end()


def _event(
    instance: ClusterInstance | None,
    subject: str | None,
    *,
    successful: bool,
    event_info: str | None,
    error_id: str | None = None,
) -> dict[str, Any]:
    """Return the columns of an event that the journal does not know."""
    return {
        **{name: getattr(instance, name, None) for name in _NAMES},
        'subject': _subject(instance, subject),
        'successful': successful,
        'event_info': event_info,
        'error_id': error_id,
    }


def _subject(instance: ClusterInstance | None, subject: str | None) -> str:
    if subject is None and instance is not None:
        return str(instance.id)
    return subject or ''


#: The columns that an event copies from an instance.
_NAMES = ('node_group_id', 'instance_id', 'instance_name')
