# SPDX-License-Identifier: Apache-2.0
"""Actions of all servers, newest first.

Each page is one walk along an index. Of a host it is a walk along its
events: an action has its place by the newest of them that fits.
"""

from collections.abc import Mapping, Sequence
import datetime
from typing import Any

import sqlalchemy as sa

from ext_lib import exception
from ext_lib import paging
from ext_lib.context import RequestContext
from ext_lib.db import query
from nova_ext.db.trail import models
from nova_ext.db.trail import record_id
from nova_ext.db.trail import rows
from nova_ext.db.trail import walks
from nova_ext.db.trail.facade import facade

#: What is read of an action, in this order.
ACTION = (
    'source_id', 'id', 'action', 'instance_uuid', 'request_id', 'user_id',
    'project_id', 'start_time', 'message', 'created_at', 'updated_at',
    'server_project_id', 'server_name', 'outcome',
)  # fmt: skip
#: What is read of an event; those who may not see it need no traceback.
EVENT = (
    'source_id', 'id', 'action_id', 'event', 'start_time', 'finish_time',
    'result', 'host', 'details', 'created_at',
)  # fmt: skip
EVENT_IN_FULL = (*EVENT, 'traceback')

_SPAN = ('since', 'before')
_OF_EVENTS = ('host', 'outcome', *_SPAN)
#: Filters that leave few actions, whatever happened on a host.
_NARROW = frozenset({'request_id', 'instance_uuid', 'server_name'})
_RESULTS = {rows.SUCCESS: 'Success', rows.ERROR: 'Error'}
_actions, _events = models.actions, models.events


def actions_get(
    context: RequestContext, filters: Mapping[str, Any], page: paging.Page
) -> Sequence[Any]:
    """Return a page of actions with the columns ACTION.

    :param filters: columns of the table of actions with the text that they
        hold; ``since`` and ``before``, datetimes of which the second does not
        belong to the span; and ``host``. With this one, ``outcome`` and the
        span are those of the events on the host.
    :param page: its marker is a RecordId
    :raises MarkerNotFound: when there is no such action
    """
    build = _of_host if 'host' in filters else _of_all
    marker = None
    if page.marker is not None:
        marker = _Marker(context, filters, page.marker)
    rows = []
    if page.limit != 0:
        found = build(context, filters)
        if marker is not None:
            found = found.where(marker.follows())
        rows = facade.fetch(context, found.limit(page.limit))
    if not rows and marker is not None:
        marker.check()
    return rows


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


def _of_all(context: RequestContext, filters: Mapping[str, Any]) -> Any:
    values = {k: v for k, v in filters.items() if k not in _SPAN}
    known = facade.indexes(context, _actions.name)
    leads = walks.of_actions(values, values.get('outcome'), known)
    statement = sa.select(*(_actions.c[name] for name in ACTION)).where(
        ~_actions.c.is_superseded,
        *_between(_actions, filters),
        *_equal(values, leads),
    )
    return walks.along(
        statement, _actions, {name: values[name] for name in leads}
    )


def _of_host(context: RequestContext, filters: Mapping[str, Any]) -> Any:
    values = {k: v for k, v in filters.items() if k not in _OF_EVENTS}
    newer = _events.alias('newer')
    is_newest = ~sa.exists(
        sa.select(sa.literal_column('1'))
        .select_from(newer)
        .where(
            newer.c.source_id == _events.c.source_id,
            newer.c.action_id == _events.c.action_id,
            query.precedes(
                (_events.c.created_at, _events.c.id),
                (newer.c.created_at, newer.c.id),
            ),
            *_on_host(newer, filters),
        )
    )
    statement = (
        sa.select(*(_actions.c[name] for name in ACTION))
        .select_from(_events.join(_actions, _is_its_event))
        .where(
            ~_actions.c.is_superseded,
            is_newest,
            *_equal(values),
        )
    )
    result = _RESULTS.get(filters.get('outcome', ''))
    leads = {'host': filters['host']}
    if not _NARROW.isdisjoint(values):
        found = statement.where(*_on_host(_events, filters))
        order = (_events.c[name].desc() for name in walks.ORDER)
        return found.order_by(*order)
    statement = statement.where(
        ~_events.c.is_superseded, *_between(_events, filters)
    )
    if result is not None:
        leads['result'] = result
    elif 'outcome' in filters:
        statement = statement.where(_events.c.result.is_(None))
    for dialect in walks.DIALECTS:
        statement = statement.prefix_with('STRAIGHT_JOIN', dialect=dialect)
    return walks.along(statement, _events, leads)


def _on_host(table: Any, filters: Mapping[str, Any]) -> list[Any]:
    """Return the conditions that an event is one that is asked for."""
    conditions = [
        ~table.c.is_superseded,
        query.equals(table.c.host, filters['host']),
        *_between(table, filters),
    ]
    if 'outcome' in filters:
        result = _RESULTS.get(filters['outcome'])
        conditions.append(table.c.result == result)
    return conditions


def _equal(values: Mapping[str, Any], leads: Sequence[str] = ()) -> list[Any]:
    return [
        query.equals(_actions.c[name], value)
        for name, value in values.items()
        if name not in leads
    ]


def _between(table: Any, filters: Mapping[str, Any]) -> list[Any]:
    moment: datetime.datetime | None
    conditions = []
    if (moment := filters.get('since')) is not None:
        conditions.append(table.c.created_at >= moment)
    if (moment := filters.get('before')) is not None:
        conditions.append(table.c.created_at < moment)
    return conditions


class _Marker:
    """The action after which a page begins.

    The statement of the page finds its time, so that one is enough. That
    there is no such action shows when the page is empty, and only then.
    """

    def __init__(
        self, context: RequestContext, filters: Mapping[str, Any], text: str
    ) -> None:
        self._context = context
        self._filters = filters
        self._text = text
        self._id = record_id.parse(text)

    def follows(self) -> Any:
        """Return the condition that a row comes after it.

        :raises MarkerNotFound: when it was on no host that is asked for
        """
        if 'host' in self._filters:
            return walks.before(_events, self._place_on_host())
        moment = self._statement(_actions.c.created_at).scalar_subquery()
        return walks.before(_actions, (moment, *self._id))

    def check(self) -> None:
        """Make sure that there is such an action.

        :raises MarkerNotFound: when there is none
        """
        self._one(self._statement(_actions.c.id))

    def _one(self, statement: Any) -> Any:
        found = facade.fetch(self._context, statement)
        if not found:
            raise exception.MarkerNotFound(marker=self._text)
        return found[0]

    def _statement(self, column: Any) -> Any:
        statement = sa.select(column).where(
            _actions.c.source_id == self._id.source_id,
            _actions.c.id == self._id.number,
        )
        owner = self._filters.get('server_project_id')
        if owner is None:
            return statement
        return statement.where(
            query.equals(_actions.c.server_project_id, owner)
        )

    def _place_on_host(self) -> Any:
        """Return where it stands among the events of a host.

        A step that had not ended on the page before may have done so since.
        """
        asked = sa.and_(*_on_host(_events, self._filters))
        statement = (
            self._statement(_events.c.created_at)
            .add_columns(_events.c.source_id, _events.c.id)
            .join(_events, _is_its_event)
            .where(query.equals(_events.c.host, self._filters['host']))
            .order_by(
                sa.case((asked, 0), else_=1),
                _events.c.created_at.desc(),
                _events.c.id.desc(),
            )
        )
        return self._one(statement.select_from(_actions).limit(1))


_is_its_event = sa.and_(
    _actions.c.source_id == _events.c.source_id,
    _actions.c.id == _events.c.action_id,
)
