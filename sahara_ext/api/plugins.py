# SPDX-License-Identifier: Apache-2.0
"""plugins: which kinds of clusters there are."""

from typing import Any

from ext_lib import exception
from ext_lib.wsgi import controller
from ext_lib.wsgi import request
from ext_lib.wsgi import schema
from ext_lib.wsgi.schema import Param
from sahara_ext import policies
from sahara_ext.api.authorization import authorize
from sahara_ext.api.schemas import types
from sahara_ext.exception import PluginNotFound
from sahara_ext.plugins.base import ProvisioningPlugin
from sahara_ext.plugins.registry import PluginRegistry

_label = types.closed(
    {
        'status': types.boolean,
        'mutable': types.boolean,
        'description': {'type': 'string'},
    }
)
_labels = {'type': 'object', 'additionalProperties': _label}
#: What is shown of something users may set, in this order.
_config_properties: dict[str, types.JSONSchema] = {
    'name': types.string,
    'description': types.any_string,
    'config_type': {'enum': ['string', 'int', 'bool', 'enum']},
    'config_values': {'type': ['array', 'null']},
    'default_value': {},
    'applicable_target': types.string,
    'scope': {'enum': ['cluster', 'node']},
    'is_optional': types.boolean,
    'priority': {'type': 'integer'},
}

_plugin: dict[str, Param] = types.required(
    {
        'name': types.string,
        'title': types.string,
        'description': {'type': 'string'},
        'versions': types.strings,
        'plugin_labels': _labels,
        'version_labels': {
            'type': 'object',
            'additionalProperties': _labels,
        },
    }
)

index_response = schema.wrapped('plugins', schema.ListOf(schema.Body(_plugin)))
show_response = schema.wrapped('plugin', schema.Body(_plugin))
show_version_response = schema.wrapped(
    'plugin',
    schema.Body(
        {
            **_plugin,
            **types.required(
                {
                    'configs': {
                        'type': 'array',
                        'items': types.closed(_config_properties),
                    },
                    'node_processes': {
                        'type': 'object',
                        'additionalProperties': types.strings,
                    },
                    'required_image_tags': types.strings,
                }
            ),
        }
    ),
)


#: A plugin that is not enabled is not there at all.
_LABELS = {
    'enabled': {
        'status': True,
        'mutable': False,
        'description': 'Clusters can be made with it.',
    }
}


def plugin_view(plugin: ProvisioningPlugin) -> dict[str, Any]:
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


def version_view(plugin: ProvisioningPlugin, version: str) -> dict[str, Any]:
    """Return a plugin and what clusters of a version are made of."""
    processes = plugin.get_node_processes(version)
    return {
        **plugin_view(plugin),
        'configs': [
            {name: getattr(config, name) for name in _config_properties}
            for config in plugin.get_configs(version)
        ],
        'node_processes': {
            service: list(names) for service, names in processes.items()
        },
        # By these, clients find images that will do.
        'required_image_tags': [plugin.name, version],
    }


class NoSuchPlugin(exception.NotFound):
    """The URL names a plugin, or a version, that is not there."""

    msg_fmt = 'There is no plugin %(name)s.'


class PluginsController:
    """Lists and shows plugins."""

    def __init__(self, plugins: PluginRegistry) -> None:
        self.plugins = plugins

    @controller.response(index_response)
    def index(self, req: request.Request) -> dict[str, Any]:
        """List plugins."""
        authorize(req, policies.Plugins.LIST)
        return {'plugins': [plugin_view(p) for p in self.plugins.get_all()]}

    @controller.response(show_response)
    def show(self, req: request.Request, plugin_name: str) -> dict[str, Any]:
        """Show a plugin."""
        authorize(req, policies.Plugins.SHOW)
        return {'plugin': plugin_view(self._plugin(plugin_name))}

    @controller.response(show_version_response)
    def show_version(
        self, req: request.Request, plugin_name: str, version: str
    ) -> dict[str, Any]:
        """Show what clusters of a version of a plugin are made of."""
        authorize(req, policies.Plugins.SHOW_VERSION)
        plugin = self._plugin(plugin_name)
        if version not in plugin.get_versions():
            raise NoSuchPlugin(name=f'{plugin_name} {version}')
        return {'plugin': version_view(plugin, version)}

    def _plugin(self, name: str) -> ProvisioningPlugin:
        try:
            return self.plugins.get(name)
        except PluginNotFound:
            raise NoSuchPlugin(name=name) from None
