# SPDX-License-Identifier: Apache-2.0
"""Checks that a cluster or a node group can be made from a template."""

from collections.abc import Mapping
from typing import Any

from sahara_ext.engine import validation
from sahara_ext.plugins.registry import PluginRegistry

Values = Mapping[str, Any]


def check_node_group(plugins: PluginRegistry, values: Values) -> None:
    """Refuse values no node group can have.

    :raises Invalid: whatever is wrong, of this family
    """
    plugin = plugins.get(values['plugin_name'])
    version = values['plugin_version']
    validation.check_version(plugin, version)
    validation.check_processes(plugin, version, values.get('node_processes'))
    validation.check_configs(plugin, version, values.get('node_configs'))


def check_cluster(plugins: PluginRegistry, values: Values) -> None:
    """Refuse values no cluster can have.

    :raises Invalid: whatever is wrong, of this family
    """
    plugin = plugins.get(values['plugin_name'])
    version = values['plugin_version']
    validation.check_version(plugin, version)
    validation.check_processes(plugin, version, values.get('anti_affinity'))
    validation.check_configs(plugin, version, values.get('cluster_configs'))
    for group in values.get('node_groups') or ():
        check_node_group(
            plugins,
            {**group, 'plugin_name': plugin.name, 'plugin_version': version},
        )
