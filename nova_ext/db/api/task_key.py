# SPDX-License-Identifier: Apache-2.0
"""Statements on idempotency keys of tasks.

A key has a row of its own beside that of its task, so that requests without
one cost nothing for it. It goes with the task, by the foreign key.
"""

from collections.abc import Mapping
from typing import Any

from oslo_db import exception as db_exception
import sqlalchemy as sa

from ext_lib.context import RequestContext
from nova_ext import exception
from nova_ext.db import models
from nova_ext.db.api import task as task_db
from nova_ext.db.facade import facade

_Key = models.TaskKey
_TABLE = models.TaskKey.__table__


@facade.writer
def task_create_with_key(
    context: RequestContext,
    values: Mapping[str, Any],
    key: Mapping[str, Any],
) -> int:
    """Store a task and its key, both or none, and return its number.

    :param values: columns of the task, ``uuid`` among them
    :param key: columns of the key: ``key`` and ``fingerprint``
    :raises TaskReservationExists: when the key or the reservation is
        another's
    """
    connection = context.session.connection()
    try:
        result = connection.execute(task_db.insertion(values), values)
        task_id = int(result.inserted_primary_key[0])
        connection.execute(sa.insert(_TABLE), {'task_id': task_id, **key})
    except db_exception.DBDuplicateEntry as error:
        raise exception.TaskReservationExists() from error
    return task_id


@facade.writer
def task_answer_with_key(
    context: RequestContext,
    task_id: int,
    values: Mapping[str, Any],
    ends: bool,
    stored: Mapping[str, Any],
) -> bool:
    """Store the answer to a task's request, with what a repeat gets.

    :param stored: columns of the key
    :returns: whether there was no answer before
    """
    if not task_db.task_answer(context, task_id, values, ends):
        return False
    statement = sa.update(_TABLE).where(_TABLE.c.task_id == task_id)
    context.session.connection().execute(statement.values(stored))
    return True


@facade.reader
def task_key_get(context: RequestContext, key: str) -> models.TaskKey | None:
    """Return a key, if it is in use."""
    found: models.TaskKey | None = context.session.scalars(
        sa.select(_Key).where(_Key.key == key)
    ).first()
    return found


def task_key_destroy(context: RequestContext, task_id: int) -> None:
    """Delete the key of a task, if it has one."""
    statement = sa.delete(_TABLE).where(_TABLE.c.task_id == task_id)
    facade.execute(context, statement)
