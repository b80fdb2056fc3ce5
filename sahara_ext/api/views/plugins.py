# SPDX-License-Identifier: Apache-2.0
"""Plugins as answers show them."""

import dataclasses
from typing import Any

from sahara_ext.plugins.base import ProvisioningPlugin

#: A plugin that is not enabled is not there at all.
_LABELS = {
    'enabled': {
        'status': True,
        'mutable': False,
        'description': 'Clusters can be made with it.',
    }
}
_CONFIG = (
    'name',
    'description',
    'config_type',
    'config_values',
    'default_value',
    'applicable_target',
    'scope',
    'is_optional',
    'priority',
)


def show(plugin: ProvisioningPlugin) -> dict[str, Any]:
    """Return a plugin and its versions."""
    versions = list(plugin.get_versions())
    return {
        'name': plugin.name,
        'title': plugin.title,
        'description': plugin.description,
        'versions': versions,
        'plugin_labels': _LABELS,
        'version_labels': dict.fromkeys(versions, _LABELS),
    }


def show_version(plugin: ProvisioningPlugin, version: str) -> dict[str, Any]:
    """Return a plugin and what clusters of a version are made of."""
    processes = plugin.get_node_processes(version)
    return {
        **show(plugin),
        'configs': [
            _config(dataclasses.asdict(config))
            for config in plugin.get_configs(version)
        ],
        'node_processes': {
            service: list(names) for service, names in processes.items()
        },
        # By these, clients find images that will do.
        'required_image_tags': [plugin.name, version],
    }


def _config(config: dict[str, Any]) -> dict[str, Any]:
    return {name: config[name] for name in _CONFIG}
