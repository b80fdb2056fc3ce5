# SPDX-License-Identifier: Apache-2.0
"""Tasks of one server, for its timeline, where tasks are stored.

They are in the database in ``[database]``, if it has their table: that of this
service, or of the tasks filter of a nova. The database of a nova has none.
"""

from collections.abc import Sequence
import datetime
from typing import Any, NamedTuple

from oslo_config import cfg
import sqlalchemy as sa

from ext_lib.context import RequestContext
from ext_lib.db import query
from nova_ext.db import models
from nova_ext.db.facade import facade
from nova_ext.db.trail import record_id
from nova_ext.db.trail import server_history


class Task(NamedTuple):
    """Columns of a task that are read.

    :param is_of_several: whether it has made several servers
    """

    id: int
    uuid: str
    task: str
    state: str
    request_id: str | None
    user_id: str | None
    project_id: str | None
    tag: str | None
    code: int | None
    message: str | None
    created_at: datetime.datetime
    updated_at: datetime.datetime | None
    is_of_several: bool


#: Its columns, in this order.
TASK = Task._fields[:-1]
#: The source of tasks in their ids; those of records begin with 1.
SOURCE = 0
_KIND = server_history.KINDS[-1]
_tasks = models.Task.__table__
_others = models.TaskInstance.__table__.c


class _State:
    is_configured = False
    is_there = False


def configure(conf: cfg.ConfigOpts) -> None:
    """Take from ``[database]`` whether there may be a store of tasks."""
    _State.is_configured = bool(conf.database.connection)
    _State.is_there = False


def are_stored() -> bool:
    """Return whether this process reads a database that has tasks.

    :raises OutOfReach: when it does not answer; so do DBConnectionError and
        TimeoutError
    """
    if _State.is_configured and not _State.is_there:
        with facade.get_engine().connect() as connection:
            _State.is_there = sa.inspect(connection).has_table(_tasks.name)
    return _State.is_there


def entries_get(
    context: RequestContext,
    server_id: str,
    project_id: str | None,
    after: server_history.Place | None,
    limit: int,
) -> Sequence[Task]:
    """Return the first tasks of a server that come after a place.

    :param project_id: whose tasks; None for those of all
    """
    made = sa.select(sa.func.max(_others.task_id)).where(
        query.equals(_others.instance_uuid, server_id)
    )
    # A server is made once; no index serves "either".
    scans = [
        _scan(condition, project_id, after, limit)
        for condition in (
            query.equals(_tasks.c.instance_uuid, server_id),
            _tasks.c.id == made.scalar_subquery(),
        )
    ]
    numbers = sa.union(*(sa.select(walk.c.id) for walk in scans)).subquery()
    is_of_several = sa.exists(
        sa.select(_others.task_id).where(_others.task_id == _tasks.c.id)
    )
    statement = (
        sa.select(*(_tasks.c[name] for name in TASK), is_of_several)
        .join(numbers, numbers.c.id == _tasks.c.id)
        .order_by(_tasks.c.created_at, _tasks.c.id)
        .limit(limit)
    )
    return [Task(*row) for row in facade.fetch(context, statement)]


def _scan(
    condition: Any,
    project_id: str | None,
    after: server_history.Place | None,
    limit: int,
) -> Any:
    statement = sa.select(_tasks.c.id).where(condition)
    if project_id is not None:
        owned = query.equals(_tasks.c.project_id, project_id)
        statement = statement.where(owned)
    if after is not None:
        columns = (_tasks.c.created_at, sa.literal(SOURCE), _tasks.c.id)
        follows = server_history.follows(_KIND, after, columns)
        statement = statement.where(follows)
    order = _tasks.c.created_at, _tasks.c.id
    return statement.order_by(*order).limit(limit).subquery()


def place_of(
    context: RequestContext,
    server_id: str,
    project_id: str | None,
    marker: record_id.RecordId,
) -> server_history.Place | None:
    """Return the place of a task of a server, None if there is none.

    :param project_id: whose tasks; None for those of all
    """
    others = sa.select(_others.task_id).where(
        query.equals(_others.instance_uuid, server_id)
    )
    statement = sa.select(_tasks.c.created_at).where(
        _tasks.c.id == marker.number,
        sa.or_(
            query.equals(_tasks.c.instance_uuid, server_id),
            _tasks.c.id.in_(others),
        ),
    )
    if project_id is not None:
        owned = query.equals(_tasks.c.project_id, project_id)
        statement = statement.where(owned)
    found = facade.fetch(context, statement)
    if not found or marker.source_id != SOURCE:
        return None
    rank = server_history.KINDS.index(_KIND)
    return server_history.Place(found[0][0], rank, *marker)
