# SPDX-License-Identifier: Apache-2.0
"""The operations on clusters, and the engines that own them.

Each change names in its own statement the state it expects, so that of
several at the same time only those take place that still make sense.
"""

from collections.abc import Collection, Mapping, Sequence
import dataclasses
import datetime
from typing import Any, NamedTuple

from oslo_utils import timeutils
import sqlalchemy as sa

from ext_lib.context import RequestContext
from ext_lib.db import query
from ext_lib.db import text
from sahara_ext import exception
from sahara_ext.db import models
from sahara_ext.db.api import cluster as cluster_module
from sahara_ext.db.api import engine
from sahara_ext.db.facade import change
from sahara_ext.db.facade import facade

_Cluster = models.Cluster
_Group = models.NodeGroup
_Instance = models.ClusterInstance

_ACTIVE = 'active'
_REMOVING = 'removing'

#: The columns of a cluster to which nothing is to be done.
NO_OPERATION = {
    'operation_id': None,
    'operation_type': None,
    'operation_started_at': None,
    'operation_force': False,
    'engine_id': None,
}


class Lease(NamedTuple):
    """The right of an engine to carry out an operation."""

    cluster_id: str
    operation_id: str | None
    engine_id: str | None


@dataclasses.dataclass(frozen=True)
class Changes:
    """The changes of the parts of a cluster when an operation begins.

    :param groups: columns of node groups to add
    :param instances: columns of instances to add
    :param counts: how many instances groups are to have, by id
    :param removing: ids of the instances to remove; None for all
    """

    groups: Sequence[Mapping[str, Any]] = ()
    instances: Sequence[Mapping[str, Any]] = ()
    counts: Mapping[str, int] = dataclasses.field(default_factory=dict)
    removing: Collection[str] | None = ()


@facade.writer
def cluster_operation_begin(
    context: RequestContext,
    cluster_id: str,
    expected_status: Collection[str] | None,
    values: Mapping[str, Any],
    changes: Changes,
) -> models.Cluster:
    """Put an operation in place of what was to be done to a cluster.

    :param expected_status: the status must be one of these; None for any
    :param values: ``operation_id``, ``operation_type``, ``operation_force``
        and ``status``
    :raises ClusterNotFound: when there is none
    :raises ClusterProtected: when it is to stay as it is
    :raises ClusterInvalidStatus: when the status is another
    """
    conditions = [_Cluster.id == cluster_id, ~_Cluster.is_protected]
    if expected_status is not None:
        conditions.append(_Cluster.status.in_(list(expected_status)))
    now = timeutils.utcnow()
    if not _update(
        context,
        conditions,
        operation_started_at=now,
        status_description=None,
        updated_at=now,
        **values,
    ):
        raise _refusal(context, cluster_id)
    _apply(context, cluster_id, changes)
    context.session.expire_all()
    return cluster_module.cluster_get_any(context, cluster_id)


def _refusal(context: RequestContext, cluster_id: str) -> Exception:
    row = context.session.execute(
        sa.select(_Cluster.is_protected, _Cluster.status).where(
            _Cluster.id == cluster_id
        )
    ).first()
    if row is None:
        return exception.ClusterNotFound(cluster_id=cluster_id)
    if row.is_protected:
        return exception.ClusterProtected(cluster_id=cluster_id)
    return exception.ClusterInvalidStatus(
        cluster_id=cluster_id, status=row.status
    )


def _apply(context: RequestContext, cluster_id: str, changes: Changes) -> None:
    cluster_module.insert(context, _Group, changes.groups)
    cluster_module.insert(context, _Instance, changes.instances)
    if changes.counts:
        change(
            context,
            sa.update(_Group)
            .where(
                _Group.cluster_id == cluster_id,
                _Group.id.in_(list(changes.counts)),
            )
            .values(count=sa.case(dict(changes.counts), value=_Group.id)),
        )
    going = [_Instance.cluster_id == cluster_id]
    if changes.removing is not None:
        going.append(_Instance.id.in_(list(changes.removing)))
    if changes.removing is None or changes.removing:
        statement = sa.update(_Instance).where(*going)
        change(context, statement.values(state=_REMOVING))


@facade.writer
def cluster_claim(
    context: RequestContext,
    cluster_id: str,
    engine_id: str,
    stale_before: datetime.datetime,
) -> bool:
    """Have an engine own a cluster to which something is to be done.

    :param stale_before: an owner not seen since is dead
    :returns: whether it does; False when another one, alive, owns it
    """
    return _update(
        context,
        [
            _Cluster.id == cluster_id,
            _Cluster.operation_id.is_not(None),
            _is_free(engine_id, stale_before),
        ],
        engine_id=engine_id,
    )


def _is_free(engine_id: str | None, stale_before: datetime.datetime) -> Any:
    owner = _Cluster.engine_id
    mine = sa.false() if engine_id is None else owner == engine_id
    return sa.or_(owner.is_(None), mine, ~engine.is_alive(owner, stale_before))


@facade.writer
def cluster_release(
    context: RequestContext, cluster_id: str, engine_id: str
) -> bool:
    """Leave a cluster without owner; return whether ``engine_id`` was it."""
    return _update(
        context,
        [_Cluster.id == cluster_id, _Cluster.engine_id == engine_id],
        engine_id=None,
    )


@facade.reader
def clusters_get_abandoned(
    context: RequestContext,
    stale_before: datetime.datetime,
    limit: int,
    engine_id: str | None = None,
) -> Sequence[str]:
    """Return the ids of clusters that wait for an engine, longest first.

    :param stale_before: an owner not seen since is dead
    :param engine_id: what this engine owns is returned, too
    """
    statement = (
        sa.select(_Cluster.id)
        .where(
            _Cluster.operation_started_at.is_not(None),
            _is_free(engine_id, stale_before),
        )
        .order_by(_Cluster.operation_started_at, _Cluster.id)
        .limit(limit)
    )
    return list(context.session.scalars(statement))


@facade.reader
def cluster_is_held(context: RequestContext, lease: Lease) -> bool:
    """Return whether the engine still has the right to the operation."""
    statement = sa.select(_Cluster.id).where(*_held(lease))
    return context.session.scalars(statement).first() is not None


@facade.writer
def cluster_set_status(
    context: RequestContext, lease: Lease, values: Mapping[str, Any]
) -> None:
    """Change the status of a cluster.

    :param values: ``status``, ``status_description`` or both
    :raises OperationSuperseded: when the engine has lost the right to it
    """
    stored = dict(values)
    if stored.get('status_description') is not None:
        stored['status_description'] = text.storable(
            stored['status_description']
        )
    if not _update(
        context, _held(lease), updated_at=timeutils.utcnow(), **stored
    ):
        raise exception.OperationSuperseded(cluster_id=lease.cluster_id)


@facade.writer
def cluster_operation_finish(
    context: RequestContext,
    lease: Lease,
    values: Mapping[str, Any],
    gone: Sequence[str],
) -> None:
    """End the operation on a cluster.

    The instances that are left are part of it, and the counts of its groups
    are theirs.

    :param values: ``status`` and ``status_description``
    :param gone: ids of the instances that do not exist any more
    :raises OperationSuperseded: when the engine has lost the right to it
    """
    cluster_set_status(context, lease, {**values, **NO_OPERATION})
    cluster_id = lease.cluster_id
    cluster_module.cluster_instances_destroy(context, cluster_id, gone)
    change(
        context,
        sa.update(_Instance)
        .where(_Instance.cluster_id == cluster_id, _Instance.state != _ACTIVE)
        .values(state=_ACTIVE),
    )
    left = (
        sa.select(sa.func.count())
        .where(_Instance.node_group_id == _Group.id)
        .scalar_subquery()
    )
    change(
        context,
        sa.update(_Group)
        .where(_Group.cluster_id == cluster_id, _Group.count != left)
        .values(count=left),
    )


@facade.writer
def cluster_destroy(context: RequestContext, lease: Lease) -> None:
    """Delete a cluster and all its parts.

    :raises OperationSuperseded: when the engine has lost the right to it
    """
    if not change(context, sa.delete(_Cluster).where(*_held(lease))):
        raise exception.OperationSuperseded(cluster_id=lease.cluster_id)


def _held(lease: Lease) -> list[Any]:
    return [
        _Cluster.id == lease.cluster_id,
        query.equals(_Cluster.operation_id, lease.operation_id),
        query.equals(_Cluster.engine_id, lease.engine_id),
    ]


def _update(
    context: RequestContext, conditions: Sequence[Any], **values: Any
) -> bool:
    # A change of the owner is not shown to users.
    values.setdefault('updated_at', _Cluster.updated_at)
    statement = sa.update(_Cluster).where(*conditions).values(**values)
    return bool(change(context, statement))
