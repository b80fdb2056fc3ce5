# SPDX-License-Identifier: Apache-2.0
"""Queries of the users of templates, which keep them from being deleted."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from oslo_db.sqlalchemy import types
import sqlalchemy as sa

from ext_lib.context import RequestContext
from sahara_ext import exception
from sahara_ext.db import models
from sahara_ext.db.facade import change

_Cluster = models.Cluster
_Group = models.NodeGroup
_Template = models.ClusterTemplate
_Use = models.ClusterTemplateUse

_REFERENCE = 'node_group_template_id'
#: What node groups and their templates have in common.
_COLUMNS = {
    name: column
    for name, column in vars(models.Group).items()
    if isinstance(column, sa.Column)
}
_OF_GROUPS = frozenset(_COLUMNS)
_JSON = frozenset(
    name
    for name, column in _COLUMNS.items()
    if isinstance(column.type, types.JsonEncodedType)
)

#: How many users are named.
_ENOUGH = 10


def replace(
    context: RequestContext,
    template_id: str,
    node_groups: Iterable[Mapping[str, Any]],
) -> None:
    """Note which templates the node groups of a cluster template name."""
    change(
        context, sa.delete(_Use).where(_Use.cluster_template_id == template_id)
    )
    used = {group.get(_REFERENCE) for group in node_groups}
    rows = [
        {'cluster_template_id': template_id, _REFERENCE: each}
        for each in sorted(filter(None, used))
    ]
    if rows:
        context.session.execute(sa.insert(_Use.__table__), rows)


def take_over(
    context: RequestContext,
    template: models.NodeGroupTemplate,
    changed: Iterable[str],
) -> None:
    """Have cluster templates show a node group template as it is now.

    As in Sahara, its node groups in cluster templates of its project get all
    that it says, whatever they said instead. Their names, which Sahara
    replaces as well, stay: a cluster template may use it twice.

    :param changed: names of the columns that changed
    :raises UserProtected: when a cluster template is to stay as it is
    """
    if not _OF_GROUPS & set(changed):
        return
    for user in context.session.scalars(_using(template).with_for_update()):
        if user.is_protected:
            raise exception.UserProtected(template_id=user.id)
        user.node_groups = [
            {**group, **_values(template)}
            if group.get(_REFERENCE) == template.id
            else group
            for group in user.node_groups
        ]
        user.updated_at = template.updated_at


def _using(template: models.NodeGroupTemplate) -> Any:
    ids = sa.select(_Use.cluster_template_id).where(
        _Use.node_group_template_id == template.id
    )
    return (
        sa.select(_Template)
        .where(
            _Template.id.in_(ids), _Template.project_id == template.project_id
        )
        .order_by(_Template.id)
        .execution_options(populate_existing=True)
    )


def _values(template: models.NodeGroupTemplate) -> dict[str, Any]:
    values = {name: getattr(template, name) for name in _OF_GROUPS}
    # Of lists and dictionaries, nothing is the same as an empty one.
    return {
        name: value
        for name, value in values.items()
        if value is not None or name not in _JSON
    }


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
