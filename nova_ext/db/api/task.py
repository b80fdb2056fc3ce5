# SPDX-License-Identifier: Apache-2.0
"""Statements on tasks: requests that change servers.

The times of a task are the database's own: processes whose clocks differ
agree on its age.
"""

from collections.abc import Mapping, Sequence
import datetime
import functools
from typing import Any

from oslo_db import exception as db_exception
import sqlalchemy as sa

from ext_lib.context import RequestContext
from ext_lib.db import clock
from ext_lib.db import query
from nova_ext import exception
from nova_ext.db import models
from nova_ext.db.facade import facade

_Task = models.Task
_Server = models.TaskInstance
#: What requests wait for is said without the mapper, and in few forms that
#: need to be compiled once.
_TABLE = models.Task.__table__
_ID = 'task_id'
_NOW = {'updated_at': clock.UTCNow()}


def task_create(
    context: RequestContext, values: Mapping[str, Any], ends: bool = False
) -> int:
    """Store a task and return its number.

    :param values: columns, ``uuid`` among them; ``created_at`` is now when
        absent
    :param ends: whether it is over already
    :raises TaskReservationExists: when its reservation is another's
    """
    try:
        result = facade.execute(context, insertion(values, ends), values)
    except db_exception.DBDuplicateEntry as error:
        # A connection that was lost may have stored this very task.
        task_id = _number(context, values['uuid'])
        if task_id is None:
            raise exception.TaskReservationExists() from error
        return task_id
    return int(result.inserted_primary_key[0])


def insertion(values: Mapping[str, Any], ends: bool = False) -> Any:
    """Return the statement that stores a task with such values."""
    times = ('created_at', 'updated_at', *(['ended_at'] if ends else []))
    return _insert(tuple(name for name in times if name not in values))


@functools.cache
def _insert(now: tuple[str, ...]) -> sa.sql.Insert:
    return sa.insert(_TABLE).values({name: clock.UTCNow() for name in now})


@facade.reader
def _number(context: RequestContext, uuid: str) -> int | None:
    statement = sa.select(_Task.id).where(_Task.uuid == uuid)
    return context.session.scalar(statement)


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
        query.equals(_TABLE.c[name], value) for name, value in expected.items()
    ]
    statement = (
        sa.update(_TABLE)
        .where(_TABLE.c.id == task_id, *conditions)
        .values({**_NOW, **values})
    )
    return bool(facade.execute(context, statement).rowcount)


def task_answer(
    context: RequestContext,
    task_id: int,
    values: Mapping[str, Any],
    ends: bool,
) -> bool:
    """Store the answer to a task's request, unless there was one before.

    :returns: whether there was none
    """
    statement = _answer(ends, 'state' in values)
    values = {'message': None, _ID: task_id, **values}
    return bool(facade.execute(context, statement, values).rowcount)


@functools.cache
def _answer(ends: bool, changes_state: bool) -> sa.sql.Update:
    values: dict[str, Any] = dict(_NOW)
    if ends or changes_state:
        values['ended_at'] = clock.UTCNow() if ends else None
    return (
        sa.update(_TABLE)
        .where(_TABLE.c.id == sa.bindparam(_ID), _TABLE.c.code.is_(None))
        .values(values)
    )


def task_create_answered(
    context: RequestContext, values: Mapping[str, Any], ends: bool
) -> int:
    """Store a task together with the answer, and return its number."""
    return task_create(context, values, ends)


@facade.writer
def task_instances_set(
    context: RequestContext, task_id: int, instance_uuids: Sequence[str]
) -> None:
    """Store which servers a task is about, unless that is stored."""
    known = sa.select(_Server.task_id).where(_Server.task_id == task_id)
    if instance_uuids and not context.session.scalars(known).first():
        rows = [
            {'task_id': task_id, 'position': n, 'instance_uuid': uuid}
            for n, uuid in enumerate(instance_uuids)
        ]
        context.session.execute(sa.insert(_Server), rows)


def task_destroy(context: RequestContext, uuid: str) -> None:
    """Delete a task that turned out to be none."""
    statement = sa.delete(_TABLE).where(_TABLE.c.uuid == uuid)
    facade.execute(context, statement)


@facade.reader
def task_get_by_uuid(
    context: RequestContext, uuid: str, project_id: str | None
) -> models.Task:
    """Return a task.

    :param project_id: the project it must belong to; None for any
    :raises TaskNotFound: when there is none
    """
    statement = _of(project_id).where(query.equals(_Task.uuid, uuid))
    for row in load(context, statement):
        return row
    raise exception.TaskNotFound(task_id=uuid)


@facade.reader
def task_get_by_reservation(
    context: RequestContext, reservation: str
) -> models.Task | None:
    """Return the task that holds a reservation, if one does."""
    statement = sa.select(_Task.id).where(_Task.reservation == reservation)
    return next(iter(load(context, statement)), None)


@facade.reader
def task_get_by_id(
    context: RequestContext, task_id: int
) -> models.Task | None:
    """Return the task of a number, if it is there."""
    statement = sa.select(_Task.id).where(_Task.id == task_id)
    return next(iter(load(context, statement)), None)


@facade.reader
def task_clock(context: RequestContext) -> datetime.datetime:
    """Return the time it is for tasks."""
    now: datetime.datetime = context.session.scalar(sa.select(clock.UTCNow()))
    return now


@facade.reader
def task_tag_exists(
    context: RequestContext, tag: str, project_id: str | None
) -> bool:
    """Return whether a task of the project, or of any, has a tag."""
    statement = _of(project_id).where(query.equals(_Task.tag, tag))
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


def _of(project_id: str | None) -> Any:
    statement = sa.select(_Task.id)
    if project_id is None:
        return statement
    return statement.where(query.equals(_Task.project_id, project_id))


def load(
    context: RequestContext, ids: Any, by_number: bool = False
) -> list[models.Task]:
    """Return the tasks of a statement that selects their ids, newest first.

    Each with what a request for several servers has made.

    :param by_number: order by numbers alone, whatever the times
    """
    wanted = ids.subquery()
    selected = sa.select(_Task, _Server.instance_uuid)
    order = (
        selected.order_by(_Task.id.desc())
        if by_number
        else query.newest_first(selected, _Task)
    )
    statement = (
        order.join(wanted, wanted.c.id == _Task.id)
        .outerjoin(_Server, _Server.task_id == _Task.id)
        .order_by(_Server.position)
    )
    servers: dict[models.Task, list[str]] = {}
    for row, uuid in context.session.execute(statement):
        servers.setdefault(row, []).extend([uuid] if uuid else [])
    for row, uuids in servers.items():
        row.instance_uuids = uuids
    return list(servers)
