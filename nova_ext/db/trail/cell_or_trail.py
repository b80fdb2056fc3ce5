# SPDX-License-Identifier: Apache-2.0
"""Records of one server: from its cell, or from the trail if no cell has it.

The trail is asked only where one is configured, and no cell has the server.
"""

from collections.abc import Callable, Mapping, Sequence
import functools
from typing import Any, cast, Concatenate, ParamSpec, TypeVar

from ext_lib import exception as ext_exception
from ext_lib import paging
from ext_lib.context import get_admin_context
from ext_lib.context import RequestContext
from nova_ext import exception
from nova_ext.db.api import instance
from nova_ext.db.api import migration_list
from nova_ext.db.api import server_records
from nova_ext.db.trail import records
from nova_ext.db.trail.facade import is_configured

_P = ParamSpec('_P')
_R = TypeVar('_R')


_Records = Callable[Concatenate[RequestContext, str, _P], _R]


def _either(
    of_cell: _Records[_P, _R], of_trail: _Records[_P, _R]
) -> _Records[_P, _R]:
    """Return a function that asks the trail for a server no cell has."""

    @functools.wraps(of_cell)
    def ask(
        context: RequestContext,
        server_id: str,
        *args: _P.args,
        **kwargs: _P.kwargs,
    ) -> _R:
        try:
            return of_cell(context, server_id, *args, **kwargs)
        except exception.InstanceNotFound:
            # Of deleted servers cells do not show everything.
            if not _is_gone(server_id):
                raise
        return of_trail(context, server_id, *args, **kwargs)

    return cast('_Records[_P, _R]', ask)


actions_get = _either(server_records.actions_get, records.actions_get)
action_get = _either(server_records.action_get, records.action_get)
migrations_get = _either(server_records.migrations_get, records.migrations_get)


def migrations_list(
    context: RequestContext,
    filters: Mapping[str, Any],
    page: paging.Page | None,
    columns: tuple[str, ...],
) -> Sequence[Any]:
    """Return the migrations of a list, of one server or of all.

    Parameters and errors are those of
    :func:`migration_list.migration_get_all_by_filters`. The trail answers
    only for one server.
    """
    server_id = filters.get('instance_uuid')
    try:
        rows = migration_list.migration_get_all_by_filters(
            context, filters, page, columns
        )
    except ext_exception.MarkerNotFound:
        if not _is_gone(server_id):
            raise
        return records.migrations_of(context, filters, page, columns)
    if rows or not _is_gone(server_id):
        return rows
    return records.migrations_of(context, filters, page, columns)


def _is_gone(server_id: Any) -> bool:
    """Return whether no cell has a server, and the trail is to be asked.

    :param server_id: None when it is not about one server
    :raises OutOfReach: when a cell that does not answer may have it
    """
    if not is_configured() or server_id is None:
        return False
    try:
        instance.instance_get_ref(get_admin_context(), server_id, True)
    except exception.InstanceNotFound:
        return True
    return False
