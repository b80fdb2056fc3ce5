# SPDX-License-Identifier: Apache-2.0
"""Queries of the processes that work on clusters."""

from collections.abc import Sequence
import datetime
from typing import Any

import sqlalchemy as sa

from ext_lib.context import RequestContext
from ext_lib.db import clock
from sahara_ext.db import models
from sahara_ext.db.facade import change
from sahara_ext.db.facade import database_time
from sahara_ext.db.facade import facade

_Engine = models.Engine


@facade.writer
def engine_register(
    context: RequestContext, engine_id: str, host: str | None
) -> models.Engine:
    """Note a sign of life of an engine, the first one included."""
    now = engine_clock(context)
    row = context.session.get(_Engine, engine_id)
    if row is None:
        row = _Engine(id=engine_id, host=host, started_at=now)
        context.session.add(row)
    row.last_seen_at = now
    context.session.flush()
    return row


@facade.reader
def engines_get_all(
    context: RequestContext,
) -> Sequence[tuple[models.Engine, datetime.datetime]]:
    """Return the engines by host, each with the time it is now."""
    rows = context.session.execute(
        sa.select(_Engine, clock.UTCNow().label('now')).order_by(
            _Engine.host, _Engine.started_at, _Engine.id
        )
    )
    return [(row, now) for row, now in rows]


@facade.reader
def engine_clock(context: RequestContext) -> datetime.datetime:
    """Return the time signs of life are noted by."""
    return database_time(context)


@facade.writer
def engine_destroy(context: RequestContext, engine_id: str) -> None:
    """Delete an engine."""
    change(context, sa.delete(_Engine).where(_Engine.id == engine_id))


@facade.writer
def engines_destroy_others(context: RequestContext, engine_id: str) -> None:
    """Delete all engines but one."""
    change(context, sa.delete(_Engine).where(_Engine.id != engine_id))


@facade.writer
def engines_destroy_dead(
    context: RequestContext, before: datetime.datetime
) -> int:
    """Delete the engines not seen since a moment; return how many."""
    is_dead = _Engine.last_seen_at < before
    return change(context, sa.delete(_Engine).where(is_dead))


def is_alive(engine_id: Any, stale_before: datetime.datetime) -> Any:
    """Return the condition that an engine gave a sign of life since.

    :param engine_id: a column
    """
    alive = sa.select(_Engine.id).where(
        _Engine.id == engine_id, _Engine.last_seen_at >= stale_before
    )
    return alive.exists()
