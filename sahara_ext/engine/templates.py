# SPDX-License-Identifier: Apache-2.0
"""The values that a request takes over from templates."""

from collections.abc import Iterable, Mapping
from typing import Any

from ext_lib.context import RequestContext
from sahara_ext import exception
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
    'cluster_configs',
    'default_image_id',
    'anti_affinity',
    'neutron_management_network',
    'use_autoconfig',
    'shares',
    'domain_name',
    _GROUPS,
)
#: Fields that a node group takes over from its template.
_OF_GROUPS = (
    'flavor_id',
    'image_id',
    'node_processes',
    'node_configs',
    'volumes_per_node',
    'volumes_size',
    'volumes_availability_zone',
    'volume_mount_prefix',
    'volume_type',
    'volume_local_to_instance',
    'boot_from_volume',
    'boot_volume_type',
    'boot_volume_availability_zone',
    'boot_volume_local_to_instance',
    'use_autoconfig',
    'floating_ip_pool',
    'security_groups',
    'auto_security_group',
    'availability_zone',
    'is_proxy_gateway',
    'shares',
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
        template = _get(ClusterTemplate, context, template_id)
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
    return {name: _hold(NodeGroupTemplate, context, name) for name in names}


def hold(context: RequestContext, values: Mapping[str, Any]) -> None:
    """Keep the templates that a cluster names from being deleted.

    :param values: of the cluster, with all its node groups
    :raises UnknownTemplate: when one is not there any more
    """
    # Always in this order: a request that changes a template of node groups
    # locks those of clusters later.
    hold_groups(context, values[_GROUPS])
    if values.get(_CLUSTER) is not None:
        _hold(ClusterTemplate, context, values[_CLUSTER])


def _complete_group(
    context: RequestContext,
    values: Mapping[str, Any],
    known: dict[str, NodeGroupTemplate],
) -> dict[str, Any]:
    template_id = values.get(_GROUP)
    if template_id is None:
        return dict(values)
    if template_id not in known:
        known[template_id] = _get(NodeGroupTemplate, context, template_id)
    return _merge(known[template_id], _OF_GROUPS, values)


def _get(cls: Any, context: RequestContext, template_id: str) -> Any:
    try:
        return cls.get(context, template_id)
    except exception.TemplateNotFound as error:
        raise exception.UnknownTemplate(template_id=template_id) from error


def _hold(cls: Any, context: RequestContext, template_id: str) -> Any:
    try:
        return cls.lock(context, template_id, shared=True)
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
