# SPDX-License-Identifier: Apache-2.0
"""Lists of migrations."""

from collections.abc import Collection, Iterator, Mapping, Sequence
import datetime
import re
import types
from typing import Any

import sqlalchemy as sa

from ext_lib import exception
from ext_lib import paging
from ext_lib.context import RequestContext
from ext_lib.db import prepared
from ext_lib.db import query
from nova_ext.db import cells
from nova_ext.db import models
from nova_ext.db.api import migration_merge
from nova_ext.db.api import migration_walk
from nova_ext.db.api.migration import completed
from nova_ext.db.api.migration import identified_by
from nova_ext.db.api.migration import is_without_uuid
from nova_ext.db.api.migration import uuid_of
from nova_ext.db.facade import facade

_table = models.Migration.__table__
_Migration = _table.c

#: All columns, and those that the API shows.
ALL = tuple(_Migration.keys())
SHOWN = (
    'id', 'uuid', 'instance_uuid', 'status', 'migration_type',
    'source_compute', 'dest_compute', 'source_node', 'dest_node', 'dest_host',
    'old_instance_type_id', 'new_instance_type_id', 'hidden', 'user_id',
    'project_id', 'created_at', 'updated_at',
)  # fmt: skip

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

#: Of those filters whose values are few, what they may be.
_FEW: Mapping[str, Collection[str]] = {
    'migration_type': _Migration.migration_type.type.enums,
    'hidden': ('0', '1'),
}
_ENDS = (_Migration.source_compute, _Migration.dest_compute)

#: Filters for which there is an index of ours that gives the order, too.
_INDEXED = (
    'status', 'migration_type', 'instance_uuid', 'user_id', 'project_id',
    'source_compute', 'host',
)  # fmt: skip
#: Filters for which there is one of nova's that does not, and how many rows
#: of it are worth to be sorted.
_NOVAS = ('source_compute', 'host', 'changes-since')
_MANY = 2000

_NUMBER_BOUND = sa.bindparam('number', type_=sa.Integer())
_LIMIT = sa.bindparam('limit', type_=sa.Integer())
_MARKER = types.SimpleNamespace(
    created_at=sa.bindparam('created_at', type_=sa.DateTime()),
    id=sa.bindparam('id', type_=sa.Integer()),
)

#: Not a filter of the list, but of its marker.
_MARKER_PROJECT = 'marker_project_id'

#: Those of servers that are gone are never listed.
_ALIVE = query.Lead(_Migration.deleted, 0, never=-1)


def migration_get_all_by_filters(
    context: RequestContext,
    filters: Mapping[str, Any],
    page: paging.Page | None = None,
    columns: tuple[str, ...] = ALL,
) -> Sequence[Any]:
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
    :param columns: of the rows, in this order
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
        lists = [_List(there, filters, columns) for there in places]
        return [row for one in lists for row in one.everything()]
    answering = cells.Answering(context)
    if len(answering) > 1:
        several = _Cells(answering, filters, columns)
        return migration_merge.page(several, page)
    [(_, rows)] = answering.ask(
        lambda there: _List(there, filters, columns).page(page)
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
        self,
        answering: cells.Answering,
        filters: Mapping[str, Any],
        columns: tuple[str, ...] = ALL,
    ) -> None:
        self._answering = answering
        self._filters = filters
        self._columns = columns

    def find(self, marker: str) -> Sequence[migration_merge.Copy]:
        """Return a migration from each that has it, a deleted one too.

        :raises OutOfReach: when an unreachable one may have it
        """
        uuid = self._uuid_of(marker) if _ID.fullmatch(marker) else marker
        found = self._answering.ask(
            lambda there: _find(there, uuid, self._filters, is_of_list=True)
        )
        for shard, row in found.items():
            if row.newest is None:
                # There is nothing: cell0 of most clouds has no migrations.
                self._answering.leave(shard)
        rows = [row for row in found.values() if row.id is not None]
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
        return self._answering.ask(
            lambda there: self._list(there).read(limit, after)
        )

    def copies(
        self, uuids: Mapping[Any, Collection[str]]
    ) -> migration_merge.Rows:
        """Return the rows of each that have one of its ``uuids``."""
        return self._answering.ask(
            lambda there: self._list(there).named(uuids.get(there.shard, ()))
        )

    def _list(self, there: RequestContext) -> '_List':
        return _List(there, self._filters, self._columns)


class _List:
    """What one database has of a list.

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
        return self._fetch(_everything, {})

    def page(self, page: paging.Page) -> list[Any]:
        """Return the rows of a page, newest first.

        :raises MarkerNotFound: when there is no such row
        """
        after = None
        if page.marker is not None:
            after = _find(self._context, page.marker, self._filters)
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
        return self._fetch(_page, values, is_page, is_rest)

    def named(self, uuids: Collection[str]) -> list[Any]:
        """Return the rows that have one of ``uuids``."""
        if not uuids:
            return []
        return self._fetch(_named, {'uuids': list(uuids)})

    def _is_ordered(self) -> bool:
        """Return whether an index finds few rows, or all in their order."""
        present = facade.indexes(self._context, _table.name)
        given = [name for name in _INDEXED if name in self._filters]
        if 'host' in given:
            is_ours = all(_ours(end.key) in present for end in _ENDS)
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
        terms = _Terms({name: self._filters[name]})
        found = facade.fetch(
            self._context, terms.statement(_many), terms.parameters
        )
        return not found

    @property
    def is_dense(self) -> bool:
        """Whether most rows are in the list."""
        return not self._filters.keys() - {'hidden', _MARKER_PROJECT}

    def below(self, number: int | None, limit: int) -> list[Any]:
        """Return rows as :class:`migration_walk.Source` says."""
        values = {'number': number, 'limit': limit}
        return self._fetch(_below, values, number is None)

    def briefs(
        self, number: int | None, limit: int, upwards: bool = False
    ) -> list[migration_walk.Brief]:
        """Return rows as :class:`migration_walk.Source` says."""
        terms = _Terms(self._filters)
        statement = terms.statement(_briefs, number is None, upwards)
        values = {**terms.parameters, 'number': number, 'limit': limit}
        rows = facade.fetch(self._context, statement, values)
        return [migration_walk.Brief(*row) for row in rows]

    def numbered(self, numbers: Sequence[int]) -> list[Any]:
        """Return rows as :class:`migration_walk.Source` says."""
        return self._fetch(_numbered, {'numbers': list(numbers)})

    def _fetch(
        self, build: Any, values: Mapping[str, Any], *form: Any
    ) -> list[Any]:
        terms = _Terms(self._filters)
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


def _uuid_at(context: RequestContext, number: str) -> str | None:
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


class _Terms:
    """What filters compare columns with, as parameters where possible.

    :param parameters: the values of texts and times
    :param texts: the names of those that are texts
    :param others: values that are part of a statement
    :param form: the rest of what a statement of them depends on
    """

    def __init__(self, filters: Mapping[str, Any]) -> None:
        texts = {}
        few = {}
        self.others = {}
        names = (*_FILTERS, 'host' if 'host' in filters else 'source_compute')
        for name in names:
            value = filters.get(name)
            if value is None:
                continue
            if name in _FEW and isinstance(value, str) and value in _FEW[name]:
                few[name] = value
            elif name not in _FEW and query.is_plain(value):
                texts[name] = value
            else:
                self.others[name] = value
        self.texts = tuple(texts)
        times = {}
        if filters.get('changes-since') is not None:
            times['since'] = query.moment(filters['changes-since'])
        if filters.get('changes-before') is not None:
            times['before'] = query.moment(filters['changes-before'])
            times['latest'] = query.moment(filters['changes-before'], _CLOCKS)
        self.parameters = {**texts, **times}
        self.form = (tuple(few.items()), tuple(times))

    def statement(self, build: Any, *form: Any) -> Any:
        """Return the statement that ``build`` makes of them."""
        return prepared.statement(
            build, self.texts, self.others, *self.form, *form
        )


def _find(
    context: RequestContext,
    marker: str,
    filters: Mapping[str, Any],
    is_of_list: bool = False,
) -> Any:
    """Return the place of a marker, None if it is unknown.

    :param is_of_list: whether to say that it ``is_listed``, its uuid, and
        the ``newest`` number of all, even if it is unknown
    """
    terms = _Terms(filters if is_of_list else {})
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
        _place,
        (*terms.texts, *texts),
        {**terms.others, **others},
        *terms.form,
        is_of_list,
    )
    found = facade.fetch(context, statement, {**terms.parameters, **texts})
    return found[0] if found else None


def _place(
    terms: prepared.Terms, few: Any, times: Any, is_of_list: bool
) -> Any:
    columns = [_Migration.created_at, _Migration.id]
    is_meant = terms.get('is_meant')
    if is_meant is None:
        is_meant = query.equals(_Migration.uuid, terms['marker'])
    if 'owner' in terms:
        is_own = query.equals(_Migration.project_id, terms['owner'])
        is_meant = sa.and_(is_meant, is_own)
    if not is_of_list:
        return sa.select(*columns).where(is_meant)
    is_listed = _is_listed(terms, few, times).label('is_listed')
    newest = sa.select(sa.func.max(_Migration.id).label('newest')).subquery()
    columns += [_Migration.uuid, is_listed, newest.c.newest]
    return sa.select(*columns).select_from(newest.outerjoin(_table, is_meant))


def _everything(
    terms: prepared.Terms, few: Any, times: Any, columns: tuple[str, ...]
) -> Any:
    statement = sa.select(*(_Migration[name] for name in columns))
    is_listed = _is_listed(terms, few, times)
    return statement.where(is_listed).order_by(_Migration.id)


def _many(terms: prepared.Terms, few: Any, times: Any) -> Any:
    """Return the statement that finds a row when there are many."""
    conditions = [_Migration.deleted == 0, *_conditions(terms, few, times)]
    statement = sa.select(_Migration.id).where(*conditions)
    if 'host' in terms:
        # No index finds those of either end.
        ends = [
            statement.where(query.equals(end, terms['host']))
            .limit(_MANY + 1)
            .subquery()
            for end in _ENDS
        ]
        found = sa.union_all(*(sa.select(end.c.id) for end in ends))
        statement = sa.select(found.subquery().c.id)
    return statement.offset(_MANY).limit(1)


def _below(
    terms: prepared.Terms,
    few: Any,
    times: Any,
    columns: tuple[str, ...],
    is_all: bool,
) -> Any:
    statement = sa.select(*(_Migration[name] for name in columns))
    statement = statement.where(_is_listed(terms, few, times))
    return _by_number(statement, is_all, upwards=False)


def _briefs(
    terms: prepared.Terms, few: Any, times: Any, is_all: bool, upwards: bool
) -> Any:
    is_listed = _is_listed(terms, few, times)
    statement = sa.select(_Migration.id, _Migration.created_at, is_listed)
    return _by_number(statement, is_all, upwards)


def _by_number(statement: Any, is_all: bool, upwards: bool) -> Any:
    """Return the statement of a walk along the primary key."""
    if upwards:
        statement = statement.where(_Migration.id >= _NUMBER_BOUND)
    elif not is_all:
        statement = statement.where(_Migration.id < _NUMBER_BOUND)
    order = _Migration.id.asc() if upwards else _Migration.id.desc()
    for dialect in ('mysql', 'mariadb'):
        # It likes to look for all that is not deleted, and to sort that.
        statement = statement.with_hint(_table, 'USE INDEX (PRIMARY)', dialect)
    return statement.order_by(order).limit(_LIMIT)


def _numbered(
    terms: prepared.Terms, few: Any, times: Any, columns: tuple[str, ...]
) -> Any:
    statement = sa.select(*(_Migration[name] for name in columns))
    numbers = sa.bindparam('numbers', expanding=True, type_=sa.Integer())
    return statement.where(_Migration.id.in_(numbers))


def _named(
    terms: prepared.Terms, few: Any, times: Any, columns: tuple[str, ...]
) -> Any:
    statement = sa.select(*(_Migration[name] for name in columns))
    uuids = sa.bindparam('uuids', expanding=True, type_=sa.String())
    return statement.where(
        _is_listed(terms, few, times), _Migration.uuid.in_(uuids)
    )


def _page(
    terms: prepared.Terms,
    few: Any,
    times: Any,
    columns: tuple[str, ...],
    is_page: bool,
    is_rest: bool,
) -> Any:
    """Return the statement of a page, one walk along an index of ours."""
    page = paging.Page(_LIMIT if is_page else None)
    marker = _MARKER if is_rest else None
    shown = sa.select(*(_Migration[name] for name in columns))

    def walk(statement: Any, *more: Any) -> Any:
        conditions = _conditions(terms, few, times)
        statement = statement.where(*conditions, *more)
        return query.paginate(statement, _Migration, page, marker, _ALIVE)

    if 'host' not in terms:
        return walk(shown)
    # One walk for each end: no index serves "either", and together the two
    # find no more than two pages.
    walks = [
        walk(sa.select(_Migration.id), query.equals(end, terms['host']))
        for end in _ENDS
    ]
    keys = sa.union(*(sa.select(w.subquery().c.id) for w in walks)).subquery()
    statement = shown.join(keys, keys.c.id == _Migration.id)
    return query.paginate(statement, _Migration, page)


def _is_listed(terms: prepared.Terms, few: Any, times: Any) -> Any:
    """Return the condition that a migration is in a list."""
    conditions = [
        _Migration.deleted == 0,
        *_conditions(terms, few, times),
    ]
    if 'host' in terms:
        ends = [query.equals(end, terms['host']) for end in _ENDS]
        conditions.append(sa.or_(*ends))
    return sa.and_(*conditions)


def _conditions(terms: prepared.Terms, few: Any, times: Any) -> Iterator[Any]:
    """Yield the conditions of all filters but the host."""
    for name, value in (*terms.items(), *few):
        if name in (*_FILTERS, 'source_compute'):
            yield query.equals(_Migration[name], value)
    if 'since' in times:
        yield _Migration.updated_at >= sa.bindparam('since')
    if 'before' in times:
        yield _Migration.updated_at <= sa.bindparam('before')
        # What was last changed by then was created by then, give or take the
        # clocks of two hosts: begins the walk there.
        yield _Migration.created_at <= sa.bindparam('latest')
