# SPDX-License-Identifier: Apache-2.0
"""Parts of queries for lists: order, page by key, span of time."""

from collections.abc import Mapping, Sequence
import dataclasses
import datetime
from typing import Any

from oslo_utils import timeutils
import sqlalchemy as sa
from sqlalchemy.ext import compiler
from sqlalchemy.sql import expression

from ext_lib import paging
from ext_lib.db import text

_SINCE = 'changes-since'
_BEFORE = 'changes-before'
#: The ends of the calendar.
_FIRST = datetime.datetime.min  # noqa: DTZ901 (as databases keep it)
_LAST = datetime.datetime.max  # noqa: DTZ901
#: How clients spell booleans that are compared as they stand.
_BOOLEANS: Mapping[Any, bool] = {'0': False, '1': True}
#: The integers of every database have at least this many.
_DIGITS = 18


@dataclasses.dataclass(frozen=True)
class Lead:
    """The column an index begins with, and the value a list holds it at.

    :param never: a lesser value that no row has
    """

    column: Any
    value: Any
    never: Any


def newest_first(statement: sa.sql.Select, model: Any) -> sa.sql.Select:
    """Order by creation, the latest row first."""
    return statement.order_by(model.created_at.desc(), model.id.desc())


def paginate(
    statement: sa.sql.Select,
    model: Any,
    page: paging.Page,
    marker: Any = None,
    *leads: Lead | None,
) -> sa.sql.Select:
    """Return the rows of ``page``, newest first.

    An index that begins with ``leads``, continues with what ``statement``
    filters by and ends with ``created_at, id`` makes every page cost the
    same.

    :param marker: row of ``page.marker``, of which ``created_at`` and ``id``
        are needed, be they SQL; None to begin with the newest
    :param leads: filter, too; None among them is passed over
    """
    for lead in filter(None, leads):
        if marker is not None:
            statement = _along(statement, lead)
        else:
            statement = statement.where(equals(lead.column, lead.value))
    if marker is not None:
        statement = statement.where(_older(model, marker))
    statement = newest_first(statement, model)
    return statement if page.limit is None else statement.limit(page.limit)


def _along(statement: sa.sql.Select, lead: Lead) -> sa.sql.Select:
    # With a plain equality MySQL likes to look the value up and to read all
    # pages before this one; a choice of two makes it begin at the marker.
    # The order says what the equality would have implied.
    kind = lead.column.type
    choice = _Along(
        lead.column, as_sql(lead.value, kind), sa.literal(lead.never, kind)
    )
    statement = statement.order_by(lead.column.desc())
    return statement.where(choice if _fits(kind, lead.value) else sa.false())


def along(column: Any, value: Any, never: str = '') -> Any:
    """Return the condition that a column of text holds ``value``.

    It makes MySQL walk an index that begins with the column from where other
    conditions say, instead of from where the value begins. The statement has
    to be ordered by the column first.

    :param value: a text, or SQL
    :param never: a value that no row has
    """
    if not _fits(column.type, value):
        return sa.false()
    kind = column.type
    return _Along(column, as_sql(value, kind), sa.literal(never, kind))


def changed_between(
    statement: sa.sql.Select, model: Any, filters: Mapping[str, Any]
) -> sa.sql.Select:
    """Keep the rows last changed in a span of time, its ends included.

    :param filters: may have ``changes-since`` and ``changes-before``, each a
        datetime, ISO 8601 text or SQL; other keys are not looked at
    """
    ends = {name: filters.get(name) for name in (_SINCE, _BEFORE)}
    for name, end in ends.items():
        if end is not None:
            bound = end if _is_sql(end) else moment(end)
            is_late = model.updated_at >= bound
            is_early = model.updated_at <= bound
            statement = statement.where(
                is_late if name == _SINCE else is_early
            )
    return statement


def moment(
    value: datetime.datetime | str,
    margin: datetime.timedelta = datetime.timedelta(),
) -> datetime.datetime:
    """Return ``value`` as databases keep it: UTC, without a zone.

    What lies beyond the ends of the calendar is moved there.

    :param margin: is added
    """
    if isinstance(value, str):
        value = timeutils.parse_isotime(value)
    try:
        return timeutils.normalize_time(value) + margin
    except OverflowError:
        early = value.year == datetime.MINYEAR
        return _FIRST if early else _LAST


def equals(column: Any, value: Any) -> Any:
    """Return the condition that ``column`` holds ``value``, which may be SQL.

    A list, tuple or set asks for any of its values, None among them. What
    the column cannot hold, whatever a client sent, matches no row; databases
    disagree on whether asking for it is an error.
    """
    if _is_sql(value):
        return column == value
    several = isinstance(value, (list, tuple, set, frozenset))
    wanted = list(value) if several else [value]
    held = [_held(column.type, v) for v in wanted if _fits(column.type, v)]
    conditions = [column.is_(None)] if None in wanted else []
    if any(_is_astral(value) for value in held):
        column = _Comparable(column)
    if len(held) == 1:
        conditions.append(column == held[0])
    elif held:
        conditions.append(column.in_(held))
    return sa.or_(*conditions) if conditions else sa.false()


def is_plain(value: Any) -> bool:
    """Return whether a text can be a parameter of a column of text.

    :func:`equals` knows what to do with any other.
    """
    return isinstance(value, str) and value.isascii() and '\0' not in value


def _fits(kind: Any, value: Any) -> bool:
    if value is None:
        return False
    if _is_sql(value):
        return True
    if isinstance(kind, sa.Enum):
        return value in kind.enums
    if isinstance(kind, sa.Boolean):
        return value in (*_BOOLEANS, True, False)
    if isinstance(kind, sa.Integer):
        return str(value).isdecimal() and len(str(value)) <= _DIGITS
    return text.storable(str(value)) == str(value)


def _held(kind: Any, value: Any) -> Any:
    if isinstance(kind, sa.Boolean):
        return _BOOLEANS.get(value, value)
    if isinstance(kind, sa.Integer):
        return int(value)
    return str(value)


class _Along(expression.FunctionElement):
    """SQL: a column, the first argument, is the second, never the third."""

    name = 'along'
    inherit_cache = True


@compiler.compiles(_Along)
def _as_equality(element: _Along, compile_: Any, **kwargs: Any) -> str:
    column, value, _ = element.clauses
    return str(compile_.process(column == value, **kwargs))


@compiler.compiles(_Along, 'mysql', 'mariadb')
def _as_choice(element: _Along, compile_: Any, **kwargs: Any) -> str:
    terms = (compile_.process(c, **kwargs) for c in element.clauses)
    return '{} IN ({}, {})'.format(*terms)


def _is_astral(value: Any) -> bool:
    return isinstance(value, str) and any(c > '\uffff' for c in value)


class _Comparable(expression.FunctionElement):
    """A column of text that can be compared with any."""

    name = 'comparable'
    inherit_cache = True


@compiler.compiles(_Comparable)
def _as_it_is(element: _Comparable, compile_: Any, **kwargs: Any) -> str:
    return str(compile_.process(element.clauses, **kwargs))


@compiler.compiles(_Comparable, 'mysql', 'mariadb')
def _as_utf8mb4(element: _Comparable, compile_: Any, **kwargs: Any) -> str:
    # nova's columns hold three-byte UTF-8; to compare one with more is an
    # error otherwise. The usual collation holds all the rest of Unicode for
    # one and the same character.
    column = _as_it_is(element, compile_, **kwargs)
    return f'(CONVERT({column} USING utf8mb4) COLLATE utf8mb4_bin)'


class _Precedes(expression.FunctionElement):
    """SQL: ``(a, b)`` of a row is less than ``(x, y)``; takes all of them."""

    name = 'precedes'
    inherit_cache = True


def precedes(some: Sequence[Any], other: Sequence[Any]) -> Any:
    """Return the condition that a pair is less than another one.

    :param some: columns, or bounds of as many; two or more, the first decides
    """
    return _Precedes(*some, *other)


def _older(model: Any, marker: Any) -> Any:
    columns = (model.created_at, model.id)
    return precedes(columns, [bound(marker, column) for column in columns])


def bound(marker: Any, column: Any) -> Any:
    """Return what a marker has in ``column``, as SQL.

    :param marker: a row, or anything with SQL in place of its values
    """
    return as_sql(getattr(marker, column.key), column.type)


def as_sql(value: Any, kind: Any) -> Any:
    """Return ``value``, which may be SQL already, as SQL of a type."""
    return value if _is_sql(value) else sa.literal(value, kind)


def _is_sql(value: Any) -> bool:
    return isinstance(value, sa.sql.ClauseElement)


@compiler.compiles(_Precedes)
def _as_row_value(element: _Precedes, compile_: Any, **kwargs: Any) -> str:
    terms = [compile_.process(c, **kwargs) for c in element.clauses]
    middle = len(terms) // 2
    return f'({", ".join(terms[:middle])}) < ({", ".join(terms[middle:])})'


@compiler.compiles(_Precedes, 'mysql', 'mariadb')
def _as_ranges(element: _Precedes, compile_: Any, **kwargs: Any) -> str:
    # MySQL scans for a row value, while it takes this for what it is, ranges
    # of one index. Parameters count by position, hence each again.
    terms = list(element.clauses)
    middle = len(terms) // 2

    def compare(place: int, sign: str) -> str:
        column, value = terms[place], terms[middle + place]
        return (
            f'{compile_.process(column, **kwargs)} {sign} '
            f'{compile_.process(value, **kwargs)}'
        )

    def as_range(place: int) -> str:
        less = compare(place, '<')
        if place + 1 == middle:
            return less
        return f'({less} OR ({compare(place, "=")} AND {as_range(place + 1)}))'

    return as_range(0)
