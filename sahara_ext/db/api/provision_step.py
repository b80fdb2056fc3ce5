# SPDX-License-Identifier: Apache-2.0
"""Questions about the steps of what is done to clusters.

The times of a step are the database's own: engines whose clocks differ agree
on how long it took.
"""

from collections.abc import Collection, Mapping, Sequence
import datetime
import hashlib
from typing import Any, NamedTuple

from oslo_utils import uuidutils
import sqlalchemy as sa

from ext_lib.context import RequestContext
from ext_lib.db import clock
from ext_lib.db import query
from ext_lib.db import text
from sahara_ext import exception
from sahara_ext.db import lost_connection
from sahara_ext.db import models
from sahara_ext.db.facade import facade

_Step = models.ClusterProvisionStep
_Cluster = models.Cluster
_table = _Step.__table__


class StepState(NamedTuple):
    """What a step has come to; its names are those of the columns."""

    completed: int
    failed: int
    total: int | None
    successful: bool | None
    completed_at: datetime.datetime | None

    @classmethod
    def of(cls, row: models.ClusterProvisionStep) -> 'StepState':
        """Return the state of a step that was loaded."""
        return cls._make(getattr(row, name) for name in cls._fields)


@facade.writer
def provision_steps_plan(
    context: RequestContext,
    identity: Mapping[str, Any],
    totals: Mapping[str, int | None],
) -> None:
    """Store the steps an operation is going to take, but those known.

    :param identity: ``cluster_id``, ``operation_id`` and ``step_type``
    :param totals: by name, in order; None when not known yet
    :raises ClusterGone: when there is no such cluster
    """
    project_id = _lock_cluster(context, identity['cluster_id'])
    steps = _lock_operation(context, identity['operation_id'])
    known = {step.step_key for step in steps}
    now = _now(context)
    rows = [
        _new(identity, project_id, name, now) | {'total': total}
        for name, total in totals.items()
    ]
    unknown = [row for row in rows if row['step_key'] not in known]
    if unknown:
        context.session.execute(sa.insert(_table), unknown)


@lost_connection.recover
@facade.writer
def provision_step_begin(
    context: RequestContext,
    identity: Mapping[str, Any],
    name: str,
    total: int | None,
) -> models.ClusterProvisionStep:
    """Return a step of an operation, begun; it is added if it is not known.

    Its total is set unless it began with one before. A step with nothing to
    do is completed.

    :param identity: ``cluster_id``, ``operation_id`` and ``step_type``
    :raises ClusterGone: when there is no such cluster
    :raises StepFailed: when this step has ended with a failure, or another
        one of the operation has failed and this one has yet to be done
    """
    project_id = _lock_cluster(context, identity['cluster_id'])
    steps = _lock_operation(context, identity['operation_id'])
    key = _key(name)
    wanted = [step for step in steps if step.step_key == key]
    if wanted and wanted[0].successful:
        # Who takes the operation up passes it on the way to the failed one.
        return wanted[0]
    for step in steps:
        _check_not_failed(step, is_resumed=step.step_key == key)
    now = _now(context)
    if not wanted:
        wanted = [_Step(**_new(identity, project_id, name, now))]
        context.session.add_all(wanted)
    _begin(wanted[0], total, now)
    context.session.flush()
    return wanted[0]


def _lock_cluster(context: RequestContext, cluster_id: str) -> str:
    # Who adds steps does so one after the other, or finds no cluster.
    found = context.session.execute(
        sa.select(_Cluster.project_id)
        .where(_Cluster.id == cluster_id)
        .with_for_update(key_share=True)
    ).first()
    if found is None:
        raise exception.ClusterGone(cluster_id=cluster_id)
    return str(found.project_id)


def _lock_operation(
    context: RequestContext, operation_id: str
) -> Sequence[models.ClusterProvisionStep]:
    statement = (
        sa.select(_Step)
        .where(_Step.operation_id == operation_id)
        .order_by(_Step.sequence)
        .with_for_update(key_share=True)
    )
    rows: Sequence[models.ClusterProvisionStep] = context.session.scalars(
        statement
    ).all()
    return rows


def _now(context: RequestContext) -> datetime.datetime:
    now: datetime.datetime = context.session.scalar(sa.select(clock.UTCNow()))
    return now


def _new(
    identity: Mapping[str, Any],
    project_id: str,
    name: str,
    now: datetime.datetime,
) -> dict[str, Any]:
    return {
        **identity,
        'id': uuidutils.generate_uuid(),
        'project_id': project_id,
        'step_name': text.cut(name, _table.c.step_name.type.length),
        'step_key': _key(name),
        'completed': 0,
        'failed': 0,
        'created_at': now,
    }


def _key(name: str) -> str:
    # What a column keeps of two names may be the same, or be compared as if
    # it were.
    encoded = name.encode(errors='surrogatepass')
    return hashlib.sha256(encoded).hexdigest()


def _check_not_failed(
    step: models.ClusterProvisionStep, is_resumed: bool
) -> None:
    may_go_on = is_resumed and step.completed_at is None
    if step.successful is False and not may_go_on:
        raise exception.StepFailed(step_name=step.step_name)


def _begin(
    step: models.ClusterProvisionStep,
    total: int | None,
    now: datetime.datetime,
) -> None:
    if step.completed_at is not None:
        return
    is_new = step.started_at is None
    if is_new:
        step.started_at = step.updated_at = now
    if total is not None and (is_new or step.total is None):
        step.total = total
        step.updated_at = now
    done = step.completed + step.failed
    if step.total is not None and done >= step.total:
        step.completed_at = now
        step.successful = not step.failed


@lost_connection.recover
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


@facade.reader
def provision_step_get(
    context: RequestContext, step_id: str, cluster_id: str | None = None
) -> models.ClusterProvisionStep:
    """Return a step.

    :param cluster_id: whose it must be; None for any
    :raises ProvisionStepNotFound: when there is none
    """
    statement = sa.select(_Step).where(query.equals(_Step.id, step_id))
    if cluster_id is not None:
        statement = statement.where(query.equals(_Step.cluster_id, cluster_id))
    row = context.session.scalars(statement).first()
    if row is None:
        raise exception.ProvisionStepNotFound(step_id=step_id)
    return row


@facade.reader
def provision_steps_get_by_clusters(
    context: RequestContext, cluster_ids: Collection[str]
) -> Sequence[models.ClusterProvisionStep]:
    """Return the steps of clusters, those of each in their order."""
    statement = (
        sa.select(_Step)
        .where(query.equals(_Step.cluster_id, list(cluster_ids)))
        .order_by(_Step.cluster_id, _Step.sequence)
    )
    rows: Sequence[models.ClusterProvisionStep] = context.session.scalars(
        statement
    ).all()
    return rows
