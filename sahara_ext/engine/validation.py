# SPDX-License-Identifier: Apache-2.0
"""Checks of clusters and node groups before they are stored."""

from collections.abc import Iterable, Mapping
from typing import Any

from sahara_ext import exception
from sahara_ext.objects.cluster import Cluster
from sahara_ext.objects.cluster_instance import ClusterInstance
from sahara_ext.objects.node_group import NodeGroup
from sahara_ext.plugins.base import ProvisioningPlugin
from sahara_ext.plugins.registry import PluginRegistry

#: What every system takes as the name of a host.
_NAME_LENGTH = 64


def check_cluster(plugin: ProvisioningPlugin, cluster: Cluster) -> None:
    """Refuse a cluster that cannot be made.

    :param cluster: not stored yet
    :raises Invalid: when anything is wrong
    """
    check_version(plugin, cluster.plugin_version)
    if not cluster.node_groups:
        raise exception.InvalidConfiguration('A cluster needs node groups.')
    check_configs(plugin, cluster.plugin_version, cluster.cluster_configs)
    check_processes(plugin, cluster.plugin_version, cluster.anti_affinity)
    groups = cluster.node_groups
    check_groups(plugin, cluster.plugin_version, groups, groups)
    plugin.validate(cluster)


def check_version(plugin: ProvisioningPlugin, version: str) -> None:
    """Refuse a version the plugin does not have.

    :raises PluginVersionNotFound: when there is none
    """
    if version not in plugin.get_versions():
        raise exception.PluginVersionNotFound(
            name=plugin.name, version=version
        )


def check_groups(
    plugin: ProvisioningPlugin,
    version: str,
    groups: Iterable[NodeGroup],
    all_groups: Iterable[NodeGroup],
) -> None:
    """Refuse node groups that a cluster cannot have.

    :param groups: new ones
    :param all_groups: those of the cluster, the new ones included
    :raises Invalid: when anything is wrong
    """
    check_names(all_groups)
    for group in groups:
        if group.flavor_id is None or not group.node_processes:
            raise exception.InvalidConfiguration(
                f'Node group {group.name} needs a flavor and processes.'
            )
        check_processes(plugin, version, group.node_processes)
        check_configs(plugin, version, group.node_configs)


def check_size(count: int, max_instances: int) -> None:
    """Refuse to have more instances than are permitted.

    :raises TooManyInstances: when they are more
    """
    if count > max_instances:
        raise exception.TooManyInstances(count=count, limit=max_instances)


def check_names(groups: Iterable[NodeGroup]) -> None:
    """Refuse names that cannot be parts of those of hosts.

    :raises NodeGroupNameExists: when two are the same to a host
    :raises InstanceNameTooLong: when that of an instance would be
    """
    names: set[str] = set()
    for group in groups:
        name = group.name.lower()
        if name in names:
            raise exception.NodeGroupNameExists(name=group.name)
        names.add(name)
        check_instances(group.instances)


def check_instances(instances: Iterable[ClusterInstance]) -> None:
    """Refuse names of instances that cannot be those of hosts.

    :raises InstanceNameTooLong: when one is
    """
    for instance in instances:
        if len(instance.instance_name) > _NAME_LENGTH:
            raise exception.InstanceNameTooLong(
                name=instance.instance_name, limit=_NAME_LENGTH
            )


def check_new_names(cluster: Cluster, names: Iterable[str]) -> None:
    """Refuse names of new instances that others of the cluster have.

    Instances keep their names when a cluster is renamed, so those of another
    group may begin with the name it has now.

    :param cluster: as it is
    :raises InstanceNameExists: when there is an instance of a name
    """
    taken = {each.instance_name for each in cluster.instances()}
    for name in names:
        if name in taken:
            raise exception.InstanceNameExists(name=name)


def check_configs(
    plugin: ProvisioningPlugin,
    version: str,
    configs: Mapping[str, Mapping[str, Any]] | None,
) -> None:
    """Refuse what the plugin would not understand.

    :raises ConfigNotFound: when it has no such section or name
    """
    known = {
        (config.applicable_target, config.name)
        for config in plugin.get_configs(version)
    }
    targets = {target for target, _ in known}
    for target, values in (configs or {}).items():
        if target not in targets:
            raise exception.ConfigNotFound(name=plugin.name, config=target)
        for name in values:
            if (target, name) not in known and not plugin.accepts_config(
                version, target, name
            ):
                raise exception.ConfigNotFound(
                    name=plugin.name, config=f'{target}: {name}'
                )


def check_processes(
    plugin: ProvisioningPlugin, version: str, processes: Iterable[str] | None
) -> None:
    """Refuse processes the plugin does not know.

    :raises NodeProcessNotFound: when it does not know one
    """
    services = plugin.get_node_processes(version)
    known = {name for names in services.values() for name in names}
    for process in processes or ():
        if process not in known:
            raise exception.NodeProcessNotFound(
                name=plugin.name, process=process
            )


def check_node_group_template(
    plugins: PluginRegistry, values: Mapping[str, Any]
) -> None:
    """Refuse values no node group can have.

    :raises Invalid: whatever is wrong, of this family
    """
    plugin = plugins.get(values['plugin_name'])
    version = values['plugin_version']
    check_version(plugin, version)
    check_processes(plugin, version, values.get('node_processes'))
    check_configs(plugin, version, values.get('node_configs'))


def check_cluster_template(
    plugins: PluginRegistry, values: Mapping[str, Any]
) -> None:
    """Refuse values no cluster can have.

    :raises Invalid: whatever is wrong, of this family
    """
    plugin = plugins.get(values['plugin_name'])
    version = values['plugin_version']
    check_version(plugin, version)
    check_processes(plugin, version, values.get('anti_affinity'))
    check_configs(plugin, version, values.get('cluster_configs'))
    for group in values.get('node_groups') or ():
        check_node_group_template(
            plugins,
            {**group, 'plugin_name': plugin.name, 'plugin_version': version},
        )


def may_change(protected: Any, changes: Mapping[str, Any]) -> bool:
    """Return whether a protected cluster or template may be changed like that.

    Only who sees it may change, unless the protection itself is to end.

    :param changes: values of fields
    """
    if changes.get('is_protected') is False:
        return True
    others = changes.keys() - {'is_public'}
    return all(getattr(protected, name) == changes[name] for name in others)
