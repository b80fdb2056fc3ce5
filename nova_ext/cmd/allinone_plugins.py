# SPDX-License-Identifier: Apache-2.0
"""Plugins of the all-in-one: the further services that are installed."""

import argparse
from collections.abc import Iterable, Sequence
from importlib import metadata
from typing import Any

from stevedore import named

from ext_lib.allinone_plugin import AllInOnePlugin
from ext_lib.allinone_plugin import Place
from ext_lib.service import Runnable
from ext_lib.wsgi.server import Endpoint

GROUP = 'nova_ext.allinone'


class AllInOnePlugins:
    """The services that run beside this one.

    :param entry_points: of their classes
    """

    def __init__(
        self, entry_points: Iterable[metadata.EntryPoint] | None = None
    ) -> None:
        if entry_points is None:
            # stevedore has them in a file.
            manager: named.NamedExtensionManager[Any]
            manager = named.NamedExtensionManager(GROUP, [])
            entry_points = manager.list_entry_points()
        self._classes: list[type[AllInOnePlugin]] = [
            entry_point.load()
            for entry_point in sorted(entry_points, key=_name)
        ]
        self._made: list[AllInOnePlugin] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Add their options to the command line."""
        for plugin in self._classes:
            plugin.add_arguments(parser)

    def configure(
        self,
        place: Place,
        arguments: argparse.Namespace,
        endpoints: dict[str, Endpoint],
    ) -> None:
        """Make the plugins; add their endpoints."""
        for plugin in self._classes:
            made = plugin(place, arguments)
            endpoints.update(made.endpoints())
            self._made.append(made)

    def services(self) -> Sequence[Runnable]:
        """Return their services beside their endpoints."""
        return [part for made in self._made for part in made.services()]

    def to_try(self) -> Sequence[str]:
        """Return commands to try, one text for each plugin."""
        return [made.to_try() for made in self._made]


def _name(entry_point: metadata.EntryPoint) -> str:
    return entry_point.name
