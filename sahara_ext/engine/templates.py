# SPDX-License-Identifier: Apache-2.0
"""The values that a request takes over from templates."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ext_lib.context import RequestContext
from sahara_ext import exception
from sahara_ext.objects.node_group import GroupObject
from sahara_ext.objects.template import ClusterObject
from sahara_ext.objects.template import ClusterTemplate
from sahara_ext.objects.template import NodeGroupTemplate

_CLUSTER = 'cluster_template_id'
_GROUP = 'node_group_template_id'
_GROUPS = 'node_groups'

#: Fields that a cluster takes over from its template.
_OF_CLUSTERS = (
    'plugin_name',
    'plugin_version',
    'description',
    'use_autoconfig',
    *ClusterObject.fields,
    _GROUPS,
)
#: Fields that a node group takes over from its template.
_OF_GROUPS = tuple(
    name
    for name in GroupObject.fields
    if name not in ('created_at', 'updated_at')
)
#: Keys whose values are merged, section by section.
_CONFIGS = ('cluster_configs', 'node_configs')


def complete_cluster(
    context: RequestContext, values: Mapping[str, Any]
) -> dict[str, Any]:
    """Return ``values`` of a cluster with what its templates add.

    :raises UnknownTemplate: when it, or a node group, names what is not there
    """
    completed = dict(values)
    template_id = values.get(_CLUSTER)
    if template_id is not None:
        template = _known(ClusterTemplate.get, context, template_id)
        completed = _merge(template, _OF_CLUSTERS, values)
    completed[_GROUPS] = complete_groups(context, completed.get(_GROUPS) or ())
    return completed


def complete_groups(
    context: RequestContext,
    groups: Iterable[Mapping[str, Any]],
    known: Mapping[str, NodeGroupTemplate] | None = None,
) -> list[dict[str, Any]]:
    """Return values of node groups with what their templates add.

    :param known: templates by their ids; others are loaded
    :raises UnknownTemplate: when one names what is not there
    """
    found = dict(known or {})
    return [_complete_group(context, group, found) for group in groups]


def hold_groups(
    context: RequestContext, groups: Iterable[Mapping[str, Any]]
) -> dict[str, NodeGroupTemplate]:
    """Return the templates that node groups name, by their ids.

    Until the transaction ends they are neither changed nor deleted.

    :raises UnknownTemplate: when one is not there, or not any more
    """
    names = sorted({str(g[_GROUP]) for g in groups if g.get(_GROUP)})
    return {
        name: _known(NodeGroupTemplate.lock, context, name, shared=True)
        for name in names
    }


def hold(context: RequestContext, values: Mapping[str, Any]) -> None:
    """Keep the templates that a cluster names from being deleted.

    :param values: of the cluster, with all its node groups
    :raises UnknownTemplate: when one is not there any more
    """
    # Always in this order: a request that changes a template of node groups
    # locks those of clusters later.
    hold_groups(context, values[_GROUPS])
    if values.get(_CLUSTER) is not None:
        _known(ClusterTemplate.lock, context, values[_CLUSTER], shared=True)


def _complete_group(
    context: RequestContext,
    values: Mapping[str, Any],
    known: dict[str, NodeGroupTemplate],
) -> dict[str, Any]:
    template_id = values.get(_GROUP)
    if template_id is None:
        return dict(values)
    if template_id not in known:
        known[template_id] = _known(
            NodeGroupTemplate.get, context, template_id
        )
    return _merge(known[template_id], _OF_GROUPS, values)


def _known(
    load: Callable[..., Any],
    context: RequestContext,
    template_id: str,
    **kwargs: bool,
) -> Any:
    """Return the template that ``load`` returns.

    :raises UnknownTemplate: when it finds none
    """
    try:
        return load(context, template_id, **kwargs)
    except exception.TemplateNotFound as error:
        raise exception.UnknownTemplate(template_id=template_id) from error


def _merge(
    template: Any, names: tuple[str, ...], values: Mapping[str, Any]
) -> dict[str, Any]:
    merged = {name: getattr(template, name) for name in names}
    for name, value in values.items():
        if name in _CONFIGS and merged.get(name):
            merged[name] = _merge_configs(merged[name], value or {})
        elif value is not None or name not in merged:
            merged[name] = value
    return merged


def _merge_configs(
    configs: Mapping[str, Any], others: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        target: {**configs.get(target, {}), **others.get(target, {})}
        for target in {**configs, **others}
    }
