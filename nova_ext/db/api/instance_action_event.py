# SPDX-License-Identifier: Apache-2.0
"""Statements on the events of actions.

All that change the events of an action change the action first: the
transaction that has its row locked is alone with its events.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from ext_lib.context import RequestContext
from ext_lib.db import query
from ext_lib.db import text
from nova_ext import exception
from nova_ext.db import models
from nova_ext.db.api import instance_action
from nova_ext.db.facade import facade

_ERROR = 'Error'
#: The size of MySQL's TEXT.
_TEXT_BYTES = 65_535
_LONG_TEXTS = ('traceback', 'details')


@facade.writer
def action_event_start(
    context: RequestContext, values: Mapping[str, Any]
) -> models.InstanceActionEvent:
    """Store the beginning of a step of an action.

    :param values: columns, and ``instance_uuid`` and ``request_id`` of the
        action
    :raises InstanceActionNotFound: when there is none
    """
    action = _parent(context, values, values['start_time'])
    row = models.InstanceActionEvent(action_id=action.id, **_columns(values))
    context.session.add(row)
    context.session.flush()
    return row


@facade.writer
def action_event_finish(
    context: RequestContext, values: Mapping[str, Any]
) -> models.InstanceActionEvent:
    """Store the end of a step of an action.

    Of several steps of the same name on the same host it is the last one
    begun that has not ended.

    :param values: columns, and ``instance_uuid`` and ``request_id`` of the
        action; ``event`` and ``host`` say which step
    :raises InstanceActionNotFound: when there is no such action
    :raises InstanceActionEventNotFound: when it has no such step that runs
    """
    failed = values.get('result') == _ERROR
    action = _parent(context, values, values['finish_time'], failed)
    row = _last_running(context, action, values)
    row.update(_columns(values))
    context.session.flush()
    return row


def _columns(values: Mapping[str, Any]) -> dict[str, Any]:
    columns = dict(values)
    columns.pop('instance_uuid')
    columns.pop('request_id')
    for name in _LONG_TEXTS:
        if columns.get(name):
            # The frames nearest to a failure are the last ones.
            columns[name] = text.tail(columns[name], _TEXT_BYTES)
    return columns


def _parent(
    context: RequestContext,
    values: Mapping[str, Any],
    changed_at: Any,
    failed: bool = False,
) -> models.InstanceAction:
    uuid = values['instance_uuid']
    row = instance_action.find(context, uuid, values['request_id'])
    changes = {'updated_at': changed_at}
    if row is None and context.project_id is None:
        # A service does something of its own accord, after a restart for
        # instance. It belongs to what happened last and changes nothing
        # about when that was.
        row = instance_action.find_newest(context, uuid)
        changes = {'updated_at': models.InstanceAction.updated_at}
    if row is None:
        raise instance_action.not_found(values)
    if failed:
        changes['message'] = _ERROR
    _change(context, row, changes)
    return row


def _change(
    context: RequestContext,
    row: models.InstanceAction,
    changes: Mapping[str, Any],
) -> None:
    context.session.execute(
        sa.update(models.InstanceAction)
        .where(models.InstanceAction.id == row.id)
        .values(**changes),
        execution_options={'synchronize_session': False},
    )


def _last_running(
    context: RequestContext,
    action: models.InstanceAction,
    values: Mapping[str, Any],
) -> models.InstanceActionEvent:
    model = models.InstanceActionEvent
    statement = sa.select(model).where(
        model.action_id == action.id,
        model.event == values['event'],
        model.host == values.get('host'),
        model.finish_time.is_(None),
    )
    statement = query.newest_first(statement, model).limit(1)
    # MySQL would otherwise show what was there before the wait for the
    # action's row.
    row: models.InstanceActionEvent | None = context.session.scalars(
        statement.with_for_update()
    ).first()
    if row is None:
        raise exception.InstanceActionEventNotFound(
            event=values['event'], action_id=action.id
        )
    return row


@facade.reader
def action_events_get(
    context: RequestContext, *action_ids: int
) -> Sequence[models.InstanceActionEvent]:
    """Return the steps of actions, newest first."""
    model = models.InstanceActionEvent
    statement = sa.select(model).where(model.action_id.in_(action_ids))
    return list(context.session.scalars(query.newest_first(statement, model)))


@facade.reader
def actions_get_unfinished(
    context: RequestContext, *hosts: str
) -> Sequence[tuple[models.InstanceActionEvent, models.InstanceAction]]:
    """Return the steps that began on hosts and did not end, oldest first.

    :returns: pairs of the step and its action
    """
    event, action = models.InstanceActionEvent, models.InstanceAction
    statement = (
        sa.select(event, action)
        .join(action, action.id == event.action_id)
        .where(event.host.in_(hosts), event.finish_time.is_(None))
        .order_by(event.id)
    )
    return [tuple(row) for row in context.session.execute(statement)]
