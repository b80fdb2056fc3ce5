# SPDX-License-Identifier: Apache-2.0
"""Lists of tasks."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from ext_lib import paging
from ext_lib.context import RequestContext
from ext_lib.db import query
from ext_lib.db.marker import Marker
from nova_ext.db import models
from nova_ext.db.api import task
from nova_ext.db.facade import facade

_Task = models.Task
_Server = models.TaskInstance
_Other = orm.aliased(_Task)
_KEYS = frozenset(('key', 'server', 'tag'))


@facade.reader
def task_get_all_by_filters(
    context: RequestContext,
    filters: Mapping[str, Any],
    page: paging.Page = paging.ALL,
) -> Sequence[models.Task]:
    """Return the tasks that pass all filters, newest first.

    Those of a server or a tag are in the order of their times; those of
    other lists in that of their numbers, so that planners cannot take the
    index of such a list for the order of the former.

    :param filters: any of ``key``, the id of a server or a tag; ``server``
        and ``tag``, which together must both fit; ``project_id``; ``state``,
        one or a list of which any will do; and ``changes-since``. A value of
        None is no filter.
    :param page: its marker is a uuid
    :raises MarkerNotFound: when no such task of the project has that uuid
    """
    given = {k: v for k, v in filters.items() if v is not None}
    marker = _marker(given.get('project_id'), page.marker)
    rows = []
    if page.limit != 0:
        is_keyed = not _KEYS.isdisjoint(given)
        ids = (_page if is_keyed else _numbers)(given, page, marker)
        rows = task.load(context, ids, by_number=not is_keyed)
    if not rows and marker is not None:
        marker.check(context)
    return rows


def _marker(project_id: str | None, uuid: str | None) -> Any:
    if uuid is None:
        return None
    if project_id is None:
        return Marker(_Other, uuid)
    return Marker(_Other, uuid, query.equals(_Other.project_id, project_id))


def _page(filters: Mapping[str, Any], page: paging.Page, marker: Any) -> Any:
    # One walk along an index for each thing the key may be, and for each
    # state: no index serves "either".
    walks = [
        query.paginate(statement, _Task, page, marker, *leads).subquery()
        for of_one_state in _by_state(filters)
        for statement, leads in _by_key(of_one_state)
    ]
    keys = sa.union(*(sa.select(w.c.id, w.c.created_at) for w in walks))
    found = keys.subquery().c
    return query.paginate(sa.select(found.id), found, page)


def _numbers(
    filters: Mapping[str, Any], page: paging.Page, marker: Any
) -> Any:
    walks = [
        _walk(of_one_state, page, marker).subquery()
        for of_one_state in _by_state(filters)
    ]
    if len(walks) == 1:
        return sa.select(walks[0].c.id)
    numbers = sa.union_all(*(sa.select(walk.c.id) for walk in walks))
    found = numbers.subquery().c.id
    return sa.select(found).order_by(found.desc()).limit(page.limit)


def _walk(filters: Mapping[str, Any], page: paging.Page, marker: Any) -> Any:
    statement = query.changed_between(sa.select(_Task.id), _Task, filters)
    for column in (_Task.project_id, _Task.state):
        value = filters.get(column.key)
        if value is None:
            continue
        condition = query.equals(column, value)
        if marker is not None:
            statement = statement.order_by(column.desc())
            condition = query.along(column, value)
        statement = statement.where(condition)
    if marker is not None:
        statement = statement.where(_Task.id < marker.id)
    return statement.order_by(_Task.id.desc()).limit(page.limit)


def _by_state(filters: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    wanted = filters.get('state')
    for state in wanted if isinstance(wanted, list) else [wanted]:
        yield {**filters, 'state': state}


def _by_key(filters: Mapping[str, Any]) -> Iterator[tuple[Any, list[Any]]]:
    """Yield a statement for each thing the key may be, and its leads."""
    statement = sa.select(_Task.id, _Task.created_at)
    leads = []
    if 'project_id' in filters:
        leads.append(_lead(_Task.project_id, filters['project_id']))
    if filters['state'] is not None:
        states = query.equals(_Task.state, filters['state'])
        statement = statement.where(states)
    statement = query.changed_between(statement, _Task, filters)
    key = filters.get('key')
    tag, server = filters.get('tag', key), filters.get('server', key)
    if 'server' in filters and tag is not None:
        statement = statement.where(query.equals(_Task.tag, tag))
    elif tag is not None:
        yield statement, [*leads, _lead(_Task.tag, tag)]
    if server is not None:
        yield from _by_server(statement, leads, server.lower())


def _by_server(
    statement: Any, leads: list[Any], server: str
) -> Iterator[tuple[Any, list[Any]]]:
    """Yield the statements for the tasks of a server, and their leads."""
    yield statement, [*leads, _lead(_Task.instance_uuid, server)]
    # A server is made once. To ask for that number leaves a planner no choice
    # but to look it up: along the order of the list it would read them all.
    made = sa.select(sa.func.max(_Server.task_id)).where(
        query.equals(_Server.instance_uuid, server)
    )
    yield statement.where(_Task.id == made.scalar_subquery()), leads


def _lead(column: Any, value: str) -> query.Lead:
    return query.Lead(column, value, never='')
