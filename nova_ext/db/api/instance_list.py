# SPDX-License-Identifier: Apache-2.0
"""Lists of servers."""

from collections.abc import Mapping, Sequence
import functools
from typing import Any

from oslo_db import exception as db_exception
import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.ext import compiler
from sqlalchemy.sql import expression

from ext_lib import exception
from ext_lib import paging
from ext_lib.context import RequestContext
from ext_lib.db import query
from ext_lib.db import sorting
from ext_lib.db.marker import Marker
from nova_ext.db import models
from nova_ext.db.api import instance
from nova_ext.db.api import instance_network
from nova_ext.db.api import instance_related
from nova_ext.db.facade import facade

#: The order that has an index.
NEWEST_FIRST = (('created_at', 'desc'), ('id', 'desc'))

#: Filters that mean what they say: the column holds the value.
_EXACT = (
    'uuid', 'project_id', 'user_id', 'host', 'node', 'vm_state', 'task_state',
    'power_state', 'image_ref', 'instance_type_id', 'reservation_id',
    'availability_zone', 'key_name', 'config_drive', 'launch_index', 'locked',
    'locked_by', 'progress', 'root_device_name', 'launched_on', 'cleaned',
    'auto_disk_config', 'hidden',
)  # fmt: skip

#: Filters that are regular expressions, found anywhere in the column.
_PATTERNS = (
    'display_name', 'display_description', 'hostname',
    'access_ip_v4', 'access_ip_v6',
    'created_at', 'launched_at', 'terminated_at',
)  # fmt: skip

#: A regular expression, found in the address on the network.
_IP = 'ip'

_SOFT_DELETED = 'soft-delete'
_ALIVE = query.Lead(models.Instance.deleted, 0, never=-1)


@facade.reader
def instance_get_all_by_filters(
    context: RequestContext,
    filters: Mapping[str, Any],
    page: paging.Page = paging.ALL,
    sort: sorting.Sort = NEWEST_FIRST,
) -> Sequence[models.Instance]:
    """Return servers with all that belongs to them, in three statements.

    A caller who is not an administrator gets those of their project only.

    :param filters: columns, each with a value or a list of which any will
        do; names, descriptions, times, ``access_ip_v4`` and ``..._v6``, and
        ``ip``, the address on the network, are regular expressions.
        ``deleted``: False for the living, True for the dead, absent for the
        living or, with ``changes-since`` or ``changes-before``, for both.
        ``soft_deleted``: whether servers that
        wait to be reclaimed show. ``tags``, ``tags-any``, ``not-tags``,
        ``not-tags-any``: lists of str. A value of None is no filter.
    :param page: its marker is a uuid
    :param sort: pairs of column and ``asc`` or ``desc``
    :raises MarkerNotFound: when the caller sees no server of that uuid
    :raises Invalid: when a filter or ``sort`` makes no sense
    """
    if page.limit == 0:
        return []
    marker = _marker(context, page.marker)
    given = {k: v for k, v in filters.items() if v is not None}
    statement = _page(
        _filtered(context, given), _deleted(given) is False, page, sort, marker
    )
    rows = _run(context, statement, given)
    if not rows and marker is not None:
        marker.check(context)
    instance_related.load(context, rows)
    return rows


def _page(
    statement: Any,
    alive: bool,
    page: paging.Page,
    sort: sorting.Sort,
    marker: Any,
) -> Any:
    model = models.Instance
    if tuple(map(tuple, sort or NEWEST_FIRST)) == NEWEST_FIRST:
        lead = _ALIVE if alive else None
        return query.paginate(statement, model, page, marker, lead)
    if alive:
        statement = statement.where(model.deleted == 0)
    return sorting.paginate(statement, model, page, sort, marker)


def _marker(context: RequestContext, uuid: str | None) -> Any:
    if uuid is None:
        return None
    other = _other()
    if context.is_admin:
        return Marker(other, uuid)
    owner = context.project_id or ()
    return Marker(other, uuid, query.equals(other.project_id, owner))


@functools.cache
def _other() -> Any:
    # It configures the mapping, which processes that only read records of
    # servers do without.
    return orm.aliased(models.Instance)


def _run(
    context: RequestContext, statement: Any, filters: Mapping[str, Any]
) -> list[models.Instance]:
    try:
        return list(context.session.scalars(statement))
    except (db_exception.DBError, sa.exc.DBAPIError) as error:
        names = (*_PATTERNS, _IP)
        patterns = [filters[name] for name in names if name in filters]
        if not patterns:
            raise
        # Each database has a language of patterns of its own.
        raise exception.Invalid(f'Invalid pattern in {patterns}') from error


def _filtered(context: RequestContext, filters: Mapping[str, Any]) -> Any:
    model = models.Instance
    statement = instance.visible(context, sa.select(model))
    for name in _EXACT:
        if name in filters:
            statement = statement.where(
                query.equals(getattr(model, name), filters[name])
            )
    for name in _PATTERNS:
        if name in filters:
            statement = statement.where(
                _matches(_text(getattr(model, name)), filters[name])
            )
    if _IP in filters:
        statement = statement.where(_has_address(filters[_IP]))
    statement = query.changed_between(statement, model, filters)
    statement = _dead_or_waiting(statement, filters)
    return _tagged(statement, filters)


def _has_address(pattern: str) -> Any:
    m = orm.aliased(models.InstanceSystemMetadata)
    return sa.exists().where(
        m.instance_uuid == models.Instance.uuid,
        m.key == instance_network.KEY,
        _matches(instance_network.Address(m.key, m.value), pattern),
    )


class _AddressText(expression.FunctionElement):
    """The text of a column of addresses."""

    name = 'address_text'
    type = sa.String()
    inherit_cache = True


@compiler.compiles(_AddressText)
def _as_it_is(element: _AddressText, compile_: Any, **kwargs: Any) -> str:
    return str(compile_.process(element.clauses, **kwargs))


@compiler.compiles(_AddressText, 'postgresql')
def _as_host(element: _AddressText, compile_: Any, **kwargs: Any) -> str:
    # A cast would add the length of the network's prefix.
    return f'host({_as_it_is(element, compile_, **kwargs)})'


def _text(column: Any) -> Any:
    """Return what a pattern is looked for in."""
    if column.key.startswith('access_ip'):
        return _AddressText(column)
    if isinstance(column.type, sa.DateTime):
        return sa.cast(column, sa.String(30))
    return column


def _matches(column: Any, pattern: str) -> Any:
    return sa.false() if '\0' in pattern else column.regexp_match(pattern)


def _deleted(filters: Mapping[str, Any]) -> bool | None:
    changes = 'changes-since' in filters or 'changes-before' in filters
    deleted: bool | None = filters.get('deleted', None if changes else False)
    return deleted


def _dead_or_waiting(statement: Any, filters: Mapping[str, Any]) -> Any:
    # Those who are merely alive are up to _page.
    model = models.Instance
    deleted = _deleted(filters)
    if deleted is None:
        return statement
    waits = model.vm_state == _SOFT_DELETED
    if deleted:
        dead = model.deleted != 0
        if filters.get('soft_deleted', True):
            dead = sa.or_(dead, waits)
        return statement.where(dead)
    if filters.get('soft_deleted', False):
        return statement
    return statement.where(sa.or_(~waits, model.vm_state.is_(None)))


def _tagged(statement: Any, filters: Mapping[str, Any]) -> Any:
    uuid = models.Instance.uuid
    if 'tags' in filters:
        statement = statement.where(uuid.in_(_with_all(filters['tags'])))
    if 'not-tags' in filters:
        statement = statement.where(
            uuid.not_in(_with_all(filters['not-tags']))
        )
    if 'tags-any' in filters:
        statement = statement.where(uuid.in_(_with_any(filters['tags-any'])))
    if 'not-tags-any' in filters:
        statement = statement.where(
            uuid.not_in(_with_any(filters['not-tags-any']))
        )
    return statement


def _with_any(tags: Sequence[str]) -> Any:
    return sa.select(models.Tag.resource_id).where(
        query.equals(models.Tag.tag, list(tags))
    )


def _with_all(tags: Sequence[str]) -> Any:
    distinct = set(tags)
    return (
        _with_any(list(distinct))
        .group_by(models.Tag.resource_id)
        .having(sa.func.count() == len(distinct))
    )


@facade.reader
def instance_get_all_by_host(
    context: RequestContext, host: str
) -> Sequence[models.Instance]:
    """Return the servers on a host without what is in other tables."""
    statement = instance.visible(
        context,
        sa.select(models.Instance).where(
            models.Instance.host == host, models.Instance.deleted == 0
        ),
    )
    statement = query.newest_first(statement, models.Instance)
    return list(context.session.scalars(statement))
