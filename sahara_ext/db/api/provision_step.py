# SPDX-License-Identifier: Apache-2.0
"""Queries of the steps of what is done to clusters.

The times of a step are the database's own: engines whose clocks differ agree
on how long it took.
"""

from collections.abc import Collection, Mapping, Sequence
import datetime
import hashlib
from typing import Any

from oslo_utils import uuidutils
import sqlalchemy as sa

from ext_lib.context import RequestContext
from ext_lib.db import query
from ext_lib.db import text
from sahara_ext import exception
from sahara_ext.db import models
from sahara_ext.db.facade import database_time
from sahara_ext.db.facade import facade
from sahara_ext.db.facade import recover

_Step = models.ClusterProvisionStep
_Cluster = models.Cluster
_table = _Step.__table__


@facade.writer
def provision_steps_plan(
    context: RequestContext,
    identity: Mapping[str, Any],
    totals: Mapping[str, int | None],
) -> None:
    """Store the steps an operation is going to take, but those known.

    :param identity: ``cluster_id``, ``operation_id`` and ``step_type``
    :param totals: by name, in order; None when not known yet
    :raises ClusterGone: when there is no such cluster
    """
    project_id = _lock_cluster(context, identity['cluster_id'])
    steps = _lock_operation(context, identity['operation_id'])
    known = {step.step_key for step in steps}
    now = database_time(context)
    rows = [
        _new(identity, project_id, name, now) | {'total': total}
        for name, total in totals.items()
    ]
    unknown = [row for row in rows if row['step_key'] not in known]
    if unknown:
        context.session.execute(sa.insert(_table), unknown)


@recover
@facade.writer
def provision_step_begin(
    context: RequestContext,
    identity: Mapping[str, Any],
    name: str,
    total: int | None,
) -> models.ClusterProvisionStep:
    """Return a step of an operation, begun; it is added if it is not known.

    Its total is set unless it began with one before. A step with nothing to
    do is completed.

    :param identity: ``cluster_id``, ``operation_id`` and ``step_type``
    :raises ClusterGone: when there is no such cluster
    :raises StepFailed: when this step has ended with a failure, or another
        one of the operation has failed and this one has yet to be done
    """
    project_id = _lock_cluster(context, identity['cluster_id'])
    steps = _lock_operation(context, identity['operation_id'])
    key = _key(name)
    wanted = [step for step in steps if step.step_key == key]
    if wanted and wanted[0].successful:
        # Who takes the operation up passes it on the way to the failed one.
        return wanted[0]
    for step in steps:
        _check_not_failed(step, is_resumed=step.step_key == key)
    now = database_time(context)
    if not wanted:
        wanted = [_Step(**_new(identity, project_id, name, now))]
        context.session.add_all(wanted)
    _begin(wanted[0], total, now)
    context.session.flush()
    return wanted[0]


def _lock_cluster(context: RequestContext, cluster_id: str) -> str:
    # Who adds steps does so one after the other, or finds no cluster.
    found = context.session.execute(
        sa.select(_Cluster.project_id)
        .where(_Cluster.id == cluster_id)
        .with_for_update(key_share=True)
    ).first()
    if found is None:
        raise exception.ClusterGone(cluster_id=cluster_id)
    return str(found.project_id)


def _lock_operation(
    context: RequestContext, operation_id: str
) -> Sequence[models.ClusterProvisionStep]:
    statement = (
        sa.select(_Step)
        .where(_Step.operation_id == operation_id)
        .order_by(_Step.sequence)
        .with_for_update(key_share=True)
    )
    return context.session.scalars(statement).all()


def _new(
    identity: Mapping[str, Any],
    project_id: str,
    name: str,
    now: datetime.datetime,
) -> dict[str, Any]:
    return {
        **identity,
        'id': uuidutils.generate_uuid(),
        'project_id': project_id,
        'step_name': text.cut(name, _table.c.step_name.type.length),
        'step_key': _key(name),
        'completed': 0,
        'failed': 0,
        'created_at': now,
    }


def _key(name: str) -> str:
    # What a column keeps of two names may be the same, or be compared as if
    # it were.
    encoded = name.encode(errors='surrogatepass')
    return hashlib.sha256(encoded).hexdigest()


def _check_not_failed(
    step: models.ClusterProvisionStep, is_resumed: bool
) -> None:
    may_go_on = is_resumed and step.completed_at is None
    if step.successful is False and not may_go_on:
        raise exception.StepFailed(step_name=step.step_name)


def _begin(
    step: models.ClusterProvisionStep,
    total: int | None,
    now: datetime.datetime,
) -> None:
    if step.completed_at is not None:
        return
    is_new = step.started_at is None
    if is_new:
        step.started_at = step.updated_at = now
    if total is not None and (is_new or step.total is None):
        step.total = total
        step.updated_at = now
    done = step.completed + step.failed
    if step.total is not None and done >= step.total:
        step.completed_at = now
        step.successful = not step.failed


@facade.reader
def provision_step_get(
    context: RequestContext, step_id: str, cluster_id: str | None = None
) -> models.ClusterProvisionStep:
    """Return a step.

    :param cluster_id: whose it must be; None for any
    :raises ProvisionStepNotFound: when there is none
    """
    statement = sa.select(_Step).where(query.equals(_Step.id, step_id))
    if cluster_id is not None:
        statement = statement.where(query.equals(_Step.cluster_id, cluster_id))
    row = context.session.scalars(statement).first()
    if row is None:
        raise exception.ProvisionStepNotFound(step_id=step_id)
    return row


@facade.reader
def provision_steps_get_by_clusters(
    context: RequestContext, cluster_ids: Collection[str]
) -> Sequence[models.ClusterProvisionStep]:
    """Return the steps of clusters, those of each in their order."""
    statement = (
        sa.select(_Step)
        .where(query.equals(_Step.cluster_id, list(cluster_ids)))
        .order_by(_Step.cluster_id, _Step.sequence)
    )
    return context.session.scalars(statement).all()
