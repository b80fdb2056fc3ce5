# SPDX-License-Identifier: Apache-2.0
"""The state of a step, how it counts, and the statements that change it.

Each subject counts once, in any order of reports. A subject that has failed
has failed permanently; its success, reported before or after, is stored but
not counted. The report that reaches the total ends the step, and nothing
counts from then on.
"""

import dataclasses
import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from ext_lib.context import RequestContext
from ext_lib.db import clock
from sahara_ext import exception
from sahara_ext.db import models
from sahara_ext.db.facade import facade
from sahara_ext.db.facade import recover

#: The subject of a report, and whether it succeeded.
Claim = tuple[str, bool]


@dataclasses.dataclass
class StepCounters:
    """The counters of a step while reports are added.

    :param known: whether it counts, for each earlier claim of the subjects at
        hand
    """

    completed: int
    failed: int
    total: int | None
    successful: bool | None
    has_ended: bool
    known: dict[Claim, bool]

    def add(self, claim: Claim) -> bool:
        """Add a claim that is not known; return whether it is counted."""
        subject, successful = claim
        counts = not self.has_ended
        if successful:
            counts = counts and (subject, False) not in self.known
        self.known[claim] = counts
        if counts:
            self._count(subject, successful)
        return counts

    def _count(self, subject: str, successful: bool) -> None:
        if successful:
            self.completed += 1
        else:
            self.failed += 1
            self.successful = False
            self._withdraw((subject, True))
        if self.total is not None:
            self.has_ended = self.completed + self.failed >= self.total
        if self.has_ended:
            self.successful = not self.failed

    def _withdraw(self, claim: Claim) -> None:
        if self.known.get(claim):
            self.known[claim] = False
            self.completed -= 1


_table = models.ClusterProvisionStep.__table__


class StepState(NamedTuple):
    """The counters and the end of a step, named as its columns are."""

    completed: int
    failed: int
    total: int | None
    successful: bool | None
    completed_at: datetime.datetime | None

    @classmethod
    def of(cls, step: Any) -> 'StepState':
        """Return the state of a step, given as a row or as an object."""
        return cls._make(getattr(step, name) for name in cls._fields)


@recover
@facade.writer
def provision_step_end(
    context: RequestContext, step_id: str
) -> tuple[StepState, bool]:
    """End a step of which no more is to come, if it has not ended.

    Without a failure its total becomes what was done.

    :returns: its state, and whether this has ended it
    :raises ProvisionStepNotFound: when there is no such step
    """
    step, now = provision_step_lock(context.session, step_id)
    if step.completed_at is not None:
        return step, False
    done = step.completed + step.failed
    is_short = step.total is None or not step.failed
    ended = step._replace(
        total=done if is_short else step.total,
        successful=not step.failed,
        completed_at=now,
    )
    provision_step_update(context.session, step_id, ended, now)
    return ended, True


def provision_step_lock(
    session: Any, step_id: str
) -> tuple[StepState, datetime.datetime]:
    """Return a step's state, which stays until the transaction ends.

    :returns: with a time that is not before any other of this step
    :raises ProvisionStepNotFound: when there is no such step
    """
    row = session.execute(_LOCK, {'step': step_id}).first()
    if row is None:
        raise exception.ProvisionStepNotFound(step_id=step_id)
    *state, updated_at, now = row
    # The clock was read before the lock was there.
    return StepState(*state), max(filter(None, [updated_at, now]))


_STATE = [getattr(_table.c, name) for name in StepState._fields]
_LOCK = (
    sa.select(*_STATE, _table.c.updated_at, clock.UTCNow())
    .where(_table.c.id == sa.bindparam('step'))
    .with_for_update(key_share=True)
)
_COUNT_ONE = (
    sa.update(_table)
    .where(
        _table.c.id == sa.bindparam('step'),
        _table.c.completed_at.is_(None),
        _table.c.failed == 0,
        sa.or_(
            _table.c.total.is_(None), _table.c.completed + 1 < _table.c.total
        ),
    )
    .values(
        completed=_table.c.completed + 1,
        # The clock was read before the lock was there.
        updated_at=sa.case(
            (_table.c.updated_at > clock.UTCNow(), _table.c.updated_at),
            else_=clock.UTCNow(),
        ),
    )
)
_UPDATE = sa.update(_table).where(_table.c.id == sa.bindparam('step'))


def provision_step_count_one(session: Any, step_id: str) -> bool:
    """Count a success in a step that has not failed and does not end yet.

    :returns: whether it is one
    """
    result = session.execute(_COUNT_ONE, {'step': step_id})
    return bool(result.rowcount)


def provision_step_update(
    session: Any,
    step_id: str,
    state: StepState,
    now: datetime.datetime,
) -> None:
    """Store the state of a step that is locked."""
    values = state._asdict() | {'updated_at': now}
    session.execute(_UPDATE, {'step': step_id, **values})
