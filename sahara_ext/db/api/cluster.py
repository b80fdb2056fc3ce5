# SPDX-License-Identifier: Apache-2.0
"""Queries of clusters and of their parts: node groups and instances.

Rows of clusters have their node groups set on them as ``node_groups``, and
each of these has its ``instances``; otherwise ``vars(row)`` lacks the name.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from oslo_db import exception as db_exception
from oslo_utils import timeutils
import sqlalchemy as sa

from ext_lib.context import RequestContext
from ext_lib.db import query
from sahara_ext import exception
from sahara_ext.db import models
from sahara_ext.db import values as values_module
from sahara_ext.db.api import shared_list
from sahara_ext.db.facade import change
from sahara_ext.db.facade import facade

_Cluster = models.Cluster
_Group = models.NodeGroup
_Instance = models.ClusterInstance
_Step = models.ClusterProvisionStep

#: What users read of a cluster while they wait for it.
PROGRESS_COLUMNS = (
    'id',
    'name',
    'status',
    'status_description',
    'updated_at',
)


@facade.reader
def cluster_get(context: RequestContext, cluster_id: str) -> models.Cluster:
    """Return a cluster, if it is the caller's project's or public.

    :raises ClusterNotFound: otherwise
    """
    return _get(context, cluster_id, shared_list.is_visible(context, _Cluster))


@facade.reader
def cluster_get_ref(
    context: RequestContext, cluster_id: str
) -> models.Cluster:
    """Return a cluster as :func:`cluster_get` does, without its parts.

    :raises ClusterNotFound: likewise
    """
    row = context.session.scalars(
        sa.select(_Cluster).where(
            query.equals(_Cluster.id, cluster_id),
            shared_list.is_visible(context, _Cluster),
        )
    ).first()
    if row is None:
        raise exception.ClusterNotFound(cluster_id=cluster_id)
    return row


@facade.reader
def cluster_get_progress(
    context: RequestContext, cluster_id: str
) -> Sequence[Any]:
    """Return how far the work on a cluster is, in one SELECT.

    :returns: a row for each step, in order, of :data:`PROGRESS_COLUMNS` and
        the step; that is None in the only row of a cluster without steps
    :raises ClusterNotFound: as :func:`cluster_get` does
    """
    rows = context.session.execute(
        sa.select(*(getattr(_Cluster, n) for n in PROGRESS_COLUMNS), _Step)
        .join(_Step, _Step.cluster_id == _Cluster.id, isouter=True)
        .where(
            query.equals(_Cluster.id, cluster_id),
            shared_list.is_visible(context, _Cluster),
        )
        .order_by(_Step.sequence)
    ).all()
    if not rows:
        raise exception.ClusterNotFound(cluster_id=cluster_id)
    return rows


@facade.reader
def cluster_get_any(
    context: RequestContext, cluster_id: str
) -> models.Cluster:
    """Return a cluster of any project.

    :raises ClusterNotFound: when there is none
    """
    return _get(context, cluster_id)


@facade.writer
def cluster_lock(context: RequestContext, cluster_id: str) -> models.Cluster:
    """Return a cluster, locked until the end of the transaction.

    SQLite locks nothing less than the database, when a writer begins.

    :raises ClusterNotFound: when there is none
    """
    # Not against those who add rows that refer to it.
    statement = (
        sa.select(_Cluster.id)
        .where(query.equals(_Cluster.id, cluster_id))
        .with_for_update(key_share=True)
    )
    context.session.execute(statement).first()
    return cluster_get_any(context, cluster_id)


def _get(
    context: RequestContext, cluster_id: str, *conditions: Any
) -> models.Cluster:
    statement = whole().where(
        query.equals(_Cluster.id, cluster_id), *conditions
    )
    rows, _ = assemble(
        context.session.execute(statement.order_by(_Group.position))
    )
    if not rows:
        raise exception.ClusterNotFound(cluster_id=cluster_id)
    load_instances(context, rows)
    return rows[0]


def whole() -> Any:
    """Return the statement that gives clusters with their node groups."""
    return sa.select(_Cluster, _Group).join(
        _Group, _Group.cluster_id == _Cluster.id, isouter=True
    )


def assemble(
    found: Iterable[Any], limit: int | None = None
) -> tuple[list[models.Cluster], bool]:
    """Return the clusters of a statement, and whether there were more.

    :param found: what :func:`whole` gave: a cluster and a group each
    :param limit: how many clusters are wanted
    """
    clusters: dict[str, models.Cluster] = {}
    for cluster, group, *_ in found:
        if cluster.id not in clusters:
            if len(clusters) == limit:
                return list(clusters.values()), True
            clusters[cluster.id] = cluster
            cluster.node_groups = []
        if group is not None:
            group.instances = []
            cluster.node_groups.append(group)
    return list(clusters.values()), False


def load_instances(
    context: RequestContext, clusters: Sequence[models.Cluster]
) -> None:
    """Set the instances of all node groups of clusters."""
    groups = {group.id: group for row in clusters for group in row.node_groups}
    statement = (
        sa.select(_Instance)
        .where(_Instance.cluster_id.in_([row.id for row in clusters]))
        .order_by(_Instance.position)
    )
    for instance in context.session.scalars(statement):
        # There may be one of a group that was added since.
        if instance.node_group_id in groups:
            groups[instance.node_group_id].instances.append(instance)


@facade.writer
def cluster_create(
    context: RequestContext,
    values: Mapping[str, Any],
    groups: Sequence[Mapping[str, Any]] = (),
    instances: Sequence[Mapping[str, Any]] = (),
) -> models.Cluster:
    """Store a cluster with its node groups and instances.

    :raises ClusterNameExists: when the project has one of this name
    :raises InvalidValue: when no column can hold a value
    """
    row = _Cluster(**values_module.check(_Cluster, values))
    context.session.add(row)
    try:
        context.session.flush()
    except db_exception.DBDuplicateEntry as error:
        raise exception.ClusterNameExists(name=values['name']) from error
    insert(context, _Group, groups)
    insert(context, _Instance, instances)
    context.session.expire(row)
    return cluster_get_any(context, values['id'])


def insert(
    context: RequestContext, model: Any, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Store rows of one table in one statement."""
    if rows:
        context.session.execute(
            sa.insert(model.__table__), values_module.alike(model, rows)
        )


@facade.writer
def cluster_update(
    context: RequestContext, cluster_id: str, values: Mapping[str, Any]
) -> models.Cluster:
    """Change a cluster; return it without its parts.

    :raises ClusterNotFound: when there is none
    :raises ClusterNameExists: when the project has one of this name
    :raises InvalidValue: when no column can hold a value
    """
    statement = (
        sa.update(_Cluster)
        .where(_Cluster.id == cluster_id)
        .values(
            updated_at=timeutils.utcnow(),
            **values_module.check(_Cluster, values),
        )
    )
    try:
        changed = change(context, statement)
    except db_exception.DBDuplicateEntry as error:
        raise exception.ClusterNameExists(name=values['name']) from error
    if not changed:
        raise exception.ClusterNotFound(cluster_id=cluster_id)
    return context.session.scalars(
        sa.select(_Cluster)
        .where(_Cluster.id == cluster_id)
        .execution_options(populate_existing=True)
    ).one()


@facade.writer
def cluster_instances_update(
    context: RequestContext,
    cluster_id: str,
    rows: Sequence[Mapping[str, Any]],
    engine_id: str,
) -> None:
    """Change instances of a cluster that an engine owns.

    :param rows: ``id`` of each, and columns, the same ones for all
    :raises OperationSuperseded: when another engine owns it, or none
    :raises InvalidValue: when no column can hold a value
    """
    # No other engine can claim the cluster until this is committed.
    if not change(
        context,
        sa.update(_Cluster)
        .where(_Cluster.id == cluster_id, _Cluster.engine_id == engine_id)
        .values(engine_id=engine_id, updated_at=_Cluster.updated_at),
    ):
        raise exception.OperationSuperseded(cluster_id=cluster_id)
    table = _Instance.__table__
    context.session.execute(
        sa.update(table).where(table.c.id == sa.bindparam('key')),
        [
            {
                'key': row['id'],
                **values_module.check(
                    _Instance, {k: row[k] for k in row if k != 'id'}
                ),
            }
            for row in rows
        ],
    )


@facade.writer
def cluster_instances_destroy(
    context: RequestContext, cluster_id: str, instance_ids: Sequence[str]
) -> None:
    """Delete instances of a cluster."""
    if instance_ids:
        change(
            context,
            sa.delete(_Instance).where(
                _Instance.cluster_id == cluster_id,
                _Instance.id.in_(list(instance_ids)),
            ),
        )
