# SPDX-License-Identifier: Apache-2.0
"""The plugins of this process: those installed, enabled and sound."""

from collections.abc import Iterator
from typing import Any

from oslo_config import cfg
from oslo_log import log as logging
from stevedore import extension
from stevedore import named

from sahara_ext import exception
from sahara_ext.plugins.base import ProvisioningPlugin

LOG = logging.getLogger(__name__)

NAMESPACE = 'sahara_ext.plugins'


class PluginRegistry:
    """Plugins by name.

    Distributions bring them by entry points of ``sahara_ext.plugins``. One
    that cannot be loaded is logged and left out.

    :param conf: ``[plugins] enabled`` names those to offer; all if empty
    """

    def __init__(self, conf: cfg.ConfigOpts) -> None:
        wanted = set(conf.plugins.enabled)
        self._plugins = {plugin.name: plugin for plugin in _load(conf, wanted)}
        for name in wanted - self._plugins.keys():
            LOG.error('There is no plugin %s', name)

    def get_all(self) -> list[ProvisioningPlugin]:
        """Return all plugins, by name."""
        return [self._plugins[name] for name in sorted(self._plugins)]

    def get(self, name: str) -> ProvisioningPlugin:
        """Return the plugin of this name.

        :raises PluginNotFound: when there is none
        """
        try:
            return self._plugins[name]
        except KeyError:
            raise exception.PluginNotFound(name=name) from None


def _load(
    conf: cfg.ConfigOpts, wanted: set[str]
) -> Iterator[ProvisioningPlugin]:
    for found in _find(wanted):
        try:
            plugin = found.plugin(conf)
        except Exception:
            LOG.exception('Plugin %s is left out', found.name)
            continue
        if _is_sound(found.name, plugin):
            yield plugin


def _find(wanted: set[str]) -> extension.ExtensionManager[Any]:
    if not wanted:
        return extension.ExtensionManager(
            NAMESPACE, on_load_failure_callback=_log_failure
        )
    # The others are not even imported.
    return named.NamedExtensionManager(
        NAMESPACE,
        sorted(wanted),
        on_load_failure_callback=_log_failure,
        warn_on_missing_entrypoint=False,
    )


def _log_failure(
    _manager: Any, entry_point: Any, error: BaseException
) -> None:
    LOG.error('Plugin %s cannot be loaded', entry_point.name, exc_info=error)


def _is_sound(name: str, plugin: Any) -> bool:
    if not isinstance(plugin, ProvisioningPlugin) or plugin.name != name:
        LOG.error('Entry point %s is no plugin of this name: %r', name, plugin)
        return False
    return True
