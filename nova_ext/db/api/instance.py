# SPDX-License-Identifier: Apache-2.0
"""Statements on one server."""

from collections.abc import Mapping
from typing import Any, Final

from oslo_utils import timeutils
import sqlalchemy as sa

from ext_lib.context import RequestContext
from ext_lib.db import query
from nova_ext import exception
from nova_ext.db import cells
from nova_ext.db import models
from nova_ext.db.api import instance_related
from nova_ext.db.facade import facade


class _Unset:
    """Marker of an argument that was not given."""

    def __repr__(self) -> str:
        return 'UNSET'


#: What an expected state is when any will do; None is a state.
UNSET: Final = _Unset()

#: What goes, softly, with its server. Actions and events stay.
_BELONGINGS = (
    models.InstanceMetadata,
    models.InstanceSystemMetadata,
    models.InstanceFault,
    models.Migration,
)


@facade.writer
def instance_create(
    context: RequestContext, values: Mapping[str, Any]
) -> models.Instance:
    """Store a server.

    :param values: columns, and any of ``metadata``, ``system_metadata`` (dict
        of str) and ``tags`` (list of str)
    """
    columns, parts = instance_related.split(values)
    row = models.Instance(**columns)
    context.session.add(row)
    context.session.flush()
    instance_related.add(context, row, parts)
    return row


@facade.reader
def instance_get_by_uuid(
    context: RequestContext, uuid: str, read_deleted: bool = False
) -> models.Instance:
    """Return a server with all that belongs to it, in two statements.

    :raises InstanceNotFound: when there is none, or the caller is not an
        administrator and it is another project's
    """
    row = instance_get_ref(context, uuid, read_deleted)
    instance_related.load(context, [row])
    return row


@cells.locating
@facade.reader
def instance_get_ref(
    context: RequestContext, uuid: str, read_deleted: bool = False
) -> models.Instance:
    """Return a server without what is in other tables.

    :raises InstanceNotFound: as :func:`instance_get_by_uuid` does
    """
    statement = sa.select(models.Instance).where(
        query.equals(models.Instance.uuid, uuid)
    )
    if not read_deleted:
        statement = statement.where(models.Instance.deleted == 0)
    row = context.session.scalars(visible(context, statement)).first()
    if row is None:
        raise exception.InstanceNotFound(instance_id=uuid)
    return row


def visible(context: RequestContext, statement: Any) -> Any:
    """Keep the servers that the caller may know of."""
    if context.is_admin:
        return statement
    return statement.where(
        query.equals(models.Instance.project_id, context.project_id or ())
    )


@facade.writer
def instance_update(
    context: RequestContext,
    uuid: str,
    values: Mapping[str, Any],
    expected_task_state: Any = UNSET,
    expected_vm_state: Any = UNSET,
) -> models.Instance:
    """Change a server if it is in an expected state; one statement does both.

    :param values: as in :func:`instance_create`; what is there replaces all
        metadata, system metadata or tags
    :param expected_task_state: a state, or a list of which any will do; None
        is the state of a server at rest
    :param expected_vm_state: likewise
    :returns: the server without what is in other tables
    :raises InstanceNotFound: when there is no such server
    :raises UnexpectedTaskStateError: when it is not in an expected state
    """
    columns, parts = instance_related.split(values)
    expected = _expected(expected_task_state, expected_vm_state)
    if not _update_if(context, uuid, columns, expected):
        _explain(instance_get_ref(context, uuid), expected)
    instance_related.replace(context, uuid, parts)
    return _reread(context, uuid)


def _reread(context: RequestContext, uuid: str) -> models.Instance:
    return context.session.scalars(
        sa.select(models.Instance).where(models.Instance.uuid == uuid),
        execution_options={'populate_existing': True},
    ).one()


def _expected(task_state: Any, vm_state: Any) -> dict[str, list[Any]]:
    wanted = {'task_state': task_state, 'vm_state': vm_state}
    return {
        name: list(states) if _is_several(states) else [states]
        for name, states in wanted.items()
        if states is not UNSET
    }


def _is_several(states: Any) -> bool:
    return isinstance(states, (list, tuple, set, frozenset))


def _update_if(
    context: RequestContext,
    uuid: str,
    columns: Mapping[str, Any],
    expected: Mapping[str, list[Any]],
) -> bool:
    statement = sa.update(models.Instance).where(
        models.Instance.uuid == uuid,
        models.Instance.deleted == 0,
        *(
            query.equals(getattr(models.Instance, name), states)
            for name, states in expected.items()
        ),
    )
    # At least this one: a server whose metadata changed has changed.
    columns = {'updated_at': timeutils.utcnow(), **columns}
    return bool(
        context.session.execute(
            statement.values(columns),
            execution_options={'synchronize_session': False},
        ).rowcount
    )


def _explain(row: models.Instance, expected: Mapping[str, list[Any]]) -> None:
    raise exception.UnexpectedTaskStateError(
        instance_uuid=row.uuid,
        expected=expected,
        actual={name: getattr(row, name) for name in expected},
    )


@facade.writer
def instance_destroy(context: RequestContext, uuid: str) -> models.Instance:
    """Delete a server softly, with its belongings; tags are deleted.

    :raises InstanceNotFound: when it is gone already
    """
    if not _soft_delete(
        context, models.Instance, models.Instance.uuid == uuid
    ):
        raise exception.InstanceNotFound(instance_id=uuid)
    for model in _BELONGINGS:
        _soft_delete(context, model, model.instance_uuid == uuid)
    context.session.execute(
        sa.delete(models.Tag).where(models.Tag.resource_id == uuid)
    )
    return _reread(context, uuid)


def _soft_delete(context: RequestContext, model: Any, condition: Any) -> int:
    now = timeutils.utcnow()
    # The change of a server is what clients poll for; of its belongings, the
    # last one says when they were last in use.
    updated = now if model is models.Instance else model.updated_at
    result = context.session.execute(
        sa.update(model)
        .where(condition, model.deleted == 0)
        .values(deleted=model.id, deleted_at=now, updated_at=updated),
        execution_options={'synchronize_session': False},
    )
    return int(result.rowcount)
