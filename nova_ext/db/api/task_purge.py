# SPDX-License-Identifier: Apache-2.0
"""Removal of tasks that are no longer needed."""

from collections.abc import Sequence
import datetime
from typing import Any

import sqlalchemy as sa

from ext_lib.context import RequestContext
from nova_ext.db import models
from nova_ext.db.facade import facade

_Task = models.Task
_Server = models.TaskInstance


@facade.reader
def tasks_get_old(
    context: RequestContext,
    column: str,
    before: datetime.datetime,
    after: datetime.datetime | None,
    limit: int,
) -> Sequence[tuple[int, datetime.datetime]]:
    """Return tasks by their age, each with its id and the moment looked at.

    :param column: which moment: ``ended_at`` or ``updated_at``
    :param after: where to continue; None to begin with the oldest
    """
    moment = getattr(_Task, column)
    statement = sa.select(_Task.id, moment).where(moment < before)
    if after is not None:
        # What was deleted a while ago may still stand in the index.
        statement = statement.where(moment >= after)
    rows = context.session.execute(statement.order_by(moment).limit(limit))
    return [(row[0], row[1]) for row in rows]


@facade.reader
def tasks_count_old(
    context: RequestContext,
    ended_before: datetime.datetime,
    unchanged_before: datetime.datetime,
) -> int:
    """Return how many tasks ended, or were changed last, before a moment."""
    return _count(context, _Task.ended_at < ended_before) + _count(
        context,
        _Task.updated_at < unchanged_before,
        sa.func.coalesce(_Task.ended_at, ended_before) >= ended_before,
    )


def _count(context: RequestContext, *conditions: Any) -> int:
    statement = sa.select(sa.func.count()).select_from(_Task)
    return int(context.session.scalar(statement.where(*conditions)))


@facade.writer
def tasks_destroy_old(
    context: RequestContext,
    ids: Sequence[int],
    column: str,
    before: datetime.datetime,
) -> int:
    """Delete those of some tasks that are still as old as they were.

    :returns: how many
    """
    # Locked by their ids alone: on MySQL a condition on an index would also
    # lock the place in it where new tasks go.
    rows = context.session.execute(
        sa.select(_Task.id, getattr(_Task, column))
        .where(_Task.id.in_(list(ids)))
        .with_for_update()
    )
    old = [id for id, moment in rows if moment and moment < before]
    several = sa.select(_Server.task_id).where(_Server.task_id.in_(old))
    with_servers = list(context.session.scalars(several.distinct()))
    for model, condition in (
        (_Server, _Server.task_id.in_(with_servers)),
        (_Task, _Task.id.in_(old)),
    ):
        context.session.execute(
            sa.delete(model).where(condition),
            execution_options={'synchronize_session': False},
        )
    return len(old)
