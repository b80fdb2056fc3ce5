# SPDX-License-Identifier: Apache-2.0
"""plugins: which kinds of clusters there are."""

from typing import Any

from ext_lib import exception
from ext_lib.wsgi import controller
from ext_lib.wsgi import request
from sahara_ext.api.authorization import authorize
from sahara_ext.api.schemas import plugins as schema
from sahara_ext.api.views import plugins as view
from sahara_ext.exception import PluginNotFound
from sahara_ext.plugins.base import ProvisioningPlugin
from sahara_ext.plugins.registry import PluginRegistry
from sahara_ext.policies import plugins as policies


class NoSuchPlugin(exception.NotFound):
    """The URL names a plugin, or a version, that is not there."""

    msg_fmt = 'There is no plugin %(name)s.'


class PluginsController:
    """Lists and shows plugins."""

    def __init__(self, plugins: PluginRegistry) -> None:
        self.plugins = plugins

    @controller.response(schema.index_response)
    def index(self, req: request.Request) -> dict[str, Any]:
        """List plugins."""
        authorize(req, policies.LIST)
        return {'plugins': [view.show(p) for p in self.plugins.get_all()]}

    @controller.response(schema.show_response)
    def show(self, req: request.Request, plugin_name: str) -> dict[str, Any]:
        """Show a plugin."""
        authorize(req, policies.SHOW)
        return {'plugin': view.show(self._plugin(plugin_name))}

    @controller.response(schema.show_version_response)
    def show_version(
        self, req: request.Request, plugin_name: str, version: str
    ) -> dict[str, Any]:
        """Show what clusters of a version of a plugin are made of."""
        authorize(req, policies.SHOW_VERSION)
        plugin = self._plugin(plugin_name)
        if version not in plugin.get_versions():
            raise NoSuchPlugin(name=f'{plugin_name} {version}')
        return {'plugin': view.show_version(plugin, version)}

    def _plugin(self, name: str) -> ProvisioningPlugin:
        try:
            return self.plugins.get(name)
        except PluginNotFound:
            raise NoSuchPlugin(name=name) from None
