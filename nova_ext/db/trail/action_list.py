# SPDX-License-Identifier: Apache-2.0
"""Actions of all servers, newest first.

Each page is one index scan. With a host it is a scan of the events of that
host: an action has its place by the newest of them that fits.
"""

from collections.abc import Mapping, Sequence
import functools
from typing import Any

import sqlalchemy as sa

from ext_lib import exception
from ext_lib import paging
from ext_lib.context import RequestContext
from ext_lib.db import prepared
from ext_lib.db import query
from nova_ext.db.trail import action_events
from nova_ext.db.trail import index_scans
from nova_ext.db.trail import models
from nova_ext.db.trail import record_id
from nova_ext.db.trail import rows
from nova_ext.db.trail.facade import facade

#: What is read of an action, in this order.
ACTION = (
    'source_id', 'id', 'action', 'instance_uuid', 'request_id', 'user_id',
    'project_id', 'start_time', 'message', 'created_at', 'updated_at',
    'server_project_id', 'server_name', 'outcome',
)  # fmt: skip
_SPAN = ('since', 'before')
_OF_EVENTS = ('host', 'outcome', *_SPAN)
#: Filters that leave few actions, with any host.
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
    outcome = filters.get('outcome')
    leads: tuple[str, ...] = ()
    values = dict(filters)
    if 'host' not in filters:
        columns = filters.keys() - set(_SPAN)
        known = facade.indexes(context, _actions.name)
        leads = index_scans.of_actions(columns, outcome, known)
    marker = None
    if page.marker is not None:
        marker = _Marker(context, filters, page.marker)
        values |= marker.values()
    rows = []
    if page.limit != 0:
        names = tuple(sorted(filters))
        statement = _statement(names, outcome, leads, marker is not None)
        values['limit'] = page.limit
        rows = facade.fetch(context, statement, values)
    if not rows and marker is not None:
        marker.check()
    return rows


@functools.lru_cache(maxsize=1000)
def _statement(
    names: Sequence[str],
    outcome: str | None,
    leads: Sequence[str],
    is_after: bool,
) -> prepared.Prepared:
    """Return the statement of a page, made once for each of its forms.

    :param names: of the filters, which are its parameters
    :param leads: columns that begin the index
    :param is_after: whether the page has a marker
    """
    terms = {name: _parameter(name) for name in names}
    scanned, statement = _actions, None
    if 'host' in terms:
        scanned, statement = _events, _of_host(terms, outcome)
    else:
        statement = _of_all(terms, leads)
    if is_after:
        place = _place(terms)
        statement = statement.where(index_scans.before(scanned, place))
    limit = sa.bindparam('limit', type_=sa.Integer())
    return prepared.Prepared(statement.limit(limit))


def _parameter(name: str) -> Any:
    column = 'created_at' if name in _SPAN else name
    kind = _actions.c[column].type if name != 'host' else _events.c.host.type
    return sa.bindparam(name, type_=kind)


def _of_all(terms: Mapping[str, Any], leads: Sequence[str]) -> Any:
    values = {k: v for k, v in terms.items() if k not in _SPAN}
    statement = sa.select(*(_actions.c[name] for name in ACTION)).where(
        ~_actions.c.is_superseded,
        *_between(_actions, terms),
        *_equal(values, leads),
    )
    return index_scans.along(
        statement, _actions, {name: values[name] for name in leads}
    )


def _of_host(terms: Mapping[str, Any], outcome: str | None) -> Any:
    values = {k: v for k, v in terms.items() if k not in _OF_EVENTS}
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
            *_on_host(newer, terms, outcome),
        )
    )
    statement = (
        sa.select(*(_actions.c[name] for name in ACTION))
        .select_from(_events.join(_actions, action_events.IS_OF_ACTION))
        .where(
            ~_actions.c.is_superseded,
            is_newest,
            *_equal(values),
        )
    )
    leads = {'host': terms['host']}
    if not _NARROW.isdisjoint(values):
        found = statement.where(*_on_host(_events, terms, outcome))
        order = (_events.c[name].desc() for name in index_scans.ORDER)
        return found.order_by(*order)
    statement = statement.where(
        ~_events.c.is_superseded, *_between(_events, terms)
    )
    if outcome in _RESULTS:
        leads['result'] = _RESULTS[outcome]
    elif outcome is not None:
        statement = statement.where(_events.c.result.is_(None))
    for dialect in index_scans.DIALECTS:
        statement = statement.prefix_with('STRAIGHT_JOIN', dialect=dialect)
    return index_scans.along(statement, _events, leads)


def _on_host(
    table: Any, filters: Mapping[str, Any], outcome: str | None
) -> list[Any]:
    """Return the conditions that an event is one that is asked for."""
    conditions = [
        ~table.c.is_superseded,
        query.equals(table.c.host, filters['host']),
        *_between(table, filters),
    ]
    if outcome is not None:
        conditions.append(table.c.result == _RESULTS.get(outcome))
    return conditions


def _equal(values: Mapping[str, Any], leads: Sequence[str] = ()) -> list[Any]:
    return [
        query.equals(_actions.c[name], value)
        for name, value in values.items()
        if name not in leads
    ]


def _between(table: Any, filters: Mapping[str, Any]) -> list[Any]:
    conditions = []
    if (moment := filters.get('since')) is not None:
        conditions.append(table.c.created_at >= moment)
    if (moment := filters.get('before')) is not None:
        conditions.append(table.c.created_at < moment)
    return conditions


class _Marker:
    """The action after which a page begins.

    The statement of the page reads its time, too, so that one is enough. Only
    when the page is empty, another one checks that the action exists.
    """

    def __init__(
        self, context: RequestContext, filters: Mapping[str, Any], text: str
    ) -> None:
        self._context = context
        self._filters = filters
        self._text = text
        self._id = record_id.parse(text)

    def values(self) -> dict[str, Any]:
        """Return parameters of the page.

        :raises MarkerNotFound: when it was on no host that is asked for
        """
        moment, (source_id, number) = None, self._id
        if 'host' in self._filters:
            moment, source_id, number = self._place_on_host()
        return {
            'marker_time': moment,
            'marker_source': source_id,
            'marker_number': number,
        }

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
        """Return its place among the events of a host.

        An event that had not ended on the page before may have ended since.
        """
        outcome = self._filters.get('outcome')
        asked = sa.and_(*_on_host(_events, self._filters, outcome))
        statement = (
            self._statement(_events.c.created_at)
            .add_columns(_events.c.source_id, _events.c.id)
            .join(_events, action_events.IS_OF_ACTION)
            .where(query.equals(_events.c.host, self._filters['host']))
            .order_by(
                sa.case((asked, 0), else_=1),
                _events.c.created_at.desc(),
                _events.c.id.desc(),
            )
        )
        return self._one(statement.select_from(_actions).limit(1))


def _place(terms: Mapping[str, Any]) -> tuple[Any, Any, Any]:
    """Return the place of a marker, as SQL of its parameters."""
    source_id = sa.bindparam('marker_source', type_=sa.Integer())
    number = sa.bindparam('marker_number', type_=sa.BigInteger())
    if 'host' in terms:
        kind = _events.c.created_at.type
        return sa.bindparam('marker_time', type_=kind), source_id, number
    marker = _actions.alias('marker').c
    moment = sa.select(marker.created_at).where(
        marker.source_id == source_id, marker.id == number
    )
    owner = terms.get('server_project_id')
    if owner is not None:
        moment = moment.where(marker.server_project_id == owner)
    return moment.scalar_subquery(), source_id, number
