# SPDX-License-Identifier: Apache-2.0
"""The statements that store events of a step together with its counters."""

from collections.abc import Mapping, Sequence
import datetime
import hashlib
from typing import Any, NamedTuple

from oslo_db import exception as db_exception
from oslo_log import log as logging
import sqlalchemy as sa

from ext_lib.db import clock
from ext_lib.db import text
from sahara_ext.db import models
from sahara_ext.db.event_log import step_state
from sahara_ext.db.event_log.step_state import StepCounters
from sahara_ext.db.event_log.step_state import StepState
from sahara_ext.db.facade import HeldConnection
from sahara_ext.db.facade import recover_all

LOG = logging.getLogger(__name__)

_table = models.ClusterEvent.__table__

#: What a TEXT column of MariaDB holds.
_TEXT_BYTES = 65_535


class Outcome(NamedTuple):
    """The effect of an event that was to be recorded."""

    #: Whether it counts; a repeated one and one that came late do not.
    is_counted: bool
    #: Whether it is the one that completed the step.
    has_completed: bool


def cluster_event_fit(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns of an event, cut to what they hold.

    :param values: by column; any text
    """
    fit = {
        name: _fit(_table.c[name].type, value)
        for name, value in values.items()
    }
    return fit | {'subject': cluster_event_subject(values['subject'])}


def _fit(kind: Any, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if kind.length is None:
        return text.head(value, _TEXT_BYTES)
    return text.cut(value, kind.length)


def cluster_event_subject(subject: str) -> str:
    """Return a subject as the column holds it.

    Two of them do not become one by being cut, or by what a database
    overlooks when it compares them.
    """
    length = _table.c.subject.type.length
    if text.cut(subject, length) == subject == subject.rstrip():
        return subject
    encoded = subject.encode(errors='surrogatepass')
    return hashlib.sha256(encoded).hexdigest()


@recover_all
def cluster_events_record(
    connection: HeldConnection,
    step_id: str,
    events: Sequence[Mapping[str, Any]],
) -> tuple[StepState | None, list[Outcome]]:
    """Store events of a step and count them, in one transaction.

    It is idempotent: events are known by their ids.

    :param events: of :func:`cluster_event_fit`
    :returns: the state of the step then, and the outcome of each event; the
        state is None when it was not looked at, because all that happened is
        one success more
    :raises ProvisionStepNotFound: when there is no such step
    """
    if len(events) == 1 and events[0]['successful']:
        # Most successes are of a subject without an event so far, in a step
        # that has not failed and does not end yet. This counts only such a
        # one, and needs no SELECT to find that out.
        try:
            with connection.transaction() as session:
                if step_state.provision_step_count_one(session, step_id):
                    values = {'step_id': step_id, 'counted': True, **events[0]}
                    session.execute(_INSERT_NOW, values)
                    return None, [
                        Outcome(is_counted=True, has_completed=False)
                    ]
        except db_exception.DBDuplicateEntry:
            LOG.debug('Event %s is a repeated one', events[0]['id'])
    with connection.transaction() as session:
        step, now = step_state.provision_step_lock(session, step_id)
        recording = _Recording(step, _stored(session, step_id, events))
        for event in events:
            recording.add(event)
        new = recording.new_rows({'step_id': step_id, 'created_at': now})
        if new:
            session.execute(_INSERT, new)
        return _conclude(session, step_id, recording, events, now)


def _conclude(
    session: Any,
    step_id: str,
    recording: '_Recording',
    events: Sequence[Mapping[str, Any]],
    now: datetime.datetime,
) -> tuple[StepState, list[Outcome]]:
    """Store the counters that new events lead to.

    :returns: the state of the step, and the outcome of each event
    """
    if recording.withdrawn:
        session.execute(_WITHDRAW, {'events': recording.withdrawn, 'now': now})
    state = recording.state(now)
    if state != recording.step:
        step_state.provision_step_update(session, step_id, state, now)
    if not recording.is_repeated or state.completed_at is None:
        return state, recording.outcomes
    last = session.scalar(
        _COMPLETION, {'step': step_id, 'ended': state.completed_at}
    )
    return state, [
        outcome._replace(has_completed=event['id'] == last)
        for event, outcome in zip(events, recording.outcomes, strict=True)
    ]


def _stored(
    session: Any, step_id: str, events: Sequence[Mapping[str, Any]]
) -> Sequence[Any]:
    subjects = list({event['subject'] for event in events})
    return session.execute(
        _STORED, {'step': step_id, 'subjects': subjects}
    ).all()


_STORED = sa.select(
    _table.c.id, _table.c.subject, _table.c.successful, _table.c.counted
).where(
    _table.c.step_id == sa.bindparam('step'),
    _table.c.subject.in_(sa.bindparam('subjects', expanding=True)),
)
_INSERT = sa.insert(_table)
_INSERT_NOW = sa.insert(_table).values(created_at=clock.UTCNow())
_WITHDRAW = (
    sa.update(_table)
    .where(_table.c.id.in_(sa.bindparam('events', expanding=True)))
    .values(counted=False, updated_at=sa.bindparam('now'))
)
#: The event that completed a step: nothing counts after it.
_COMPLETION = (
    sa.select(_table.c.id)
    .where(
        _table.c.step_id == sa.bindparam('step'),
        _table.c.counted,
        _table.c.created_at == sa.bindparam('ended'),
    )
    .order_by(_table.c.sequence.desc())
    .limit(1)
)


class _Recording:
    """The events of one transaction, as they are counted.

    :param step: its state before
    :param stored: events of the same subjects that there are
    """

    def __init__(self, step: StepState, stored: Sequence[Any]) -> None:
        self.step = step
        self._stored = {(row.subject, row.successful): row for row in stored}
        self._counters = StepCounters(
            step.completed,
            step.failed,
            step.total,
            step.successful,
            has_ended=step.completed_at is not None,
            known={claim: row.counted for claim, row in self._stored.items()},
        )
        self._new: list[Mapping[str, Any]] = []
        self.outcomes: list[Outcome] = []
        #: Whether some were stored by an attempt whose answer was lost.
        self.is_repeated = False

    def add(self, event: Mapping[str, Any]) -> None:
        """Count an event, if it is to be."""
        claim = (event['subject'], event['successful'])
        if claim in self._counters.known:
            self.outcomes.append(self._repeat(event, claim))
            return
        had_ended = self._counters.has_ended
        is_counted = self._counters.add(claim)
        has_completed = self._counters.has_ended and not had_ended
        self.outcomes.append(Outcome(is_counted, has_completed))
        self._new.append(event)

    def _repeat(
        self, event: Mapping[str, Any], claim: tuple[str, bool]
    ) -> Outcome:
        row = self._stored.get(claim)
        if row is None or row.id != event['id']:
            return Outcome(is_counted=False, has_completed=False)
        self.is_repeated = True
        return Outcome(row.counted, has_completed=False)

    def new_rows(self, columns: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return the rows to be stored, with ``columns`` added."""
        known = self._counters.known
        return [
            {
                **event,
                **columns,
                'counted': known[event['subject'], event['successful']],
            }
            for event in self._new
        ]

    @property
    def withdrawn(self) -> list[str]:
        """The ids of stored events that count no more."""
        return [
            row.id
            for claim, row in self._stored.items()
            if row.counted and not self._counters.known[claim]
        ]

    def state(self, now: Any) -> StepState:
        """Return the state of the step after them."""
        counters = self._counters
        ends = counters.has_ended and self.step.completed_at is None
        return StepState(
            counters.completed,
            counters.failed,
            counters.total,
            counters.successful,
            now if ends else self.step.completed_at,
        )
