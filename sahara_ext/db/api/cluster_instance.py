# SPDX-License-Identifier: Apache-2.0
"""Queries of the instances of clusters."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from ext_lib.context import RequestContext
from sahara_ext import exception
from sahara_ext.db import models
from sahara_ext.db import values as values_module
from sahara_ext.db.facade import facade

_Cluster = models.Cluster
_Instance = models.ClusterInstance


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
    owned = context.session.execute(
        sa.update(_Cluster)
        .where(_Cluster.id == cluster_id, _Cluster.engine_id == engine_id)
        .values(engine_id=engine_id, updated_at=_Cluster.updated_at),
        execution_options={'synchronize_session': False},
    )
    if not owned.rowcount:
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
    """Forget instances of a cluster."""
    if instance_ids:
        context.session.execute(
            sa.delete(_Instance).where(
                _Instance.cluster_id == cluster_id,
                _Instance.id.in_(list(instance_ids)),
            ),
            execution_options={'synchronize_session': False},
        )
