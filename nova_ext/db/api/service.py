# SPDX-License-Identifier: Apache-2.0
"""Statements on services: processes that work on servers."""

from collections.abc import Mapping, Sequence
import datetime
from typing import Any

from oslo_utils import timeutils
import sqlalchemy as sa

from ext_lib.context import RequestContext
from ext_lib.db import query
from nova_ext import exception
from nova_ext.db import models
from nova_ext.db.facade import facade

_Service = models.Service


@facade.writer
def service_create(
    context: RequestContext, values: Mapping[str, Any]
) -> models.Service:
    """Store a service."""
    row = _Service(**values)
    context.session.add(row)
    context.session.flush()
    return row


@facade.reader
def service_get(context: RequestContext, service_id: int) -> models.Service:
    """Return a service by its number.

    :raises ServiceNotFound: when there is none
    """
    row: models.Service | None = context.session.scalars(
        _alive({'id': service_id})
    ).first()
    if row is None:
        raise exception.ServiceNotFound(service_id=service_id)
    return row


@facade.reader
def service_get_by_host_and_binary(
    context: RequestContext, host: str, binary: str
) -> models.Service:
    """Return the service of a program on a host.

    :raises HostBinaryNotFound: when there is none
    """
    row: models.Service | None = context.session.scalars(
        _alive({'host': host, 'binary': binary})
    ).first()
    if row is None:
        raise exception.HostBinaryNotFound(host=host, binary=binary)
    return row


@facade.reader
def service_get_all(
    context: RequestContext, filters: Mapping[str, Any] | None = None
) -> Sequence[models.Service]:
    """Return the services that have the columns ``filters`` name, by id."""
    statement = _alive(filters or {}).order_by(_Service.id)
    return list(context.session.scalars(statement))


@facade.reader
def service_get_silent_hosts(
    context: RequestContext, binary: str, moment: datetime.datetime
) -> Sequence[str]:
    """Return where a program gave no sign of life from ``moment`` on.

    Deleted or not: a record that is deleted says nothing of the program, and
    one that lives makes itself another.
    """
    seen = sa.func.coalesce(_Service.last_seen_up, _Service.created_at)
    statement = (
        sa.select(_Service.host)
        .where(query.equals(_Service.binary, binary))
        .group_by(_Service.host)
        .having(sa.func.max(seen) < moment)
        .order_by(_Service.host)
    )
    return list(context.session.scalars(statement))


def _alive(columns: Mapping[str, Any]) -> Any:
    return sa.select(_Service).where(
        _Service.deleted == 0,
        *(
            query.equals(getattr(_Service, name), value)
            for name, value in columns.items()
        ),
    )


@facade.writer
def service_update(
    context: RequestContext, service_id: int, values: Mapping[str, Any]
) -> models.Service:
    """Change a service.

    :raises ServiceNotFound: when there is none
    """
    _change(context, service_id, values)
    return service_get(context, service_id)


@facade.writer
def service_destroy(context: RequestContext, service_id: int) -> None:
    """Delete a service softly.

    :raises ServiceNotFound: when there is none
    """
    values = {'deleted': _Service.id, 'deleted_at': timeutils.utcnow()}
    if not _change(context, service_id, values):
        raise exception.ServiceNotFound(service_id=service_id)


def _change(
    context: RequestContext, service_id: int, values: Mapping[str, Any]
) -> int:
    result = context.session.execute(
        sa.update(_Service)
        .where(_Service.id == service_id, _Service.deleted == 0)
        .values(**values),
        execution_options={'synchronize_session': False},
    )
    return int(result.rowcount)
