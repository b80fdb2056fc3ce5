# SPDX-License-Identifier: Apache-2.0
"""Questions about requests that change servers.

The times of a task are the database's own: processes whose clocks differ
agree on its age.
"""

from collections.abc import Mapping, Sequence
import datetime
from typing import Any

from oslo_db import exception as db_exception
import sqlalchemy as sa

from ext_lib import exception as ext_exception
from ext_lib import paging
from ext_lib.context import RequestContext
from ext_lib.db import clock
from ext_lib.db import query
from nova_ext import exception
from nova_ext.db import models
from nova_ext.db.facade import facade

_Task = models.Task
_Server = models.TaskInstance


@facade.writer
def task_create(context: RequestContext, values: Mapping[str, Any]) -> int:
    """Store a task and return its number.

    :param values: columns; ``created_at`` is now when absent
    :raises TaskReservationExists: when its reservation is another's
    """
    now = {'created_at': clock.UTCNow(), 'updated_at': clock.UTCNow()}
    statement = sa.insert(_Task).values(**{**now, **values})
    try:
        result = context.session.execute(statement)
    except db_exception.DBDuplicateEntry as error:
        raise exception.TaskReservationExists() from error
    return int(result.inserted_primary_key[0])


@facade.writer
def task_update(
    context: RequestContext,
    task_id: int,
    values: Mapping[str, Any],
    expected: Mapping[str, Any],
) -> bool:
    """Change a task whose columns are still what they are expected to be.

    :param expected: values by column, or a list of which any will do
    :returns: whether they were
    """
    conditions = [
        query.equals(getattr(_Task, name), value)
        for name, value in expected.items()
    ]
    result = context.session.execute(
        sa.update(_Task)
        .where(_Task.id == task_id, *conditions)
        .values(updated_at=clock.UTCNow(), **values),
        execution_options={'synchronize_session': False},
    )
    return bool(result.rowcount)


@facade.writer
def task_answer(
    context: RequestContext,
    task_id: int,
    values: Mapping[str, Any],
    ends: bool,
) -> bool:
    """Store the answer to a task's request, unless there was one before.

    :returns: whether there was none
    """
    ended_at = clock.UTCNow() if ends else None
    values = {'message': None, **values, 'ended_at': ended_at}
    return task_update(context, task_id, values, {'code': None})


def task_create_answered(
    context: RequestContext, values: Mapping[str, Any], ends: bool
) -> int:
    """Store a task together with the answer, and return its number."""
    ended_at = clock.UTCNow() if ends else None
    return task_create(context, {**values, 'ended_at': ended_at})


@facade.writer
def task_instances_set(
    context: RequestContext, task_id: int, instance_uuids: Sequence[str]
) -> None:
    """Store which servers a task is about, if nobody has yet."""
    known = sa.select(_Server.task_id).where(_Server.task_id == task_id)
    if instance_uuids and not context.session.scalars(known).first():
        rows = [
            {'task_id': task_id, 'position': n, 'instance_uuid': uuid}
            for n, uuid in enumerate(instance_uuids)
        ]
        context.session.execute(sa.insert(_Server), rows)


@facade.writer
def task_destroy(context: RequestContext, task_id: int) -> None:
    """Forget a task that turned out to be none."""
    context.session.execute(sa.delete(_Task).where(_Task.id == task_id))


@facade.reader
def task_get_by_uuid(
    context: RequestContext, uuid: str, project_id: str | None
) -> models.Task:
    """Return a task.

    :param project_id: whose it must be; None for anybody's
    :raises TaskNotFound: when there is none
    """
    statement = _of(project_id).where(query.equals(_Task.uuid, uuid))
    row = context.session.scalars(statement).first()
    if row is None:
        raise exception.TaskNotFound(task_id=uuid)
    return _with_instances(context, [row])[0]


@facade.reader
def task_get_by_reservation(
    context: RequestContext, reservation: str
) -> models.Task | None:
    """Return the task that holds a reservation, if one does."""
    statement = sa.select(_Task).where(_Task.reservation == reservation)
    row = context.session.scalars(statement).first()
    return None if row is None else _with_instances(context, [row])[0]


@facade.reader
def task_clock(context: RequestContext) -> datetime.datetime:
    """Return the time it is for tasks."""
    now: datetime.datetime = context.session.scalar(sa.select(clock.UTCNow()))
    return now


@facade.reader
def task_tag_exists(
    context: RequestContext, tag: str, project_id: str | None
) -> bool:
    """Tell whether a task of the project, or of any, has a tag."""
    statement = _of(project_id, _Task.id).where(query.equals(_Task.tag, tag))
    return context.session.scalars(statement.limit(1)).first() is not None


@facade.reader
def task_claimed_instances(
    context: RequestContext, instance_uuids: Sequence[str]
) -> set[str]:
    """Return those servers of which a create is known already."""
    uuids = list(instance_uuids)
    made = sa.select(_Task.instance_uuid).where(
        _Task.instance_uuid.in_(uuids), _Task.task == 'create'
    )
    one_of_many = sa.select(_Server.instance_uuid).where(
        _Server.instance_uuid.in_(uuids)
    )
    return set(context.session.scalars(sa.union(made, one_of_many)))


@facade.reader
def task_get_all_by_filters(
    context: RequestContext,
    filters: Mapping[str, Any],
    page: paging.Page = paging.ALL,
) -> Sequence[models.Task]:
    """Return the tasks that pass all filters, newest first.

    :param filters: ``key``, the id of a server or a tag; any of
        ``project_id``, ``state`` and ``changes-since``
    :param page: its marker is a uuid
    :raises MarkerNotFound: when no such task of the project has that uuid
    """
    marker = _marker(context, filters.get('project_id'), page)
    if page.limit == 0:
        return []
    legs = (
        sa.select(query.paginate(leg, _Task, page, marker).subquery().c.id)
        for leg in _legs(filters)
    )
    keys = sa.union(*legs).subquery()
    statement = sa.select(_Task).join(keys, keys.c.id == _Task.id)
    rows = context.session.scalars(query.paginate(statement, _Task, page))
    return _with_instances(context, list(rows))


def _marker(
    context: RequestContext, project_id: str | None, page: paging.Page
) -> Any:
    if page.marker is None:
        return None
    statement = _of(project_id, _Task.created_at, _Task.id)
    row = context.session.execute(
        statement.where(query.equals(_Task.uuid, page.marker))
    ).first()
    if row is None:
        raise ext_exception.MarkerNotFound(marker=page.marker)
    return row


def _legs(filters: Mapping[str, Any]) -> list[Any]:
    # One walk along an index for each thing the key may be: no index serves
    # "either". A server is made once, so the last leg finds one task at most.
    key = filters['key']
    made_with_others = sa.select(_Server.task_id).where(
        query.equals(_Server.instance_uuid, key.lower())
    )
    conditions = (
        query.equals(_Task.tag, key),
        query.equals(_Task.instance_uuid, key.lower()),
        _Task.id.in_(made_with_others),
    )
    statement = _of(filters.get('project_id'), _Task.id, _Task.created_at)
    if filters.get('state') is not None:
        statement = statement.where(
            query.equals(_Task.state, filters['state'])
        )
    statement = query.changed_between(statement, _Task, filters)
    return [statement.where(condition) for condition in conditions]


def _of(project_id: str | None, *columns: Any) -> Any:
    statement = sa.select(*(columns or (_Task,)))
    if project_id is None:
        return statement
    return statement.where(query.equals(_Task.project_id, project_id))


def _with_instances(
    context: RequestContext, rows: list[models.Task]
) -> list[models.Task]:
    by_id: dict[int, list[str]] = {row.id: [] for row in rows}
    statement = (
        sa.select(_Server.task_id, _Server.instance_uuid)
        .where(_Server.task_id.in_(list(by_id)))
        .order_by(_Server.task_id, _Server.position)
    )
    if rows:
        for task_id, uuid in context.session.execute(statement):
            by_id[task_id].append(uuid)
    for row in rows:
        row.instance_uuids = by_id[row.id]
    return rows


@facade.writer
def tasks_purge(
    context: RequestContext,
    ended_before: datetime.datetime,
    unchanged_before: datetime.datetime,
    limit: int,
) -> int:
    """Forget tasks that ended, or that nobody has asked for, long ago.

    :returns: how many, at most ``limit``
    """
    ids = list(
        context.session.scalars(
            sa.select(_Task.id)
            .where(
                sa.or_(
                    _Task.ended_at < ended_before,
                    _Task.updated_at < unchanged_before,
                )
            )
            .limit(limit)
        )
    )
    for column in (_Server.task_id, _Task.id):
        context.session.execute(
            sa.delete(column.class_).where(column.in_(ids)),
            execution_options={'synchronize_session': False},
        )
    return len(ids)
