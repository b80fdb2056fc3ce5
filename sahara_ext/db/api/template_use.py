# SPDX-License-Identifier: Apache-2.0
"""Questions about who uses templates, and keeps them from being deleted."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from ext_lib.context import RequestContext
from sahara_ext.db import models

_Cluster = models.Cluster
_Group = models.NodeGroup
_Template = models.ClusterTemplate
_Use = models.ClusterTemplateUse

_REFERENCE = 'node_group_template_id'

#: How many users are told of.
_ENOUGH = 10


def replace(
    context: RequestContext,
    template_id: str,
    node_groups: Iterable[Mapping[str, Any]],
) -> None:
    """Note which templates the node groups of a cluster template name."""
    context.session.execute(
        sa.delete(_Use).where(_Use.cluster_template_id == template_id),
        execution_options={'synchronize_session': False},
    )
    used = {group.get(_REFERENCE) for group in node_groups}
    rows = [
        {'cluster_template_id': template_id, _REFERENCE: each}
        for each in sorted(filter(None, used))
    ]
    if rows:
        context.session.execute(sa.insert(_Use.__table__), rows)


def users(
    context: RequestContext, model: Any, template_id: str
) -> Sequence[str]:
    """Return the names of some of those that use a template."""
    if model is _Template:
        statement = sa.select(_Cluster.name).where(
            _Cluster.cluster_template_id == template_id
        )
    else:
        statement = sa.union(
            sa.select(_Cluster.name)
            .join(_Group, _Group.cluster_id == _Cluster.id)
            .where(_Group.node_group_template_id == template_id),
            sa.select(_Template.name)
            .join(_Use, _Use.cluster_template_id == _Template.id)
            .where(_Use.node_group_template_id == template_id),
        )
    return list(context.session.scalars(statement.limit(_ENOUGH)))
