# SPDX-License-Identifier: Apache-2.0
"""Data of servers in tables of their own."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from ext_lib.context import RequestContext
from ext_lib.db import text
from nova_ext.db import models
from nova_ext.db.facade import facade

_DICTS: Mapping[str, Any] = {
    'metadata': models.InstanceMetadata,
    'system_metadata': models.InstanceSystemMetadata,
}
_NAMES = (*_DICTS, 'tags')
#: In place of the columns that only faults have.
_NO_FAULT = tuple(
    sa.null().label(name) for name in ('code', 'details', 'created_at')
)


def split(
    values: Mapping[str, Any],
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the columns of ``values``, and what is no column."""
    columns = {k: v for k, v in values.items() if k not in _NAMES}
    parts = {k: v for k, v in values.items() if k in _NAMES}
    return columns, parts


def load(context: RequestContext, rows: Sequence[models.Instance]) -> None:
    """Set on each of ``rows`` what belongs to it, in one statement."""
    by_uuid = {row.uuid: row for row in rows}
    for row in rows:
        row.metadata, row.system_metadata = {}, {}
        row.tags, row.fault = [], None
    if not by_uuid:
        return
    for part in _parts(context, list(by_uuid)):
        owner = by_uuid[part.uuid]
        if part.kind == 'fault':
            owner.fault = _fault(part)
        elif part.kind == 'tags':
            owner.tags.append(part.key)
        else:
            getattr(owner, part.kind)[part.key] = part.value


def _parts(context: RequestContext, uuids: list[str]) -> list[Any]:
    meta, system = models.InstanceMetadata, models.InstanceSystemMetadata
    statement = sa.union_all(
        _latest_faults(uuids),
        _pairs('metadata', meta, uuids).where(meta.deleted == 0),
        # As nova has it, these outlive the server.
        _pairs('system_metadata', system, uuids),
        _tags(uuids),
    )
    # A key deleted and set again has several rows: the last one counts.
    return sorted(context.session.execute(statement), key=_by_age)


def _by_age(part: Any) -> tuple[int, str]:
    return part.id, part.key or ''


def _latest_faults(uuids: list[str]) -> Any:
    fault = models.InstanceFault
    latest = (
        sa.select(sa.func.max(fault.id))
        .where(fault.instance_uuid.in_(uuids))
        .group_by(fault.instance_uuid)
    )
    # Comes first in the union, where it gives all columns their types.
    return sa.select(
        _text('fault').label('kind'),
        fault.instance_uuid.label('uuid'),
        fault.id,
        fault.host.label('key'),
        fault.message.label('value'),
        fault.code,
        fault.details,
        fault.created_at,
    ).where(fault.id.in_(latest))


def _fault(part: Any) -> models.InstanceFault:
    return models.InstanceFault(
        id=part.id,
        instance_uuid=part.uuid,
        host=part.key,
        message=part.value,
        code=part.code,
        details=part.details,
        created_at=part.created_at,
        deleted=0,
    )


def _pairs(kind: str, model: Any, uuids: list[str]) -> Any:
    return sa.select(
        _text(kind),
        model.instance_uuid,
        model.id,
        model.key,
        model.value,
        *_NO_FAULT,
    ).where(model.instance_uuid.in_(uuids))


def _tags(uuids: list[str]) -> Any:
    tag = models.Tag
    number = sa.literal_column('0')
    return sa.select(
        _text('tags'), tag.resource_id, number, tag.tag, sa.null(), *_NO_FAULT
    ).where(tag.resource_id.in_(uuids))


def _text(value: str) -> Any:
    return sa.literal_column(f"'{value}'")


def add(
    context: RequestContext, row: models.Instance, parts: Mapping[str, Any]
) -> None:
    """Store what belongs to a new server, and set it on ``row``."""
    for name, model in _DICTS.items():
        pairs = dict(parts.get(name) or {})
        _insert_pairs(context, model, row.uuid, pairs)
        setattr(row, name, pairs)
    row.tags, row.fault = sorted(set(parts.get('tags') or ())), None
    _insert_tags(context, row.uuid, row.tags)


def replace(
    context: RequestContext, uuid: str, parts: Mapping[str, Any]
) -> None:
    """Let ``parts`` be all that a server has of each kind they name.

    :param parts: any of ``metadata``, ``system_metadata`` and ``tags``
    """
    for name, model in _DICTS.items():
        if name in parts:
            _replace_pairs(context, model, uuid, parts[name])
    if 'tags' in parts:
        _delete(context, models.Tag, models.Tag.resource_id == uuid)
        _insert_tags(context, uuid, sorted(set(parts['tags'])))


def _replace_pairs(
    context: RequestContext, model: Any, uuid: str, new: Mapping[str, Any]
) -> None:
    statement = sa.select(model.id, model.key, model.value).where(
        model.instance_uuid == uuid, model.deleted == 0
    )
    old = list(context.session.execute(statement))
    same = {row.key for row in old if new.get(row.key, ...) == row.value}
    stale = [row.id for row in old if row.key not in same]
    if stale:
        _delete(context, model, model.id.in_(stale))
    added = {key: value for key, value in new.items() if key not in same}
    _insert_pairs(context, model, uuid, added)


def _insert_pairs(
    context: RequestContext, model: Any, uuid: str, pairs: Mapping[str, Any]
) -> None:
    rows = [
        {'instance_uuid': uuid, 'key': key, 'value': value}
        for key, value in pairs.items()
    ]
    if rows:
        context.session.execute(sa.insert(model), rows)


def _insert_tags(
    context: RequestContext, uuid: str, tags: Sequence[str]
) -> None:
    rows = [{'resource_id': uuid, 'tag': tag} for tag in tags]
    if rows:
        context.session.execute(sa.insert(models.Tag), rows)


def _delete(context: RequestContext, model: Any, condition: Any) -> None:
    context.session.execute(
        sa.delete(model).where(condition),
        execution_options={'synchronize_session': False},
    )


@facade.writer
def instance_fault_create(
    context: RequestContext, values: Mapping[str, Any]
) -> models.InstanceFault:
    """Store a failure of a server."""
    texts = {k: v for k, v in values.items() if isinstance(v, str)}
    cleaned = {name: text.storable(value) for name, value in texts.items()}
    row = models.InstanceFault(**{**values, **cleaned})
    context.session.add(row)
    context.session.flush()
    return row
