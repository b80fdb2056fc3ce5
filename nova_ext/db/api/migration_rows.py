# SPDX-License-Identifier: Apache-2.0
"""Rows that one database has of a list of migrations."""

from collections.abc import Collection, Mapping, Sequence
import re
from typing import Any

import sqlalchemy as sa

from ext_lib import exception
from ext_lib import paging
from ext_lib.context import RequestContext
from ext_lib.db import prepared
from ext_lib.db import query
from nova_ext.db import cells
from nova_ext.db.api import migration_statements as statements
from nova_ext.db.api import migration_walk
from nova_ext.db.api.migration import completed
from nova_ext.db.api.migration import identified_by
from nova_ext.db.api.migration import is_without_uuid
from nova_ext.db.api.migration import uuid_of
from nova_ext.db.facade import facade

_Migration = statements.TABLE.c

#: A marker that is the number of a migration.
_ID = re.compile('[1-9][0-9]{0,17}')
#: Not a filter of the list, but of its marker.
_MARKER_PROJECT = 'marker_project_id'

#: Filters for which there is an index of ours that gives the order, too.
_INDEXED = (
    'status', 'migration_type', 'instance_uuid', 'user_id', 'project_id',
    'source_compute', 'host',
)  # fmt: skip
#: Filters for which there is one of nova's that does not.
_NOVAS = ('source_compute', 'host', 'changes-since')


class Rows:
    """A list of one database.

    :param columns: of the rows
    """

    def __init__(
        self,
        context: RequestContext,
        filters: Mapping[str, Any],
        columns: tuple[str, ...],
    ) -> None:
        self._context = context
        self._filters = filters
        self._columns = columns

    def everything(self) -> list[Any]:
        """Return all rows, the oldest first."""
        return self._fetch(statements.everything, {})

    def page(self, page: paging.Page) -> list[Any]:
        """Return the rows of a page, newest first.

        :raises MarkerNotFound: when there is no such row
        """
        after = None
        if page.marker is not None:
            after = find(self._context, page.marker, self._filters)
            if after is None:
                raise exception.MarkerNotFound(marker=page.marker)
        return self.read(page.limit, after)

    def read(self, limit: int | None, after: Any) -> list[Any]:
        """Return the first rows after a place, newest first.

        :param after: has its ``created_at`` and ``id``; None for the start
        """
        if limit is not None and not self._is_ordered():
            return migration_walk.page(self, limit, after, cells.clock_skew())
        values = {'limit': limit}
        if after is not None:
            values.update(created_at=after.created_at, id=after.id)
        is_page, is_rest = limit is not None, after is not None
        return self._fetch(statements.page, values, is_page, is_rest)

    def named(self, uuids: Collection[str]) -> list[Any]:
        """Return the rows that have one of ``uuids``."""
        if not uuids:
            return []
        return self._fetch(statements.named, {'uuids': list(uuids)})

    def _is_ordered(self) -> bool:
        """Return whether an index finds few rows, or all in their order."""
        present = facade.indexes(self._context, statements.TABLE.name)
        given = [name for name in _INDEXED if name in self._filters]
        if 'host' in given:
            is_ours = all(_ours(end.key) in present for end in statements.ENDS)
        else:
            wanted = [_ours(name) for name in given] or [_ours()]
            is_ours = not present.isdisjoint(wanted)
        return (
            is_ours
            or 'instance_uuid' in given
            or any(self._has_few(n) for n in _NOVAS if n in self._filters)
        )

    def _has_few(self, name: str) -> bool:
        """Return whether an index of nova's finds few rows by a filter."""
        terms = statements.Terms({name: self._filters[name]})
        found = facade.fetch(
            self._context, terms.statement(statements.many), terms.parameters
        )
        return not found

    @property
    def is_dense(self) -> bool:
        """Return whether most rows are in the list."""
        return not self._filters.keys() - {'hidden', _MARKER_PROJECT}

    def below(self, number: int | None, limit: int) -> list[Any]:
        """Return rows as :class:`migration_walk.Source` says."""
        values = {'number': number, 'limit': limit}
        return self._fetch(statements.below, values, number is None)

    def briefs(
        self, number: int | None, limit: int, upwards: bool = False
    ) -> list[migration_walk.Brief]:
        """Return rows as :class:`migration_walk.Source` says."""
        terms = statements.Terms(self._filters)
        statement = terms.statement(statements.briefs, number is None, upwards)
        values = {**terms.parameters, 'number': number, 'limit': limit}
        rows = facade.fetch(self._context, statement, values)
        return [migration_walk.Brief(*row) for row in rows]

    def numbered(self, numbers: Sequence[int]) -> list[Any]:
        """Return rows as :class:`migration_walk.Source` says."""
        return self._fetch(statements.numbered, {'numbers': list(numbers)})

    def _fetch(
        self, build: Any, values: Mapping[str, Any], *form: Any
    ) -> list[Any]:
        terms = statements.Terms(self._filters)
        statement = terms.statement(build, self._columns, *form)
        values = {**terms.parameters, **values}
        return self._rows(facade.fetch(self._context, statement, values))

    def _rows(self, rows: list[Any]) -> list[Any]:
        names, context = self._columns, self._context
        return [
            row
            if row.uuid is not None and row.migration_type is not None
            else completed(context, names, row)
            for row in rows
        ]


def has_any(context: RequestContext) -> bool:
    """Return whether a database has migrations, or had them once."""
    return facade.has_found(context, statements.ANY)


def uuid_at(context: RequestContext, number: str) -> str | None:
    """Return the uuid of the migration with a number, None if none."""
    statement = sa.select(_Migration.id, _Migration.uuid).where(
        query.equals(_Migration.id, number)
    )
    for row in facade.fetch(context, statement):
        return str(row.uuid or uuid_of(context, row.id))
    return None


def _ours(*names: str) -> tuple[str, ...]:
    """Return the columns of an index of ours."""
    return ('deleted', *names, 'created_at', 'id')


def find(
    context: RequestContext,
    marker: str,
    filters: Mapping[str, Any],
    is_of_list: bool = False,
) -> Any:
    """Return the place of a marker, None if it is unknown.

    :param is_of_list: whether to say that it ``is_listed``, and its uuid,
        even if it is unknown
    """
    terms = statements.Terms(filters if is_of_list else {})
    texts, others = {}, {}
    if _ID.fullmatch(marker):
        others['is_meant'] = query.equals(_Migration.id, marker)
    elif not query.is_plain(marker) or is_without_uuid(context, marker):
        others['is_meant'] = identified_by(context, marker)
    else:
        texts['marker'] = marker
    if _MARKER_PROJECT in filters:
        owner = filters[_MARKER_PROJECT]
        (texts if query.is_plain(owner) else others)['owner'] = owner
    statement = prepared.statement(
        statements.place,
        (*terms.texts, *texts),
        {**terms.others, **others},
        *terms.form,
        is_of_list,
    )
    found = facade.fetch(context, statement, {**terms.parameters, **texts})
    return found[0] if found else None


def is_number(marker: str) -> bool:
    """Return whether a marker is the number of a migration."""
    return bool(_ID.fullmatch(marker))
