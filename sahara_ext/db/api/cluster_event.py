# SPDX-License-Identifier: Apache-2.0
"""Queries of the events of steps."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from ext_lib import exception as ext_exception
from ext_lib import paging
from ext_lib.context import RequestContext
from ext_lib.db import query
from sahara_ext.db import models
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

    :param page: its marker is the id of an event of the step, be it one that
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
    marker = _of(step_id).where(query.equals(_table.c.id, page.marker))
    position = marker.with_only_columns(_table.c.sequence).scalar_subquery()
    statement = statement.where(_table.c.sequence > position)
    rest = _page(statement, page.limit).subquery()
    # The marker comes along: a page costs one question.
    found = _load(context, sa.union_all(marker, sa.select(rest)))
    events = sorted(found, key=lambda event: event.sequence)
    if not events:
        raise ext_exception.MarkerNotFound(marker=page.marker)
    return events[1:]


def _of(step_id: str) -> Any:
    return sa.select(_table).where(query.equals(_table.c.step_id, step_id))


def _page(statement: Any, limit: int | None) -> Any:
    order = (_table.c.step_id, _table.c.sequence)
    return statement.order_by(*order).limit(limit)


def _load(
    context: RequestContext, statement: Any
) -> Sequence[models.ClusterEvent]:
    rows: Sequence[models.ClusterEvent] = context.session.scalars(
        sa.select(_Event).from_statement(statement)
    ).all()
    return rows


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
    return [
        (step, event) for step, event in context.session.execute(statement)
    ]
