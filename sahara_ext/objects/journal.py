# SPDX-License-Identifier: Apache-2.0
"""The recording of events of a step."""

from collections.abc import Iterator, Mapping, Sequence
import contextlib
import functools
from typing import Any

from oslo_log import log as logging
from oslo_utils import uuidutils

from ext_lib.context import get_admin_context
from ext_lib.db.group_commit import GroupWriter
from sahara_ext import exception
from sahara_ext.db.api import cluster_event as cluster_event_db
from sahara_ext.db.event_log import recorder
from sahara_ext.db.event_log import step_state
from sahara_ext.db.facade import HeldConnection
from sahara_ext.objects.provision_step import ClusterProvisionStep

LOG = logging.getLogger(__name__)


class Journal:
    """The events that the threads of a process record in a step.

    :param step: as it was loaded
    """

    def __init__(self, step: ClusterProvisionStep) -> None:
        self.step_id: str = step.id
        self.cluster_id: str = step.cluster_id
        #: As far as this journal knows: what others have recorded since it
        #: last looked may be missing.
        self.state = step_state.StepState.of(step)
        #: Whether the step was completed by what this journal has recorded.
        self.has_completed = False
        self._name = step.step_name
        # Its own: no event is recorded as a part of a caller's transaction,
        # which may yet be rolled back.
        self._context = get_admin_context()
        self._connection = HeldConnection()
        self._is_gone = False
        self._had_ended = self.state.completed_at is not None
        self._writer = GroupWriter(self._write)

    def record(
        self, values: Mapping[str, Any], wait: bool = True
    ) -> bool | None:
        """Record an event.

        :param values: its columns but those all events of the step share;
            any text
        :param wait: whether to return only once it is committed; without,
            :meth:`flush` does
        :returns: whether it counts; None when that is not known yet
        :raises ClusterGone: when the cluster was deleted meanwhile
        """
        fit = recorder.cluster_event_fit(
            {
                'id': uuidutils.generate_uuid(),
                'cluster_id': self.cluster_id,
                **values,
            }
        )
        if wait:
            return self._writer.put_all([fit])[0].is_counted
        self._writer.add(fit)
        return None

    def flush(self) -> None:
        """Return once all events are committed.

        :raises ClusterGone: when the cluster was deleted meanwhile
        """
        self._writer.flush()

    def end(self) -> None:
        """End the step, unless it has ended.

        :raises ClusterGone: when the cluster was deleted meanwhile
        """
        if self.state.completed_at is None:
            with self._existing():
                state, has_ended = step_state.provision_step_end(
                    self._context, self.step_id
                )
            self._take(state, has_ended)

    def close(self) -> None:
        """Hold no connection any longer, unless more is recorded."""
        self._connection.close()

    def has_succeeded(self, subject: str) -> bool:
        """Return whether a subject's success was recorded before.

        That is, before this journal was opened: it serves to find out what is
        left to be done.
        """
        if self._had_ended and self.state.successful:
            # Its events may have been removed.
            return True
        return recorder.cluster_event_subject(subject) in self._succeeded

    @functools.cached_property
    def _succeeded(self) -> frozenset[str]:
        with self._existing():
            return cluster_event_db.cluster_event_subjects(
                self._context, self.step_id
            )

    def _write(
        self, events: Sequence[Mapping[str, Any]]
    ) -> Sequence[recorder.Outcome]:
        with self._existing():
            state, outcomes = recorder.cluster_events_record(
                self._connection, self.step_id, events
            )
        if state is None:
            counted = self.state.completed + 1
            state = self.state._replace(completed=counted)
        self._take(state, any(o.has_completed for o in outcomes))
        return outcomes

    @contextlib.contextmanager
    def _existing(self) -> Iterator[None]:
        if self._is_gone:
            raise exception.ClusterGone(cluster_id=self.cluster_id)
        try:
            yield
        except exception.ProvisionStepNotFound as error:
            self._is_gone = True
            raise exception.ClusterGone(cluster_id=self.cluster_id) from error

    def _take(self, state: step_state.StepState, has_completed: bool) -> None:
        self.state = state
        if has_completed:
            self.has_completed = True
            LOG.info(
                'Step "%(name)s" of cluster %(cluster)s is over: '
                '%(completed)d of %(total)d succeeded, %(failed)d failed',
                {
                    'name': self._name,
                    'cluster': self.cluster_id,
                    **state._asdict(),
                },
            )


class NullJournal:
    """The journal of a step while the event log is disabled.

    :param total: how many reports are to come, if that is known
    """

    step_id = ''
    has_completed = False

    def __init__(self, cluster_id: str, total: int | None) -> None:
        self.cluster_id = cluster_id
        self.state = step_state.StepState(0, 0, total, None, None)

    def record(self, _values: Mapping[str, Any], _wait: bool) -> bool:
        """Do nothing; it does not count."""
        return False

    def flush(self) -> None:
        """Do nothing."""

    def end(self) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""

    def has_succeeded(self, _subject: str) -> bool:
        """Return False: no success is known."""
        return False
