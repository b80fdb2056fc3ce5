# SPDX-License-Identifier: Apache-2.0
"""Queries of the events of steps."""

from collections.abc import Collection, Sequence
import datetime
from typing import Any

import sqlalchemy as sa

from ext_lib import exception as ext_exception
from ext_lib import paging
from ext_lib.context import RequestContext
from ext_lib.db import query
from sahara_ext.db import models
from sahara_ext.db.facade import change
from sahara_ext.db.facade import database_time
from sahara_ext.db.facade import facade

_Event = models.ClusterEvent
_Step = models.ClusterProvisionStep
_table = _Event.__table__


@facade.reader
def cluster_events_get_by_step(
    context: RequestContext,
    step_id: str,
    page: paging.Page = paging.ALL,
    successful: bool | None = None,
) -> Sequence[models.ClusterEvent]:
    """Return a page of the events of a step, the oldest first.

    :param page: its marker is the id of an event of the step, perhaps one that
        ``successful`` leaves out
    :param successful: only the successes, or the failures; None for both
    :raises MarkerNotFound: when the step has no such event
    """
    statement = sa.select(_table).where(query.along(_table.c.step_id, step_id))
    if successful is not None:
        # Not IS TRUE: for that, MySQL does not look in the index.
        statement = statement.where(
            _table.c.successful == sa.literal(successful)
        )
    if page.marker is None:
        return _load(context, _page(statement, page.limit))
    marker = sa.select(_table).where(
        query.equals(_table.c.step_id, step_id),
        query.equals(_table.c.id, page.marker),
    )
    position = marker.with_only_columns(_table.c.sequence).scalar_subquery()
    statement = statement.where(_table.c.sequence > position)
    rest = _page(statement, page.limit).subquery()
    # The marker comes along: a page costs one question.
    found = _load(context, sa.union_all(marker, sa.select(rest)))
    events = sorted(found, key=lambda event: event.sequence)
    if not events:
        raise ext_exception.MarkerNotFound(marker=page.marker)
    return events[1:]


def _page(statement: Any, limit: int | None) -> Any:
    order = (_table.c.step_id, _table.c.sequence)
    return statement.order_by(*order).limit(limit)


def _load(
    context: RequestContext, statement: Any
) -> Sequence[models.ClusterEvent]:
    return context.session.scalars(
        sa.select(_Event).from_statement(statement)
    ).all()


@facade.reader
def cluster_event_subjects(
    context: RequestContext, step_id: str
) -> frozenset[str]:
    """Return the subjects that have succeeded in a step."""
    statement = sa.select(_Event.subject).where(
        _Event.step_id == step_id, _Event.successful.is_(True)
    )
    return frozenset(context.session.scalars(statement))


@facade.reader
def provision_steps_get_with_events(
    context: RequestContext, cluster_id: str
) -> Sequence[tuple[models.ClusterProvisionStep, models.ClusterEvent | None]]:
    """Return the steps of a cluster, each with all its events.

    A step without events comes once, with None.
    """
    statement = (
        sa.select(_Step, _Event)
        .join(_Event, _Event.step_id == _Step.id, isouter=True)
        .where(query.equals(_Step.cluster_id, cluster_id))
        .order_by(_Step.sequence, _Event.sequence)
    )
    return context.session.execute(statement).all()


# Events are removed a few at a time. Rows are named before they are deleted,
# so that a statement locks those it deletes and no gaps beside them: others
# write and delete meanwhile.


@facade.reader
def provision_steps_completed(
    context: RequestContext, age: int, after: Any, limit: int
) -> Sequence[Any]:
    """Return steps that were completed successfully, in that order.

    :param age: seconds since then, at least
    :param after: the row to begin behind; None to begin with the first
    :returns: rows of ``id``, ``completed_at`` and ``sequence``
    """
    statement = (
        sa.select(_Step.id, _Step.completed_at, _Step.sequence)
        .where(_is_over(context, age))
        .order_by(_Step.completed_at, _Step.sequence)
        .limit(limit)
    )
    if after is not None:
        # The first term is a bound for an index, which the second is not.
        statement = statement.where(
            _Step.completed_at >= after.completed_at,
            sa.or_(
                _Step.completed_at > after.completed_at,
                _Step.sequence > after.sequence,
            ),
        )
    return context.session.execute(statement).all()


def _is_over(context: RequestContext, age: int) -> Any:
    before = database_time(context) - datetime.timedelta(seconds=age)
    return sa.and_(_Step.successful.is_(True), _Step.completed_at <= before)


@facade.reader
def cluster_events_purgeable(context: RequestContext, age: int) -> int:
    """Return how many events steps have that were completed successfully.

    :param age: seconds since then, at least
    """
    statement = (
        sa.select(sa.func.count())
        .select_from(_Event)
        .join(_Step, _Step.id == _Event.step_id)
        .where(_is_over(context, age))
    )
    return int(context.session.scalar(statement))


@facade.writer
def cluster_events_destroy_by_steps(
    context: RequestContext, step_ids: Collection[str], limit: int
) -> tuple[int, bool]:
    """Delete some events of steps.

    :returns: how many, at most ``limit``, and whether there may be more
    """
    sequences = list(
        context.session.scalars(
            sa.select(_Event.sequence)
            .where(_Event.step_id.in_(step_ids))
            .order_by(_Event.step_id, _Event.sequence)
            .limit(limit)
        )
    )
    return _destroy(context, sequences), len(sequences) == limit


@facade.reader
def cluster_events_last(context: RequestContext, cluster_id: str) -> int:
    """Return ``sequence`` of a cluster's newest event; 0 without any."""
    last = sa.select(sa.func.max(_Event.sequence))
    return context.session.scalar(_of_cluster(last, cluster_id)) or 0


@facade.writer
def cluster_events_destroy_by_cluster(
    context: RequestContext, cluster_id: str, last: int, limit: int
) -> int:
    """Delete some events of a cluster; return how many there were.

    :param last: ``sequence`` of the newest one to be deleted
    :returns: at most ``limit``; 0 when there are none
    """
    statement = _of_cluster(sa.select(_Event.sequence), cluster_id)
    sequences = list(
        context.session.scalars(
            statement.where(_Event.sequence <= last).limit(limit)
        )
    )
    _destroy(context, sequences)
    return len(sequences)


def _of_cluster(statement: Any, cluster_id: str) -> Any:
    join = _Step.id == _Event.step_id
    return statement.join(_Step, join).where(_Step.cluster_id == cluster_id)


def _destroy(context: RequestContext, sequences: Collection[int]) -> int:
    if not sequences:
        return 0
    return change(
        context, sa.delete(_Event).where(_Event.sequence.in_(sequences))
    )
