# SPDX-License-Identifier: Apache-2.0
"""Lists of migrations."""

from collections.abc import Collection, Mapping, Sequence
import datetime
import re
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from ext_lib import exception
from ext_lib import paging
from ext_lib.context import RequestContext
from ext_lib.db import query
from nova_ext.db import cells
from nova_ext.db import models
from nova_ext.db.api import migration_merge
from nova_ext.db.api.migration import identified_by
from nova_ext.db.api.migration import uuid_of
from nova_ext.db.facade import facade

_Migration = models.Migration

#: How far the clocks of two hosts may be apart.
_CLOCKS = datetime.timedelta(hours=1)

_NUMBER = re.compile(r'\s*0*(\d*)')
#: A marker that is the number of a migration.
_ID = re.compile('[1-9][0-9]{0,17}')

#: Filters that are columns. The host is not: it is one of two.
_FILTERS = (
    'status',
    'migration_type',
    'instance_uuid',
    'user_id',
    'project_id',
    'hidden',
)

#: Not a filter of the list, but of its marker.
_MARKER_PROJECT = 'marker_project_id'

#: Those of servers that are gone are never listed.
_ALIVE = query.Lead(_Migration.deleted, 0, never=-1)


def migration_get_all_by_filters(
    context: RequestContext,
    filters: Mapping[str, Any],
    page: paging.Page | None = None,
) -> Sequence[models.Migration]:
    """Return the migrations that pass all filters, hidden ones too.

    :param filters: any of ``status``, ``migration_type``, ``instance_uuid``,
        ``user_id``, ``project_id``, ``hidden``, ``source_compute``,
        ``changes-since`` and ``changes-before``; with ``host``, which is
        either end of the way, ``source_compute`` is not looked at. With
        ``marker_project_id``, a marker of another project is unknown, so
        that the answer does not disclose its existence. A value of None is
        no filter.
    :param page: its marker is a uuid, a deleted migration's too, or its
        number, with which clients continue that know no uuids; newest first.
        None for all of them, oldest first
    :raises MarkerNotFound: when no migration has that uuid or number, or
        migrations of several cells have that number
    :raises OutOfReach: when a database is unreachable; of several, pages
        leave it out, unless they are told not to
    """
    if page is not None and page.limit == 0:
        return []
    filters = {k: v for k, v in filters.items() if v is not None}
    if isinstance(filters.get('hidden'), str):
        filters['hidden'] = _number(filters['hidden'])
    if page is None:
        # Not a page: what two cells have is listed twice.
        places = cells.each(context)
        return [row for there in places for row in _rows(there, filters)]
    answering = cells.Answering(context)
    if len(answering) > 1:
        return migration_merge.page(_Cells(answering, filters), page)
    [(_, rows)] = answering.ask(
        lambda there: _rows(there, filters, page)
    ).items()
    return rows


def _number(text: str) -> str:
    """Return the number that a text begins with; a word is 0.

    That is how MariaDB, on which a nova is asked, compares it with a boolean.
    """
    found = _NUMBER.match(text)
    assert found is not None  # nothing is a number, too
    return found[1] or '0'


class _Cells(migration_merge.Cells):
    """Queries to several databases for one list."""

    def __init__(
        self, answering: cells.Answering, filters: Mapping[str, Any]
    ) -> None:
        self._answering = answering
        self._filters = filters

    def find(self, marker: str) -> Sequence[migration_merge.Copy]:
        """Return a migration from each that has it, a deleted one too.

        :raises OutOfReach: when an unreachable one may have it
        """
        uuid = self._uuid_of(marker) if _ID.fullmatch(marker) else marker
        is_listed = _is_listed(self._filters).label('is_listed')
        found = self._answering.ask(
            lambda there: _find(
                there, uuid, self._filters, _Migration.uuid, is_listed
            )
        )
        rows = [row for row in found.values() if row is not None]
        if not rows:
            self._answering.check()
        return [
            migration_merge.Copy(
                migration_merge.Position(
                    row.created_at, row.id, row.uuid or uuid
                ),
                bool(row.is_listed),
            )
            for row in rows
        ]

    def _uuid_of(self, number: str) -> str:
        """Return the uuid of the only migration with a number, '' if none.

        :raises OutOfReach: when an unreachable one may have another
        """
        found = self._answering.ask(lambda there: _uuid_at(there, number))
        self._answering.check()
        uuids = {uuid for uuid in found.values() if uuid is not None}
        return uuids.pop() if len(uuids) == 1 else ''

    def read(
        self, limit: int | None, after: migration_merge.Position | None
    ) -> migration_merge.Rows:
        """Return the first rows after a place, and what may be there."""
        if after is not None:
            # Of the same moment and number, any cell may have one.
            after = after._replace(id=after.id + 1)
            limit = None if limit is None else limit + 1
        statement = _list(self._filters, paging.Page(limit), after)
        return self._answering.ask(lambda there: _read(there, statement))

    def copies(
        self, uuids: Mapping[Any, Collection[str]]
    ) -> migration_merge.Rows:
        """Return the rows of each that have one of its ``uuids``."""
        statement = sa.select(_Migration).where(_is_listed(self._filters))

        def ask(there: RequestContext) -> list[models.Migration]:
            wanted = uuids.get(there.shard)
            if not wanted:
                return []
            is_one = query.equals(_Migration.uuid, wanted)
            return _read(there, statement.where(is_one))

        return self._answering.ask(ask)


def _rows(
    context: RequestContext,
    filters: Mapping[str, Any],
    page: paging.Page | None = None,
) -> list[models.Migration]:
    """Return what one database has of a list."""
    marker = None
    if page is not None and page.marker is not None:
        marker = _find(context, page.marker, filters)
        if marker is None:
            raise exception.MarkerNotFound(marker=page.marker)
    return _read(context, _list(filters, page, marker))


@facade.reader
def _read(context: RequestContext, statement: Any) -> list[models.Migration]:
    rows = list(context.session.scalars(statement))
    for row in rows:
        if row.uuid is None:
            # Nothing to be stored: it only says by what it is known.
            uuid = uuid_of(context, row.id)
            orm.attributes.set_committed_value(row, 'uuid', uuid)
    return rows


@facade.reader
def _uuid_at(context: RequestContext, number: str) -> str | None:
    """Return the uuid of the migration with a number, None if none."""
    row = context.session.execute(
        sa.select(_Migration.id, _Migration.uuid).where(
            query.equals(_Migration.id, number)
        )
    ).first()
    return None if row is None else row.uuid or uuid_of(context, row.id)


@facade.reader
def _find(
    context: RequestContext,
    marker: str,
    filters: Mapping[str, Any],
    *columns: Any,
) -> Any:
    """Return the place of a marker and ``columns`` of it, None if unknown."""
    is_meant = (
        query.equals(_Migration.id, marker)
        if _ID.fullmatch(marker)
        else identified_by(context, marker)
    )
    statement = sa.select(_Migration.created_at, _Migration.id, *columns)
    statement = statement.where(is_meant)
    if _MARKER_PROJECT in filters:
        owner = filters[_MARKER_PROJECT]
        statement = statement.where(query.equals(_Migration.project_id, owner))
    return context.session.execute(statement).first()


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


def _is_listed(filters: Mapping[str, Any]) -> Any:
    """Return the condition that a migration is in a list."""
    statement = sa.select(_Migration).where(_Migration.deleted == 0)
    names = (*_FILTERS, *(() if 'host' in filters else ('source_compute',)))
    if 'host' in filters:
        ends = (_Migration.source_compute, _Migration.dest_compute)
        statement = statement.where(
            sa.or_(*(query.equals(end, filters['host']) for end in ends))
        )
    return _filtered(statement, filters, names).whereclause


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
