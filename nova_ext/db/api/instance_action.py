# SPDX-License-Identifier: Apache-2.0
"""Statements on actions: requests that changed a server."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from ext_lib import exception as ext_exception
from ext_lib import paging
from ext_lib.context import RequestContext
from ext_lib.db import query
from nova_ext import exception
from nova_ext.db import models
from nova_ext.db.facade import facade


@facade.writer
def action_start(
    context: RequestContext, values: Mapping[str, Any]
) -> models.InstanceAction:
    """Store an action.

    :param values: columns; ``updated_at`` is ``start_time`` when absent
    """
    values = {'updated_at': values.get('start_time'), **values}
    row = models.InstanceAction(**values)
    context.session.add(row)
    context.session.flush()
    return row


@facade.writer
def action_finish(
    context: RequestContext, values: Mapping[str, Any]
) -> models.InstanceAction:
    """Store that nothing more is to be done for an action.

    :param values: columns; ``instance_uuid`` and ``request_id`` say which
    :raises InstanceActionNotFound: when there is none
    """
    row = find(context, values['instance_uuid'], values['request_id'])
    if row is None:
        raise not_found(values)
    row.update(values)
    context.session.flush()
    return row


@facade.reader
def action_get_by_request_id(
    context: RequestContext, instance_uuid: str, request_id: str
) -> models.InstanceAction | None:
    """Return what a request did to a server, None when nothing."""
    return find(context, instance_uuid, request_id)


def find(
    context: RequestContext, instance_uuid: str, request_id: str | None
) -> models.InstanceAction | None:
    """Return the newest action of a request on a server, if there is one."""
    model = models.InstanceAction
    statement = query.newest_first(_of(instance_uuid), model).where(
        query.equals(model.request_id, request_id)
    )
    found: models.InstanceAction | None = context.session.scalars(
        statement.limit(1)
    ).first()
    return found


def find_newest(
    context: RequestContext, instance_uuid: str
) -> models.InstanceAction | None:
    """Return the newest action of a server, if there is one."""
    statement = query.newest_first(_of(instance_uuid), models.InstanceAction)
    found: models.InstanceAction | None = context.session.scalars(
        statement.limit(1)
    ).first()
    return found


def not_found(values: Mapping[str, Any]) -> exception.InstanceActionNotFound:
    """Return the error that says which action there is not."""
    return exception.InstanceActionNotFound(
        request_id=values['request_id'],
        instance_uuid=values['instance_uuid'],
    )


def _of(instance_uuid: str) -> Any:
    model = models.InstanceAction
    return sa.select(model).where(
        query.equals(model.instance_uuid, instance_uuid)
    )


@facade.reader
def actions_get(
    context: RequestContext,
    instance_uuid: str,
    page: paging.Page | None = None,
    filters: Mapping[str, Any] | None = None,
) -> Sequence[models.InstanceAction]:
    """Return the actions of a server, newest first.

    :param page: its marker is a request id; None for all actions
    :param filters: may have ``changes-since`` and ``changes-before``
    :raises MarkerNotFound: when the request did nothing to the server
    """
    page = page or paging.ALL
    if page.limit == 0:
        return []
    marker = None
    if page.marker is not None:
        marker = find(context, instance_uuid, page.marker)
        if marker is None:
            raise ext_exception.MarkerNotFound(marker=page.marker)
    model = models.InstanceAction
    lead = query.Lead(model.instance_uuid, instance_uuid, never='')
    statement = query.changed_between(sa.select(model), model, filters or {})
    statement = query.paginate(statement, model, page, marker, lead)
    return list(context.session.scalars(statement))


@facade.reader
def actions_without_events(
    context: RequestContext, instance_uuid: str
) -> Sequence[models.InstanceAction]:
    """Return the actions of a server that were accepted and never begun.

    Those that ended without any step are not among them.
    """
    model = models.InstanceAction
    statement = _of(instance_uuid).where(_is_not_begun())
    return list(context.session.scalars(query.newest_first(statement, model)))


@facade.reader
def actions_not_begun(
    context: RequestContext, limit: int
) -> Sequence[models.InstanceAction]:
    """Return those of the newest ``limit`` actions that were never begun."""
    model = models.InstanceAction
    newest = sa.select(sa.func.max(model.id)).scalar_subquery()
    statement = (
        sa.select(model)
        .where(model.id > newest - limit, _is_not_begun())
        .order_by(model.id)
    )
    return list(context.session.scalars(statement))


def _is_not_begun() -> Any:
    model, event = models.InstanceAction, models.InstanceActionEvent
    begun = sa.exists().where(event.action_id == model.id)
    return sa.and_(model.finish_time.is_(None), ~begun)
