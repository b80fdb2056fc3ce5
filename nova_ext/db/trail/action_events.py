# SPDX-License-Identifier: Apache-2.0
"""Events of several actions."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from ext_lib.context import RequestContext
from ext_lib.db import query
from nova_ext.db.trail import models
from nova_ext.db.trail.facade import facade

#: What is read of an event; those who may not see it need no traceback.
EVENT = (
    'source_id', 'id', 'action_id', 'event', 'start_time', 'finish_time',
    'result', 'host', 'details', 'created_at',
)  # fmt: skip
EVENT_IN_FULL = (*EVENT, 'traceback')
_events = models.events
#: Condition that joins events to their actions.
IS_OF_ACTION = sa.and_(
    models.actions.c.source_id == _events.c.source_id,
    models.actions.c.id == _events.c.action_id,
)


def events_get(
    context: RequestContext,
    actions: Sequence[tuple[int, int]],
    columns: Sequence[str],
) -> Sequence[Any]:
    """Return the events of actions, those of each newest first.

    :param actions: their sources and numbers
    :param columns: EVENT or EVENT_IN_FULL
    """
    if not actions:
        return []
    by_source: dict[int, list[int]] = {}
    for source, number in actions:
        by_source.setdefault(source, []).append(number)
    t = _events.c
    is_theirs = sa.or_(
        *(
            sa.and_(t.source_id == source, t.action_id.in_(numbers))
            for source, numbers in by_source.items()
        )
    )
    statement = sa.select(*(t[name] for name in columns)).where(is_theirs)
    return facade.fetch(context, query.newest_first(statement, t))
