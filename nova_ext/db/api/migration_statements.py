# SPDX-License-Identifier: Apache-2.0
"""Statements of lists of migrations, each built once for its filters."""

from collections.abc import Collection, Iterator, Mapping
import datetime
import types
from typing import Any

import sqlalchemy as sa

from ext_lib import paging
from ext_lib.db import prepared
from ext_lib.db import query
from nova_ext.db import models

TABLE = models.Migration.__table__
_Migration = TABLE.c

#: How far the clocks of two hosts may be apart.
_CLOCKS = datetime.timedelta(hours=1)

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
ENDS = (_Migration.source_compute, _Migration.dest_compute)

#: How many rows are worth to be sorted.
_MANY = 2000

_NUMBER_BOUND = sa.bindparam('number', type_=sa.Integer())
_LIMIT = sa.bindparam('limit', type_=sa.Integer())
_MARKER = types.SimpleNamespace(
    created_at=sa.bindparam('created_at', type_=sa.DateTime()),
    id=sa.bindparam('id', type_=sa.Integer()),
)

_PLACE = ('created_at', 'id', 'uuid', 'is_listed')
#: Those of servers that are gone are never listed.
_ALIVE = query.Lead(_Migration.deleted, 0, never=-1)


#: Finds a row where there is one, be it deleted.
ANY = prepared.Prepared(sa.select(_Migration.id).limit(1))


class Terms:
    """Values of filters, parameters of a statement where possible.

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


def place(
    terms: prepared.Terms, few: Any, times: Any, is_of_list: bool
) -> Any:
    """Return the statement of the place of a marker."""
    columns = [_Migration.created_at, _Migration.id]
    is_meant = terms.get('is_meant')
    if is_meant is None:
        is_meant = query.equals(_Migration.uuid, terms['marker'])
    if 'owner' in terms:
        is_own = query.equals(_Migration.project_id, terms['owner'])
        is_meant = sa.and_(is_meant, is_own)
    if not is_of_list:
        return sa.select(*columns).where(is_meant)
    # A row in any case, without a scan for it.
    columns += [
        _Migration.uuid,
        _is_listed(terms, few, times).label('is_listed'),
    ]
    return sa.select(
        *(
            sa.select(column).where(is_meant).scalar_subquery().label(name)
            for name, column in zip(_PLACE, columns, strict=True)
        ),
    )


def everything(
    terms: prepared.Terms, few: Any, times: Any, columns: tuple[str, ...]
) -> Any:
    """Return the statement of a whole list, the oldest first."""
    statement = sa.select(*(_Migration[name] for name in columns))
    is_listed = _is_listed(terms, few, times)
    return statement.where(is_listed).order_by(_Migration.id)


def many(terms: prepared.Terms, few: Any, times: Any) -> Any:
    """Return the statement that finds a row when there are many."""
    conditions = [_Migration.deleted == 0, *_conditions(terms, few, times)]
    statement = sa.select(_Migration.id).where(*conditions)
    if 'host' in terms:
        # No index finds those of either end.
        ends = [
            statement.where(query.equals(end, terms['host']))
            .limit(_MANY + 1)
            .subquery()
            for end in ENDS
        ]
        found = sa.union_all(*(sa.select(end.c.id) for end in ends))
        statement = sa.select(found.subquery().c.id)
    return statement.offset(_MANY).limit(1)


def below(
    terms: prepared.Terms,
    few: Any,
    times: Any,
    columns: tuple[str, ...],
    is_all: bool,
) -> Any:
    """Return the statement of the rows of a list with lesser numbers."""
    statement = sa.select(*(_Migration[name] for name in columns))
    statement = statement.where(_is_listed(terms, few, times))
    return _by_number(statement, is_all, upwards=False)


def briefs(
    terms: prepared.Terms, few: Any, times: Any, is_all: bool, upwards: bool
) -> Any:
    """Return the statement of the places of all rows, be they listed."""
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
        statement = statement.with_hint(TABLE, 'USE INDEX (PRIMARY)', dialect)
    return statement.order_by(order).limit(_LIMIT)


def numbered(
    terms: prepared.Terms, few: Any, times: Any, columns: tuple[str, ...]
) -> Any:
    """Return the statement of rows by their numbers."""
    statement = sa.select(*(_Migration[name] for name in columns))
    numbers = sa.bindparam('numbers', expanding=True, type_=sa.Integer())
    return statement.where(_Migration.id.in_(numbers))


def named(
    terms: prepared.Terms, few: Any, times: Any, columns: tuple[str, ...]
) -> Any:
    """Return the statement of rows of a list by their uuids."""
    statement = sa.select(*(_Migration[name] for name in columns))
    uuids = sa.bindparam('uuids', expanding=True, type_=sa.String())
    return statement.where(
        _is_listed(terms, few, times), _Migration.uuid.in_(uuids)
    )


def page(
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
        for end in ENDS
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
        ends = [query.equals(end, terms['host']) for end in ENDS]
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
