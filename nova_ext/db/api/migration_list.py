# SPDX-License-Identifier: Apache-2.0
"""Lists of migrations."""

from collections.abc import Mapping, Sequence
import datetime
import heapq
import itertools
import re
from typing import Any, NamedTuple

import sqlalchemy as sa

from ext_lib import exception
from ext_lib import paging
from ext_lib.context import RequestContext
from ext_lib.db import query
from nova_ext.db import cells
from nova_ext.db import models
from nova_ext.db.api.migration import identified_by
from nova_ext.db.facade import facade

_Migration = models.Migration

#: How far the clocks of two hosts may be apart.
_CLOCKS = datetime.timedelta(hours=1)

_NUMBER = re.compile(r'\s*0*(\d*)')

#: Filters that are columns. The host is not: it is one of two.
_FILTERS = (
    'status',
    'migration_type',
    'instance_uuid',
    'user_id',
    'project_id',
    'hidden',
)

#: Those of servers that are gone are never listed.
_ALIVE = query.Lead(_Migration.deleted, 0, never=-1)


class _Place(NamedTuple):
    """Where in the list a migration is."""

    created_at: datetime.datetime
    id: int


def migration_get_all_by_filters(
    context: RequestContext,
    filters: Mapping[str, Any],
    page: paging.Page | None = None,
) -> Sequence[models.Migration]:
    """Return the migrations that pass all filters, hidden ones too.

    :param filters: any of ``status``, ``migration_type``, ``instance_uuid``,
        ``user_id``, ``project_id``, ``hidden``, ``source_compute``,
        ``changes-since`` and ``changes-before``; with ``host``, which is
        either end of the way, ``source_compute`` is not looked at. A value of
        None is no filter.
    :param page: its marker is a uuid, a deleted migration's too; newest first.
        None for all of them, oldest first
    :raises MarkerNotFound: when no migration has that uuid
    """
    if page is not None and page.limit == 0:
        return []
    filters = {k: v for k, v in filters.items() if v is not None}
    if isinstance(filters.get('hidden'), str):
        filters['hidden'] = _number(filters['hidden'])
    places = list(cells.each(context))
    markers = _markers(places, page)
    found = [
        _read(there, filters, page, marker)
        for there, marker in zip(places, markers, strict=True)
    ]
    if page is None:
        return list(itertools.chain(*found))
    merged = heapq.merge(*found, key=_age, reverse=True)
    return list(itertools.islice(merged, page.limit))


def _number(text: str) -> str:
    """Return the number that a text begins with; a word is 0.

    That is how MariaDB, on which a nova is asked, compares it with a boolean.
    """
    found = _NUMBER.match(text)
    assert found is not None  # nothing is a number, too
    return found[1] or '0'


@facade.reader
def _read(
    context: RequestContext,
    filters: Mapping[str, Any],
    page: paging.Page | None,
    marker: Any,
) -> Sequence[models.Migration]:
    return list(context.session.scalars(_list(filters, page, marker)))


def _age(row: models.Migration) -> tuple[datetime.datetime, int]:
    return (row.created_at, row.id)


def _markers(
    places: Sequence[RequestContext], page: paging.Page | None
) -> Sequence[Any]:
    """Return for each cell what its page begins after."""
    if page is None or page.marker is None:
        return [None] * len(places)
    for index, there in enumerate(places):
        found = _find(there, page.marker)
        if found is not None:
            # A row of the same moment and number comes after it in the
            # cells that follow, and has been on a page before in the others.
            tied = found._replace(id=found.id + 1)
            rest = len(places) - index - 1
            return [found] * (index + 1) + [tied] * rest
    raise exception.MarkerNotFound(marker=page.marker)


@facade.reader
def _find(context: RequestContext, uuid: str) -> _Place | None:
    row = context.session.execute(
        sa.select(_Migration.created_at, _Migration.id).where(
            identified_by(uuid)
        )
    ).first()
    return None if row is None else _Place(*row)


def _list(
    filters: Mapping[str, Any], page: paging.Page | None, marker: Any
) -> Any:
    if 'host' not in filters:
        names = (*_FILTERS, 'source_compute')
        statement = _filtered(sa.select(_Migration), filters, names)
        return _walk(statement, page, marker)
    ends = (_Migration.source_compute, _Migration.dest_compute)
    # One walk along an index for each end: no index serves "either", and
    # together the two find no more than two pages.
    walks = [_walk(_at(end, filters), page, marker) for end in ends]
    keys = sa.union(*(sa.select(w.subquery().c.id) for w in walks)).subquery()
    statement = sa.select(_Migration).join(keys, keys.c.id == _Migration.id)
    if page is None:
        return statement.order_by(_Migration.id)
    return query.paginate(statement, _Migration, page)


def _at(end: Any, filters: Mapping[str, Any]) -> Any:
    statement = _filtered(sa.select(_Migration.id), filters, _FILTERS)
    return statement.where(query.equals(end, filters['host']))


def _walk(statement: Any, page: paging.Page | None, marker: Any) -> Any:
    if page is not None:
        return query.paginate(statement, _Migration, page, marker, _ALIVE)
    return statement.where(_Migration.deleted == 0).order_by(_Migration.id)


def _filtered(
    statement: Any, filters: Mapping[str, Any], names: Sequence[str]
) -> Any:
    for name in names:
        if name in filters:
            statement = statement.where(
                query.equals(getattr(_Migration, name), filters[name])
            )
    if 'changes-before' in filters:
        # What was last changed by then was created by then, give or take the
        # clocks of two hosts: begins the walk there.
        latest = query.moment(filters['changes-before'], _CLOCKS)
        statement = statement.where(_Migration.created_at <= latest)
    return query.changed_between(statement, _Migration, filters)
