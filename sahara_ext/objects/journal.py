# SPDX-License-Identifier: Apache-2.0
"""What is recorded of a step."""

from collections.abc import Callable, Mapping, Sequence
import functools
from typing import Any, Concatenate, ParamSpec, TypeVar

from oslo_log import log as logging
from oslo_utils import uuidutils

from ext_lib.context import get_admin_context
from ext_lib.db.group_commit import GroupWriter
from sahara_ext import exception
from sahara_ext.db.api import provision_step as provision_step_db
from sahara_ext.db.event_log import held_connection as held_connection_db
from sahara_ext.db.event_log import recorder

LOG = logging.getLogger(__name__)

_C = TypeVar('_C')
_P = ParamSpec('_P')
_R = TypeVar('_R')


class Journal:
    """What the threads of a process record of a step.

    :param step: as it was loaded
    """

    def __init__(self, step: Any) -> None:
        self.step_id: str = step.id
        self.cluster_id: str = step.cluster_id
        #: As far as this journal knows: what others have recorded since it
        #: last looked may be missing.
        self.state = provision_step_db.StepState.of(step)
        #: Whether the step was completed by what this journal has recorded.
        self.has_completed = False
        self._name = step.step_name
        # Its own: nothing is recorded as a part of somebody's transaction,
        # which may yet be rolled back.
        self._context = get_admin_context()
        self._connection = held_connection_db.HeldConnection()
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
            :meth:`flush` tells
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
            return self._writer.put(fit).is_counted
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
            state, has_ended = self._ask(
                provision_step_db.provision_step_end, self._context
            )
            self._take(state, has_ended)

    def close(self) -> None:
        """Hold no connection any longer, unless more is recorded."""
        self._connection.close()

    def has_succeeded(self, subject: str) -> bool:
        """Return whether a subject's success was recorded before.

        That is, before this journal was opened: it is asked to find out what
        is left to be done.
        """
        if self._had_ended and self.state.successful:
            # Its events may be gone.
            return True
        return recorder.cluster_event_subject(subject) in self._succeeded

    @functools.cached_property
    def _succeeded(self) -> frozenset[str]:
        return self._ask(recorder.cluster_event_subjects, self._context)

    def _write(
        self, events: Sequence[Mapping[str, Any]]
    ) -> Sequence[recorder.Outcome]:
        state, outcomes = self._ask(
            recorder.cluster_events_record, self._connection, events
        )
        if state is None:
            counted = self.state.completed + 1
            state = self.state._replace(completed=counted)
        self._take(state, any(o.has_completed for o in outcomes))
        return outcomes

    def _ask(
        self,
        function: Callable[Concatenate[_C, str, _P], _R],
        context: _C,
        *args: _P.args,
        **kwargs: _P.kwargs,
    ) -> _R:
        gone = exception.ClusterGone(cluster_id=self.cluster_id)
        if self._is_gone:
            raise gone
        try:
            return function(context, self.step_id, *args, **kwargs)
        except exception.ProvisionStepNotFound as error:
            self._is_gone = True
            raise gone from error

    def _take(
        self, state: provision_step_db.StepState, has_completed: bool
    ) -> None:
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
